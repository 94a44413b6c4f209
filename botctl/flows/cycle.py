"""cycle: reconcile, scan, decide, execute in one process; decisions rest on reconciled books."""

from dataclasses import dataclass

from botctl.core.telemetry.spans import Stage
from botctl.core.units import CycleId
from botctl.flows.decide import DecideReport, decide
from botctl.flows.execute import ExecuteReport, execute
from botctl.flows.flatten import FlattenReport, flatten
from botctl.flows.reconcile import ReconcileReport, reconcile
from botctl.flows.scan import ScanReport, scan, trace_of
from botctl.flows.telemetry.stages import carry_stage
from botctl.ports.runtime import Runtime


@dataclass(frozen=True, slots=True)
class CycleReport:
    """The four reports in the order in which they ran; duration in ms."""

    reconcile: ReconcileReport
    scan: ScanReport
    decide: DecideReport
    execute: ExecuteReport
    cycle_ms: int
    flatten: FlattenReport | None = None  # while a flatten is ordered


def cycle(rt: Runtime) -> CycleReport:
    """The same flows as the single commands run, so that both ways may be mixed."""
    started_ms = rt.clock.now_ms()
    cycle_id, began = CycleId(rt.ids.time_ordered(started_ms)), rt.trace.begin(started_ms)
    trace_id = trace_of(cycle_id)
    reconciled = reconcile(rt, trace_id)
    scanned = scan(rt, cycle_id)
    decided = decide(rt)
    executed = execute(rt, trace_id)
    flattened = flatten(rt)
    took_ms = rt.clock.now_ms() - started_ms
    carry_stage(rt, Stage.CYCLE, began, trace_id, orders=decided.orders, sent=executed.sent)
    report = CycleReport(reconciled, scanned, decided, executed, took_ms, flattened)
    rt.log.info(
        "cycle done",
        block=scanned.block_number,
        markets=scanned.markets,
        ms=report.cycle_ms,
        permission=decided.permission.level.name,
        orders=decided.orders,
        sent=executed.sent,
    )
    return report
