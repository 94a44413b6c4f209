"""The second half: the judged market against its rivals and our books; and the held market."""

from botctl.core.case import Case, Check, Inputs, Quote
from botctl.core.deciding.decision import Decision
from botctl.core.deciding.judge import Judged, judge
from botctl.core.deciding.size import UNSIZED, Size, entry_size
from botctl.core.exits import UNSELLABLE, ExitCall, exit_call, slippage_for
from botctl.core.intent import Intent, Side, intent_key
from botctl.core.invariants import BLOCKS_EXIT, OF_BOOKS, OF_EXIT, OF_ORDERS, OF_US
from botctl.core.invariants.rule import evaluate
from botctl.core.policy import Policy
from botctl.core.quotes import exit_quote, exit_value
from botctl.core.reasons import Kind, Reason
from botctl.core.risk.regime import under

MS = 1_000


def decide(inputs: Inputs, policy: Policy) -> Decision:
    """The whole decision from what its bundle holds; replay is this same call."""
    return finish(judge(inputs, under(policy, inputs.standing.regime)), inputs)


def finish(judged: Judged, inputs: Inputs) -> Decision:
    """`inputs` are those of `judged`, now with the final contest and books."""
    if inputs.position is not None:
        return _held(judged, inputs)
    size = entry_size(judged, inputs) if _selected(judged, inputs) else UNSIZED
    case = _case(judged, inputs, Side.BUY, size.quote or judged.case.quote)
    of_books, of_orders = evaluate(OF_BOOKS, case), evaluate(OF_ORDERS, case)
    kind, reason, detail = _entry_verdict(judged, inputs, of_books, size)
    return _decision(
        judged,
        judged.checks + of_books + of_orders,
        kind,
        reason,
        detail,
        quote=case.quote,
        intent=_intent(case, case.quote) if kind is Kind.BUY and case.quote else None,
    )


def _case(judged: Judged, inputs: Inputs, side: Side, quote: Quote | None) -> Case:
    known = judged.case
    return Case(known.phase, side, inputs, known.policy, known.measures, quote)


def _selected(judged: Judged, inputs: Inputs) -> bool:
    """Among the best of its cycle, so worth a size of its own."""
    rank = inputs.contest.rank
    return judged.candidate and rank is not None and rank < inputs.contest.entries_max


def _entry_verdict(
    judged: Judged, inputs: Inputs, of_books: tuple[Check, ...], size: Size
) -> tuple[Kind, Reason, str]:
    """The first rule to fail names the reason: the market's, then the rank, then our books'.

    Before them all stands an order of ours that is still out: it is what this market waits for.
    """
    if inputs.books.live_intent:
        return Kind.SKIP, Reason.INV_TX_IDEMPOTENT, "an order of this market is not yet settled"
    if broken := _first_broken(judged.checks):
        kind = Kind.SKIP if broken.code in OF_US else Kind.FAIL
        return kind, Reason(broken.code), f"{broken.actual}, limit {broken.limit}"
    if not judged.candidate:
        return _weak(judged)
    contest = inputs.contest
    if contest.rank is None or contest.rank >= contest.entries_max:
        place = "unranked" if contest.rank is None else str(contest.rank + 1)
        return Kind.PASS, Reason.RANKED_OUT, f"place {place}, the best {contest.entries_max} enter"
    if held_back := _held_back(judged, inputs, of_books, size):
        return Kind.SKIP, *held_back
    place = f"place {contest.rank + 1} of {contest.candidates}"
    reason = Reason.ENTRY_LIVE_PROBE if size.probes else Reason.ENTRY_SELECTED
    return Kind.BUY, reason, f"{place}; {size.why}" if size.why else place


def _held_back(
    judged: Judged, inputs: Inputs, of_books: tuple[Check, ...], size: Size
) -> tuple[Reason, str] | None:
    """What keeps even one of the best from being entered now."""
    if judged.case.policy.tiers and inputs.detection.tiers is None:
        return Reason.INV_SELLABLE, "not every tier of the gate was asked"
    if size.unsafe:
        return Reason.INV_MARKET_CALM, size.unsafe
    if broken := _first_broken(of_books):
        return Reason(broken.code), f"{broken.actual}, limit {broken.limit}"
    return None


