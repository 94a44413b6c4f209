"""Which breakers there are, what each counts, and which markets rest by themselves."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from botctl.core.breakers import PROVIDER, Breaker, BreakerPlan, Signal, step
from botctl.core.codes import Code
from botctl.core.health.around import failing
from botctl.core.health.evidence import DependencyReading, Ended, Vitals
from botctl.core.pauses import Pause, longer
from botctl.core.permission import Level
from botctl.core.reasons import Reason

NODE: Final = frozenset(code for code in Code if code.startswith("ERR_RPC_"))
# Our own checks could not be made: a node without what they need, or without the asked block.
CHECKS: Final = frozenset(
    {Code.ERR_NODE_NO_OVERRIDE, Code.ERR_NODE_PRUNED, Code.ERR_RPC_FAULT, Code.ERR_RPC_GARBAGE}
)
STALE: Final = frozenset({Reason.INV_BLOCK_FRESH, Reason.INV_QUOTE_FRESH})
SLIPPED: Final = frozenset({Reason.INV_SLIPPAGE_CAP_OK, Code.ERR_TX_REVERTED})


@dataclass(frozen=True, slots=True)
class CircuitPlan:
    """The breakers' patience, and the pauses of single markets; from [breakers] and [pauses]."""

    node: BreakerPlan  # commands in a row that the node failed
    provider: BreakerPlan
    checks: BreakerPlan
    errors: BreakerPlan
    reverts: BreakerPlan
    confirmation: BreakerPlan
    slippage: BreakerPlan
    window: int  # how many ended orders are looked at
    errors_for_ms: int
    error_share_max_bps: int  # of one provider's answers
    confirm_max_ms: int
    slippage_max_bps: int
    stale_pause_ms: int
    stale_reduces: bool  # while paused for staleness, exits go on
    slippage_pause_after: int
    slippage_pause_ms: int


Count = Callable[[Vitals, int, CircuitPlan], Signal]


def _since(ended: Iterable[Ended], since_ms: int) -> list[Ended]:
    return [one for one in ended if one.at_ms > since_ms]


def _node(v: Vitals, since_ms: int, _: CircuitPlan) -> Signal:
    """In a row: a scan that went through wipes the slate."""
    worked_ms = v.cycles[0].started_ms if v.cycles else 0
    failed = [e for e in v.errors if e.code in NODE and e.at_ms > max(since_ms, worked_ms)]
    why = f"{len(failed)} commands in a row: {failed[0].code}" if failed else ""
    return Signal(len(failed), int(worked_ms > since_ms), why)


def _checks(v: Vitals, since_ms: int, plan: CircuitPlan) -> Signal:
    return _errors_of(v, since_ms, plan, CHECKS)


def _errors(v: Vitals, since_ms: int, plan: CircuitPlan) -> Signal:
    return _errors_of(v, since_ms, plan, None)


def _errors_of(
    v: Vitals, since_ms: int, plan: CircuitPlan, codes: frozenset[Code] | None
) -> Signal:
    """Errors within the window up to the newest; a scan that went through since is a success."""
    newest_ms = v.errors[0].at_ms if v.errors else 0
    start_ms = max(since_ms, newest_ms - plan.errors_for_ms)
    seen = [e for e in v.errors if e.at_ms > start_ms and (codes is None or e.code in codes)]
    why = f"{len(seen)} commands failed, the last with {seen[0].code}" if seen else ""
    worked = bool(v.cycles) and v.cycles[0].started_ms > since_ms
    return Signal(len(seen), int(worked), why)


def _reverts(v: Vitals, since_ms: int, plan: CircuitPlan) -> Signal:
    sent = [one for one in _since(v.ended, since_ms) if one.sent][: plan.window]
    bad = sum(one.code == Code.ERR_TX_REVERTED for one in sent)
    good = sum(one.confirmed for one in sent)
    return Signal(bad, good, f"{bad} of {len(sent)} transactions reverted")


def _confirmation(v: Vitals, since_ms: int, plan: CircuitPlan) -> Signal:
    final = [one for one in _since(v.ended, since_ms) if one.confirmed][: plan.window]
    slow = sum(one.took_ms > plan.confirm_max_ms for one in final)
    say = f"{slow} of {len(final)} orders took more than {plan.confirm_max_ms} ms"
    return Signal(slow, len(final) - slow, say)


