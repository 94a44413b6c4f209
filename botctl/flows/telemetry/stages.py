"""One span a stage: into the transaction that stores its work, or carried along by the next one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from botctl.core.deciding.cycle import Decided
from botctl.core.orders import Order
from botctl.core.reasons import Kind, Reason
from botctl.core.telemetry.spans import Span, Stage
from botctl.core.telemetry.tracer import Begun
from botctl.flows.telemetry.tags import decisions, settled
from botctl.ports.runtime import Runtime
from botctl.ports.store import CycleRow, LedgerRow

STALE: Final = frozenset({Reason.INV_BLOCK_FRESH.value, Reason.INV_QUOTE_FRESH.value})
UNSELLABLE: Final = Reason.INV_SELLABLE.value


@dataclass(frozen=True, slots=True)
class Told:
    """All of one cycle's decisions: whole, by kind and reason, and as they are stored."""

    decided: Sequence[Decided]
    counts: Mapping[tuple[Kind, Reason], int]
    rows: Sequence[LedgerRow]


def carry_stage(rt: Runtime, stage: Stage, began: Begun, trace_id: str, **facts: int) -> None:
    if rt.trace.on:
        rt.store.carry(rt.trace.end(stage, began, trace_id, facts=facts))


def carry_settled(rt: Runtime, order: Order, gas_wei: int | None) -> None:
    if rt.trace.on:
        rt.store.carry(settled(rt, order, gas_wei))


def detected(rt: Runtime, row: CycleRow, began: Begun, *, alone: bool) -> tuple[Span, ...]:
    """`alone`: no cycle comes to its end in this process, so its root is written here."""
    if not rt.trace.on:
        return ()
    facts = {"stored": True, "markets": row.markets, "block": row.block_number}
    found = rt.trace.end(Stage.DETECT, began, row.trace_id, facts=facts)
    if not alone:
        return (found,)
    root = rt.trace.end(Stage.CYCLE, began, row.trace_id, facts={"alone": True})
    return (root, found)


def decided_spans(rt: Runtime, cycle: CycleRow, began: Begun, told: Told) -> tuple[Span, ...]:
    if not rt.trace.on:
        return ()
    facts: dict[str, object] = {
        "since_scan_ms": rt.clock.now_ms() - cycle.started_ms,
        "decisions": [[kind, reason, n] for (kind, reason), n in sorted(told.counts.items())],
        **_failures(told.rows),
    }
    made = rt.trace.end(Stage.DECIDE, began, cycle.trace_id, facts=facts)
    return (made, *decisions(rt, told.decided, began))


def _failures(rows: Sequence[LedgerRow]) -> dict[str, object]:
    """Many rows fail in the same way: each way is looked at once."""
    stale: Counter[str] = Counter()
    unsellable = 0
    for failed, count in Counter(row.failed for row in rows).items():
        codes = failed.split(",")
        unsellable += count if UNSELLABLE in codes else 0
        for code in STALE.intersection(codes):
            stale[code] += count
    return {"stale": dict(stale), "unsellable": unsellable}
