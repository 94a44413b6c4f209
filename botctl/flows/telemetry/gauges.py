"""Gauges: how things are now, read when they are asked for and kept nowhere."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import botctl
from botctl.core.alerting.codes import Tier
from botctl.core.breakers import BreakerState
from botctl.core.health.evidence import ORDER
from botctl.core.permission import SourceKind
from botctl.core.telemetry.exposition import Number
from botctl.core.telemetry.spans import Stage
from botctl.core.telemetry.tally import Series
from botctl.flows.permit import Look, Watch, look
from botctl.ports.store import CycleRow
from botctl.ports.telemetry import TelemetryStore

MS: Final = 1_000
NATIVE: Final = 10**18
QUEUE_MAX: Final = 1_000  # follow-ups counted; there may be more
JOBS: Final = 5_000  # more than a day of rows, so that a daily job is among them
COMMANDS: Final = 50
WELL: Final = frozenset({"ran", "late"})

Gauge = tuple[Series, Number]


def gauges(watch: Watch) -> Iterator[Gauge]:
    """Reads only; what is not known is not told."""
    seen, latest = look(watch), watch.store.latest()
    yield from _timing(watch, seen, latest)
    yield from _queues(watch, seen, latest)
    yield from _health(watch, seen)
    yield from _providers(watch, seen.now_ms)
    yield from _trading(watch, seen, latest)
    yield from _runs(watch)
    sha = watch.release.build_sha if watch.release else ""
    yield _of("build_info", 1, build_sha=sha, version=botctl.__version__)


def _of(name: str, value: Number, **labels: str) -> Gauge:
    return Series(name, tuple(sorted(labels.items()))), value


def _timing(watch: Watch, seen: Look, latest: CycleRow | None) -> Iterator[Gauge]:
    yield _of("recheck_interval_seconds", Decimal(watch.plan.interval_ms) / MS)
    if latest is not None:
        yield _of("last_cycle_timestamp_seconds", Decimal(latest.started_ms) / MS)
    if seen.vitals.started is not None:
        due_ms, began_ms = seen.vitals.started
        yield _of("scheduler_lag_ms", began_ms - due_ms)


def _queues(watch: Watch, seen: Look, latest: CycleRow | None) -> Iterator[Gauge]:
    store, undecided = watch.store, latest is not None and latest.decided_ms is None
    yield _of("queue_depth", latest.markets if latest and undecided else 0, queue="decisions")
    yield _of("queue_depth", len(seen.vitals.waiting_ms), queue="orders")
    due = store.due_followups(seen.now_ms, QUEUE_MAX)
    yield _of("queue_depth", len(due), queue="followups")
    waiting = sum(one.waiting for one in store.channels())
    yield _of("queue_depth", waiting, queue="letters")


def _health(watch: Watch, seen: Look) -> Iterator[Gauge]:
    yield _of("bot_health_state", ORDER.index(seen.health.state))
    yield _of("bot_permission_level", int(seen.permission.level))
    for one in seen.vitals.breakers:
        open_now = int(one.state is not BreakerState.CLOSED)
        yield _of("breaker_open", open_now, breaker=one.name)
    latched = {source.kind for source in watch.store.sources()}
    yield _of("nonce_mismatch", int(SourceKind.NONCE in latched))
    active = [alert.tier for alert in watch.store.alerts() if alert.active]
    for tier in Tier:
        yield _of("alerts_active", active.count(tier), tier=str(int(tier)))


def _providers(watch: Watch, now_ms: int) -> Iterator[Gauge]:
    for name, state in sorted(watch.store.providers().items()):
        if state.head_seen_ms:
            age_s = Decimal(max(0, now_ms - state.head_seen_ms)) / MS
            yield _of("provider_head_age_seconds", age_s, provider=name)
        if state.p50_ms is not None:
            yield _of("provider_latency_ms", state.p50_ms, provider=name)


def _trading(watch: Watch, seen: Look, latest: CycleRow | None) -> Iterator[Gauge]:
    store: TelemetryStore = watch.store
    held, books = watch.store.positions(watch.bot, only_open=True), store.realised()
    yield _of("positions_open", len(held))
    yield _of("exposure_native", _native(sum(one.position.cost_wei for one in held)))
    yield _of("realized_pnl_native", _native(books.realised_wei))
    yield _of("realized_pnl_today_native", _native(seen.vitals.realised_today_wei))
    yield _of("drawdown_native", _native(books.peak_wei - books.realised_wei))
    yield _of("daily_loss_limit_native", _native(watch.plan.daily_loss_max_wei))
    if latest is not None:
        balance = int(json.loads(latest.world).get("balance_wei", 0))
        yield _of("wallet_balance_native", _native(balance))


def _native(wei: int) -> Decimal:
    """Exactly: a division would round to 28 digits."""
    return Decimal(wei).scaleb(-18)


def _runs(watch: Watch) -> Iterator[Gauge]:
    told: set[str] = set()
    for run in watch.store.jobs(JOBS):
        if run.outcome in WELL and run.finished_ms is not None and run.job not in told:
            told.add(run.job)
            ended = Decimal(run.finished_ms) / MS
            yield _of("job_last_success_timestamp_seconds", ended, job=run.job)
    for span in watch.store.newest_spans(Stage.COMMAND, COMMANDS):
        command = str(span.facts["command"])
        peak = span.facts.get("peak_mb")
        if isinstance(peak, int) and f"command {command}" not in told:
            told.add(f"command {command}")
            yield _of("botctl_process_memory_mb", peak, command=command)
