"""What is held and promised while one cycle is decided: each entry counts as spent for the next."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from botctl.core.books import Books, Position
from botctl.core.case import Inputs
from botctl.core.deciding.decision import Decision
from botctl.core.deciding.judge import Judged
from botctl.core.intent import Intent, Side
from botctl.core.policy import Policy
from botctl.core.reasons import Reason
from botctl.core.risk.caps import Zone, zone

NOTHING = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the bot has open before the cycle decides anything; wei, gas included."""

    positions: tuple[Position, ...]
    open_entries: int  # buys that are not yet terminal
    exposure_wei: int  # cost of positions and of open entries
    committed_wei: int
    realised_today_wei: int
    token_exposure_wei: tuple[tuple[str, int], ...]  # by token
    live_pairs: frozenset[str]  # markets with an order that is not yet terminal
    exposures: tuple[tuple[str, int], ...] = ()  # cost by pair, of positions and open entries
    probed: tuple[tuple[str, int], ...] = ()  # when live probes were last sold, by pair
    probes_today: int = 0


def books_of(
    holdings: Holdings,
    token_exposure_wei: int = 0,
    *,
    live: bool = False,
    probed_ms: int | None = None,
) -> Books:
    return Books(
        positions=len(holdings.positions) + holdings.open_entries,
        exposure_wei=holdings.exposure_wei,
        token_exposure_wei=token_exposure_wei,
        committed_wei=holdings.committed_wei,
        realised_today_wei=holdings.realised_today_wei,
        live_intent=live,
        probed_ms=probed_ms,
        probes_today=holdings.probes_today,
    )


def grown(before: Holdings, now: Holdings) -> bool:
    """More is held, promised or lost than before, in all or in any one market or token."""
    return (
        len(now.positions) + now.open_entries > len(before.positions) + before.open_entries
        or now.exposure_wei > before.exposure_wei
        or now.committed_wei > before.committed_wei
        or now.realised_today_wei < before.realised_today_wei
        or _any_grown(before.token_exposure_wei, now.token_exposure_wei)
        or _any_grown(before.exposures, now.exposures)
    )


def _any_grown(before: Sequence[tuple[str, int]], now: Sequence[tuple[str, int]]) -> bool:
    then = dict(before)
    return any(wei > then.get(name, 0) for name, wei in now)


Zoned = tuple[Zone | None, int]  # where, and wei; None: not seen now, so it counts everywhere


def zoned(judged: Sequence[Judged], holdings: Holdings, policy: Policy) -> list[Zoned]:
    """What is held or promised, with the kind of market that it is in now."""
    if not holdings.exposures:
        return []
    seen = {str(one.case.inputs.detection.market.pair): one.case.measures for one in judged}
    return [
        (zone(seen[pair], policy.caps) if pair in seen else None, wei)
        for pair, wei in holdings.exposures
    ]


def in_zone(exposures: Sequence[Zoned], where: Zone) -> tuple[int, int, int]:
    """Wei in markets as thin, as young and as closely held as `where`."""
    thin, young, held = (
        sum(wei for other, wei in exposures if other is None or other[i] == where[i])
        for i in range(len(where))
    )
    return thin, young, held


@dataclass(slots=True)
class Spending:
    """`exposures` grows with each entry that is selected; what the exits may cost is promised."""

    exposures: list[Zoned]
    promised_wei: int
    spent: list[Intent] = field(default_factory=list)
    probes: int = 0

    def add(self, decision: Decision, where: Zone) -> None:
        """Nothing of a decision that enters nothing."""
        intent = decision.intent
        if intent is None:
            return
        self.spent.append(intent)
        self.probes += decision.reason is Reason.ENTRY_LIVE_PROBE
        self.exposures.append((where, intent.amount_in))

    def after(self, inputs: Inputs, where: Zone) -> Books:
        """The books with all of that counted as spent."""
        books, token, spent = inputs.books, inputs.detection.market.token, self.spent
        if not spent and not self.promised_wei and not self.exposures:
            return books
        return Books(
            positions=books.positions + len(spent),
            exposure_wei=books.exposure_wei + sum(i.amount_in for i in spent),
            token_exposure_wei=books.token_exposure_wei
            + sum(i.amount_in for i in spent if i.token == token),
            committed_wei=books.committed_wei + self.promised_wei + sum(map(worst_cost_wei, spent)),
            realised_today_wei=books.realised_today_wei,
            live_intent=books.live_intent,
            zone_exposure_wei=in_zone(self.exposures, where) if self.exposures else NOTHING,
            probed_ms=books.probed_ms,
            probes_today=books.probes_today + self.probes,
        )


def worst_cost_wei(intent: Intent) -> int:
    """The most native it can take: every gas at its ceiling, and what a buy pays."""
    paid_wei = intent.amount_in if intent.side is Side.BUY else 0
    return paid_wei + intent.gas_limit * intent.fee_max_wei
