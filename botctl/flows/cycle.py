"""cycle: reconcile, scan, decide, execute in one process; decisions rest on reconciled books."""

from dataclasses import dataclass

from botctl.flows.decide import DecideReport, decide
from botctl.flows.execute import ExecuteReport, execute
from botctl.flows.flatten import FlattenReport, flatten
from botctl.flows.reconcile import ReconcileReport, reconcile
from botctl.flows.scan import ScanReport, scan
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
    reconciled = reconcile(rt)
    scanned = scan(rt)
    decided = decide(rt)
    executed = execute(rt)
    flattened = flatten(rt)
    took_ms = rt.clock.now_ms() - started_ms
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
