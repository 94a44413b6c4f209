"""telemetry: move the sums over what is new, send what a collector waits for, forget what is old.

A collector that takes nothing costs its deadline once a run, and loses nothing: the mark moves when it
has said yes, and what was sent before a crash is sent again under the same ids.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from botctl.core.telemetry.sampling import failed_traces, sampled
from botctl.core.telemetry.spans import Span
from botctl.flows.permit import Watch
from botctl.flows.telemetry.exposed import exposed
from botctl.ports.runtime import Log
from botctl.ports.telemetry import Exporter, Stored, TelemetryStore

FOLD_ROWS: Final = 1_000
FOLDS_MAX: Final = 200  # of one run; more waits for the next
SEND_ROWS: Final = 500
SENDS_MAX: Final = 20
TRACE_ROWS: Final = 1_000  # of one trace that failed
PRUNE_ROWS: Final = 5_000
PRUNES_MAX: Final = 20
MARK: Final = "otlp"
DAY_US: Final = 86_400_000_000
US: Final = 1_000


@dataclass(frozen=True, slots=True)
class TelemetryPlan:
    sample_percent: int
    keep_days: int
    push_metrics: bool


@dataclass(frozen=True, slots=True)
class TelemetryDesk:
    """`exporter` None: no collector is configured."""

    watch: Watch
    store: TelemetryStore
    log: Log
    plan: TelemetryPlan
    exporter: Callable[[], Exporter] | None = None


@dataclass(frozen=True, slots=True)
class TelemetryReport:
    """Rows `folded`, spans `sent` and `pruned`; `unsent` says why a collector has not taken all."""

    folded: int
    sent: int
    pruned: int
    unsent: str


def telemetry(desk: TelemetryDesk) -> TelemetryReport:
    """Each step stands by itself: whatever is cut short is taken up by the next run."""
    folded = sum(_folds(desk.store))
    sent, unsent = _sent(desk)
    report = TelemetryReport(folded, sent, sum(_prunes(desk)), unsent)
    say = desk.log.warning if unsent else desk.log.info
    say("telemetry kept", folded=folded, sent=sent, pruned=report.pruned, unsent=unsent)
    return report


def _folds(store: TelemetryStore) -> Iterator[int]:
    for _ in range(FOLDS_MAX):
        rows = store.fold(FOLD_ROWS)
        yield rows
        if rows == 0:
            return


def _sent(desk: TelemetryDesk) -> tuple[int, str]:
    if desk.exporter is None:
        return 0, ""
    exporter = desk.exporter()
    try:
        sent, unsent = _send_spans(desk, exporter)
        if not unsent and desk.plan.push_metrics:
            found = exposed(desk.watch)
            now_ms = desk.watch.clock.now_ms()
            unsent = exporter.send_metrics(found.values, found.common, now_ms)
    finally:
        exporter.close()
    return sent, unsent


def _send_spans(desk: TelemetryDesk, exporter: Exporter) -> tuple[int, str]:
    """Page by page; the mark moves with each page that was taken."""
    sent = 0
    for _ in range(SENDS_MAX):
        page = desk.store.spans_after(desk.store.reached(MARK), SEND_ROWS)
        if not page:
            break
        chosen = _chosen(desk, page)
        if chosen and (why := exporter.send_spans(chosen)):
            return sent, why
        desk.store.reach(MARK, page[-1].place)
        sent += len(chosen)
    return sent, ""


def _chosen(desk: TelemetryDesk, page: Sequence[Stored]) -> list[Span]:
    """Sampled traces, and every trace that failed, with what of it was left out before."""
    percent, first = desk.plan.sample_percent, page[0].place
    spans = [one.span for one in page if one.span.trace_id]
    failed = failed_traces(spans)
    chosen = [one for one in spans if one.trace_id in failed or sampled(one.trace_id, percent)]
    missed = sorted(trace_id for trace_id in failed if not sampled(trace_id, percent))
    earlier = (
        one.span
        for trace_id in missed
        for one in desk.store.spans_of(trace_id, first - 1, TRACE_ROWS)
    )
    return [*earlier, *chosen]


def _prunes(desk: TelemetryDesk) -> Iterator[int]:
    """What no collector has taken stays; without one, everything counts as taken."""
    before_us = desk.watch.clock.now_ms() * US - desk.plan.keep_days * DAY_US
    for _ in range(PRUNES_MAX):
        up_to = 2**62 if desk.exporter is None else desk.store.reached(MARK)
        pruned = desk.store.prune_spans(before_us, up_to, PRUNE_ROWS)
        yield pruned
        if pruned < PRUNE_ROWS:
            return
