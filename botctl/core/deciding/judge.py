"""The first half of a decision: what the market alone, and the state of the bot, say about it."""

from botctl.core.case import Case, Check, Inputs, Phase
from botctl.core.intent import Side
from botctl.core.invariants import OF_CYCLE, OF_MARKET
from botctl.core.invariants.rule import evaluate
from botctl.core.measures import measures
from botctl.core.policy import Policy
from botctl.core.quotes import entry_quote
from botctl.core.signals import Score, score
from botctl.core.value import value


@value(frozen=True, slots=True)
class Judged:
    """`case` is that of an entry; a held market builds its own case for the exit."""

    case: Case
    score: Score
    checks: tuple[Check, ...]  # of the cycle and of the market

    @property
    def candidate(self) -> bool:
        """Good enough to compete for a place among the best."""
        thresholds, score = self.case.policy.signals, self.score
        strong = score.points >= thresholds.score_min and score.passes >= thresholds.passes_min
        held = self.case.inputs.position is not None
        return strong and not held and all(check.ok for check in self.checks)


def judge(inputs: Inputs, policy: Policy, of_cycle: tuple[Check, ...] | None = None) -> Judged:
    """`of_cycle` saves asking again, market by market, what is the same for the whole cycle."""
    seen = inputs.detection
    m = measures(inputs.world, seen)
    quote = entry_quote(inputs.world, seen, m, policy)
    case = Case(Phase.DECIDE, Side.BUY, inputs, policy, m, quote)
    of_cycle = evaluate(OF_CYCLE, case) if of_cycle is None else of_cycle
    return Judged(case, score(seen, m, policy.signals), of_cycle + evaluate(OF_MARKET, case))
