"""Spans reach a real collector under the ids they are stored with; one that fails loses nothing."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from botctl.adapters.otel.exporter import OtlpExporter
from botctl.adapters.store import SqlStore
from botctl.core.telemetry.sampling import sampled
from botctl.core.telemetry.spans import Span, Stage, root_id, span_id
from botctl.flows.permit import Watch
from botctl.flows.telemetry.keep import (
    MARK,
    TelemetryDesk,
    TelemetryPlan,
    TelemetryReport,
    telemetry,
)
from botctl.ports.store import JobRun
from botctl.ports.watching import NoMachine
from tests.store.making import BOT, opened
from tests.support.quiet import QuietLog
from tests.support.watching import WATCH_PLAN
from tests.telemetry.collector import Collector, collector

NOW_MS = 1_800_000_000_000
DAY_US = 86_400_000_000
DEADLINE_MS = 300
TRACES = [f"01a20020babf7d8cb93e8e810a5{number:05x}" for number in range(400)]
ABOUT = {"service.name": "botctl", "service.instance.id": "main"}


@dataclass(slots=True)
class Clock:
    ms: int = NOW_MS

    def now_ms(self) -> int:
        return self.ms


@dataclass(slots=True)
class Desk:
    store: SqlStore
    to: Collector
    percent: int = 100
    push: bool = False

    def run(self) -> TelemetryReport:
        watch = Watch(BOT, self.store, Clock(), WATCH_PLAN, NoMachine())
        plan = TelemetryPlan(self.percent, keep_days=7, push_metrics=self.push)
        return telemetry(TelemetryDesk(watch, self.store, QuietLog(), plan, self._exporter))

    def _exporter(self) -> OtlpExporter:
        headers = {"x-key": "abc"}
        return OtlpExporter(self.to.url, headers, deadline_ms=DEADLINE_MS, about=ABOUT)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with collector() as to, opened(f"sqlite:///{tmp_path / 'botctl.db'}") as store:
        yield Desk(store, to)


def root(trace_id: str, *, status: str = "", ago_us: int = 0) -> Span:
    start_us = NOW_MS * 1_000 - ago_us
    facts = {"sent": 1, "gas_wei": 2**70, "rpc": {"in": 5}, "parts": [["a", 7, 1]], "none": None}
    return Span(trace_id, root_id(trace_id), "", Stage.CYCLE, start_us, 1_500, status, facts)


def detect(trace_id: str, status: str = "") -> Span:
    name, start_us = Stage.DETECT, NOW_MS * 1_000
    own = span_id(trace_id, name, "1")
    return Span(trace_id, own, root_id(trace_id), name, start_us, 9, status, {"markets": 0})


def keep(desk: Desk, *spans: Span) -> None:
    for span in spans:
        desk.store.carry(span)
    desk.store.keep_spans()


def test_a_span_arrives_as_it_was_stored(desk: Desk) -> None:
    trace_id = TRACES[0]
    keep(desk, root(trace_id), detect(trace_id, "ERR_RPC_TIMEOUT"))
    assert desk.run() == TelemetryReport(folded=2, sent=2, pruned=0, unsent="")
    cycle, scan = desk.to.spans
    assert (cycle.trace_id.hex(), cycle.span_id.hex()) == (trace_id, root_id(trace_id))
    assert scan.parent_span_id == cycle.span_id
    assert cycle.parent_span_id == b""
    assert cycle.start_time_unix_nano == NOW_MS * 1_000_000
    assert cycle.end_time_unix_nano - cycle.start_time_unix_nano == 1_500_000
    assert (cycle.name, scan.name) == ("cycle", "detect")
    assert (scan.status.code, scan.status.message) == (2, "ERR_RPC_TIMEOUT")
    tags = {one.key: one.value for one in cycle.attributes}
    assert tags["trace_id"].string_value == trace_id
    assert tags["sent"].int_value == 1
    assert tags["gas_wei"].string_value == str(2**70)
    assert json.loads(tags["rpc"].string_value) == {"in": 5}
    assert tags.keys() == {"trace_id", "sent", "gas_wei", "rpc"}
    assert [event.name for event in cycle.events] == ["a"]
    assert desk.to.resources[0] == ABOUT
    assert desk.to.headers[0]["x-key"] == "abc"


@pytest.mark.parametrize("status", [429, 500, 503, 400])
def test_what_is_refused_is_sent_again_and_nothing_is_lost(desk: Desk, status: int) -> None:
    keep(desk, root(TRACES[0]))
    desk.to.status = status
    assert desk.run().unsent
    assert desk.store.reached(MARK) == 0
    keep(desk, root(TRACES[1]))
    desk.to.status = 200
    assert desk.run() == TelemetryReport(folded=1, sent=2, pruned=0, unsent="")
    assert [span.trace_id.hex() for span in desk.to.spans] == TRACES[:2]
    assert desk.run().sent == 0


def test_a_collector_that_does_not_answer_or_is_not_there_costs_no_more_than_the_deadline(
    desk: Desk,
) -> None:
    keep(desk, root(TRACES[0]))
    desk.to.slow = True
    assert desk.run().unsent
    assert desk.to.requests >= 1
    desk.to.url = "http://127.0.0.1:9"
    assert desk.run().unsent
    assert desk.store.reached(MARK) == 0


def test_what_was_sent_before_a_crash_goes_again_under_the_same_ids(desk: Desk) -> None:
    keep(desk, root(TRACES[0]))
    exporter = desk._exporter()
    assert not exporter.send_spans([one.span for one in desk.store.spans_after(0, 10)])
    desk.run()
    first, second = desk.to.spans
    assert first == second


def test_a_tenth_of_the_traces_is_sent_whole_and_the_same_ones_by_everybody(desk: Desk) -> None:
    desk.percent = 10
    keep(desk, *(one for trace in TRACES for one in (root(trace), detect(trace))))
    desk.run()
    seen = {span.trace_id.hex() for span in desk.to.spans}
    assert seen == {trace for trace in TRACES if sampled(trace, 10)}
    assert len(desk.to.spans) == 2 * len(seen)
    assert len(TRACES) * 0.05 < len(seen) < len(TRACES) * 0.15


def test_a_trace_that_failed_is_sent_whatever_its_id_with_what_was_left_out_before(
    desk: Desk,
) -> None:
    desk.percent = 0
    keep(desk, root(TRACES[0]), root(TRACES[1]))
    assert desk.run().sent == 0
    keep(desk, detect(TRACES[1], "ERR_TX_REVERTED"))
    assert desk.run().sent == 2
    assert [span.name for span in desk.to.spans] == ["cycle", "detect"]
    assert {span.trace_id.hex() for span in desk.to.spans} == {TRACES[1]}


def test_only_what_was_sent_and_is_old_is_removed(desk: Desk) -> None:
    old = 8 * DAY_US
    keep(desk, root(TRACES[0], ago_us=old), root(TRACES[1], ago_us=old), root(TRACES[2]))
    desk.to.status = 500
    assert desk.run().pruned == 0
    desk.to.status = 200
    assert desk.run().pruned == 2
    assert [one.span.trace_id for one in desk.store.spans_after(0, 10)] == [TRACES[2]]


def test_without_a_collector_old_spans_go_all_the_same(desk: Desk) -> None:
    keep(desk, root(TRACES[0], ago_us=8 * DAY_US), root(TRACES[1]))
    watch = Watch(BOT, desk.store, Clock(), WATCH_PLAN, NoMachine())
    plan = TelemetryPlan(10, keep_days=7, push_metrics=True)
    report = telemetry(TelemetryDesk(watch, desk.store, QuietLog(), plan))
    assert report == TelemetryReport(folded=2, sent=0, pruned=1, unsent="")


def test_metrics_are_pushed_as_they_are_exposed(desk: Desk) -> None:
    desk.push = True
    keep(desk, root(TRACES[0]))
    desk.store.record_job(JobRun("cycle", 1, 2, 3, "ran"))
    desk.run()
    jobs = desk.to.metrics["job_runs_total"].sum
    assert (jobs.is_monotonic, jobs.aggregation_temporality) == (True, 2)
    (point,) = jobs.data_points
    assert point.as_int == 1
    labels = {one.key: one.value.string_value for one in point.attributes}
    assert labels == {"bot": "main", "chain": "31337", "job": "cycle", "outcome": "ran"}
    (heap,) = desk.to.metrics["scan_cycle_duration_ms"].histogram.data_points
    assert (heap.count, heap.sum, heap.bucket_counts[0]) == (1, 1.5, 1)
    assert len(heap.explicit_bounds) == len(heap.bucket_counts) - 1
    assert desk.to.metrics["daily_loss_limit_native"].gauge.data_points[0].as_double == 0.1


@pytest.mark.parametrize(("percent", "share"), [(0, 0), (100, 400)])
def test_none_and_all_are_exactly_that(percent: int, share: int) -> None:
    assert sum(sampled(trace, percent) for trace in TRACES) == share


def test_whoever_is_in_a_small_share_is_in_every_larger_one() -> None:
    shares = [
        {trace for trace in TRACES if sampled(trace, percent)} for percent in range(0, 101, 5)
    ]
    assert all(small <= large for small, large in itertools.pairwise(shares))