def _weak(judged: Judged) -> tuple[Kind, Reason, str]:
    need = judged.case.policy.signals
    detail = (
        f"score {judged.score.points} of {need.score_min},"
        f" {judged.score.passes} passes of {need.passes_min}"
    )
    return Kind.FAIL, Reason.SCORE_LOW, detail


def _first_broken(checks: tuple[Check, ...]) -> Check | None:
    for check in checks:
        if not check.ok:
            return check
    return None


def _held(judged: Judged, inputs: Inputs) -> Decision:
    """Exits come before any entry; only what makes sending unsafe can hold one back."""
    position, policy = inputs.position, judged.case.policy
    assert position is not None
    m, seen = judged.case.measures, inputs.detection
    call = exit_call(position, seen, m, policy, inputs.now_ms)
    slippage = slippage_for(call.reason, policy.exits) if call else policy.exits.slippage_bps
    quote = exit_quote(
        inputs.world, seen, m, policy, quantity=position.quantity, slippage_bps=slippage
    )
    case = _case(judged, inputs, Side.SELL, quote)
    checks = evaluate(OF_EXIT, case)
    value_wei = exit_value(seen, m, position.quantity)
    kind, reason, detail = (
        _exit_verdict(call, inputs, checks, quote) if call else _no_exit(value_wei)
    )
    return _decision(
        judged,
        checks,
        kind,
        reason,
        detail,
        quote=quote,
        intent=_intent(case, quote) if kind is Kind.SELL and quote else None,
        value_wei=value_wei,
    )


def _no_exit(value_wei: int | None) -> tuple[Kind, Reason, str]:
    known = "" if value_wei is not None else "; what a sale would bring is not known"
    return Kind.HOLD, Reason.NO_EXIT, f"no exit rule fired{known}"


def _exit_verdict(
    call: ExitCall, inputs: Inputs, checks: tuple[Check, ...], quote: Quote | None
) -> tuple[Kind, Reason, str]:
    blocked = next((c for c in checks if c.code in BLOCKS_EXIT and not c.ok), None)
    wanted = f"{call.reason} wanted"
    if inputs.books.live_intent:
        return Kind.HOLD, Reason.INV_TX_IDEMPOTENT, f"{wanted}; an order is not yet settled"
    if blocked:
        return Kind.HOLD, Reason(blocked.code), f"{wanted}; {blocked.actual}"
    probe = inputs.detection.probe
    if probe is not None and probe.status in UNSELLABLE:
        return Kind.HOLD, Reason.INV_SELLABLE, f"{wanted}; a sell would revert: {probe.status}"
    if quote is None or quote.expected_out == 0:
        says = "the pool could not be read" if quote is None else "the pool would pay nothing"
        return Kind.HOLD, Reason.INV_FILTERS_OK, f"{wanted}; {says}"
    return Kind.SELL, call.reason, f"{call.actual}, limit {call.limit}"


def _intent(case: Case, quote: Quote) -> Intent:
    inputs, policy, market = case.inputs, case.policy, case.inputs.detection.market
    bucket = inputs.now_ms // MS // policy.time_bucket_s
    return Intent(
        intent_key=intent_key(
            bot=inputs.world.bot,
            market=market.pair,
            side=case.side,
            token=market.token,
            amount=quote.amount_in,
            route=policy.venue.route,
            strategy_version=policy.strategy_version,
            time_bucket=bucket,
        ),
        bot=inputs.world.bot,
        pair=market.pair,
        token=market.token,
        side=case.side,
        amount_in=quote.amount_in,
        expected_out=quote.expected_out,
        min_out=quote.min_out,
        route=policy.venue.route,
        strategy_version=policy.strategy_version,
        time_bucket=bucket,
        deadline_s=inputs.now_ms // MS + policy.deadline_s,
        gas_limit=quote.gas_limit,
        fee_max_wei=quote.fee_max_wei,
    )


def _decision(  # noqa: PLR0913  the parts of one verdict, assembled in one place
    judged: Judged,
    checks: tuple[Check, ...],
    kind: Kind,
    reason: Reason,
    detail: str,
    *,
    quote: Quote | None,
    intent: Intent | None,
    value_wei: int | None = None,
) -> Decision:
    return Decision(
        kind=kind,
        reason=reason,
        detail=detail,
        score=judged.score.points,
        passes=judged.score.passes,
        checks=checks,
        signals=judged.score.checks,
        measures=judged.case.measures,
        quote=quote,
        intent=intent,
        value_wei=value_wei,
    )