def _slippage(v: Vitals, since_ms: int, plan: CircuitPlan) -> Signal:
    found = (one.shortfall_bps for one in _since(v.ended, since_ms))
    fills = [bps for bps in found if bps is not None][: plan.window]
    bad = sum(bps > plan.slippage_max_bps for bps in fills)
    say = f"{bad} of {len(fills)} fills more than {plan.slippage_max_bps} bps below expected"
    return Signal(bad, len(fills) - bad, say)


def _circuits(plan: CircuitPlan) -> tuple[tuple[str, BreakerPlan, Count], ...]:
    return (
        ("node", plan.node, _node),
        ("checks", plan.checks, _checks),
        ("errors", plan.errors, _errors),
        ("reverts", plan.reverts, _reverts),
        ("confirmation", plan.confirmation, _confirmation),
        ("slippage", plan.slippage, _slippage),
    )


def moved(
    vitals: Vitals, dependencies: Sequence[DependencyReading], plan: CircuitPlan, now_ms: int
) -> tuple[Breaker, ...]:
    """The breakers that change with this look; each move is to be stored."""
    known = {b.name: b for b in vitals.breakers}
    looked = [*_of_events(vitals, known, plan), *_of_providers(dependencies, plan)]
    steps = (
        (known.get(name, Breaker(name)), signal, patience) for name, signal, patience in looked
    )
    after = ((one, step(one, signal, patience, now_ms)) for one, signal, patience in steps)
    return tuple(now for was, now in after if now is not was)


def _of_events(
    vitals: Vitals, known: dict[str, Breaker], plan: CircuitPlan
) -> Iterator[tuple[str, Signal, BreakerPlan]]:
    for name, patience, count in _circuits(plan):
        since_ms = known[name].since_ms if name in known else 0
        yield name, count(vitals, since_ms, plan), patience


def _of_providers(
    dependencies: Sequence[DependencyReading], plan: CircuitPlan
) -> Iterator[tuple[str, Signal, BreakerPlan]]:
    """A reading is over the newest answers already: it is bad or good as a whole."""
    for one in dependencies:
        bad = failing(one, plan.error_share_max_bps) or one.on_hold
        why = f"{one.errors} of {one.calls} calls failed"
        yield f"{PROVIDER}{one.name}", Signal(int(bad), int(not bad), why), plan.provider


def due_pauses(vitals: Vitals, plan: CircuitPlan, now_ms: int) -> tuple[Pause, ...]:
    """Markets whose newest orders say that entries there should rest a while.

    What a person said of a market after such an order outranks it.
    """
    known = {p.scope: p for p in vitals.pauses}
    wanted = (*_stale(vitals, plan), *_slipped(vitals, plan))
    return tuple(
        one
        for one in wanted
        if one.until_ms > now_ms
        and (one.scope not in known or known[one.scope].since_ms < one.since_ms)
        and longer(known.get(one.scope), one) is one
    )


def _stale(vitals: Vitals, plan: CircuitPlan) -> Iterator[Pause]:
    level = Level.EXITS_ONLY if plan.stale_reduces else Level.HALT_ALL
    for one in vitals.ended:
        if one.code in STALE:
            why = f"{one.code}: its data was too old to trade on"
            yield replace(_pause(one, plan.stale_pause_ms, why), level=level)


def _slipped(vitals: Vitals, plan: CircuitPlan) -> Iterator[Pause]:
    by_pair: dict[str, list[Ended]] = {}
    for one in vitals.ended:
        by_pair.setdefault(one.pair, []).append(one)
    for own in by_pair.values():
        row = _in_a_row(own)
        if len(row) >= plan.slippage_pause_after:
            yield _pause(row[0], plan.slippage_pause_ms, f"{len(row)} orders in a row slipped")


def _in_a_row(newest_first: Sequence[Ended]) -> list[Ended]:
    """The newest ones that slipped; one that ended well ends the row."""
    row: list[Ended] = []
    for one in newest_first:
        if one.code not in SLIPPED:
            break
        row.append(one)
    return row


def _pause(one: Ended, for_ms: int, why: str) -> Pause:
    return Pause(one.pair, one.at_ms + for_ms, why, "botctl", one.at_ms)
