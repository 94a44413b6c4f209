"""status, health: what the store alone tells about the bot, so that it answers in any outage."""

from dataclasses import dataclass

from botctl.core.breakers import Breaker, BreakerState
from botctl.core.errors import BotError
from botctl.core.health import (
    Finding,
    Health,
    HealthCode,
    HealthState,
    Transition,
    health_sources,
)
from botctl.core.health.evidence import p95
from botctl.core.pauses import Pause
from botctl.core.permission import Permission, permission
from botctl.flows.permit import Look, Watch, look
from botctl.ports.store import Closed, CycleRow

DAY_MS = 86_400_000
TRANSITIONS = 5


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Amounts in wei; ages in ms."""

    bot: str
    mode: str
    health: Health
    permission: Permission
    cycle: CycleRow | None
    cycle_age_ms: int | None
    cycle_p95_ms: int | None  # of the last hour's cycles, from their start to their decisions
    positions: tuple[Closed, ...]
    open_orders: int
    realised_today_wei: int
    reasons: tuple[tuple[str, str, int], ...]  # of the last hour
    location: str


@dataclass(frozen=True, slots=True)
class HealthReport:
    """`breakers` are those not closed, `pauses` those not over; `transitions` newest first."""

    state: HealthState
    findings: tuple[Finding, ...]
    permission: Permission
    cycle_age_ms: int | None
    breakers: tuple[Breaker, ...] = ()
    pauses: tuple[Pause, ...] = ()
    transitions: tuple[Transition, ...] = ()


def status(watch: Watch, *, mode: str, seen: Look | None = None) -> StatusReport:
    """Reads only; permission and health are computed, never stored by hand.

    `seen`: by who has just looked.
    """
    seen, store = seen or look(watch), watch.store
    latest, now_ms, cycles = store.latest(), seen.now_ms, seen.vitals.cycles
    return StatusReport(
        bot=watch.bot,
        mode=mode,
        health=seen.health,
        permission=seen.permission,
        cycle=latest,
        cycle_age_ms=now_ms - latest.started_ms if latest else None,
        cycle_p95_ms=p95(tuple(c.took_ms for c in cycles)) if cycles else None,
        positions=store.positions(watch.bot, only_open=True),
        open_orders=len(seen.vitals.waiting_ms),
        realised_today_wei=seen.vitals.realised_today_wei,
        reasons=tuple(store.reasons_since(now_ms - 3_600_000)),
        location=store.location(),
    )


def health_report(watch: Watch, seen: Look | None = None) -> HealthReport:
    """In one glance: the state, what it rests on, and what it was before."""
    seen = seen or look(watch)
    cycles = seen.vitals.cycles
    return HealthReport(
        state=seen.health.state,
        findings=seen.health.findings,
        permission=seen.permission,
        cycle_age_ms=seen.now_ms - cycles[0].started_ms if cycles else None,
        breakers=tuple(b for b in seen.vitals.breakers if b.state is not BreakerState.CLOSED),
        pauses=tuple(p for p in seen.vitals.pauses if p.until_ms > seen.now_ms),
        transitions=watch.store.transitions(TRANSITIONS),
    )


def without_store(error: BotError, now_ms: int) -> HealthReport:
    """The database cannot be asked: nothing is entered, and this says why and what to do."""
    say = f"{error.code}: {error.say}"
    finding = Finding(HealthState.EXITS_ONLY, HealthCode.HEALTH_STORAGE, 1, say, now_ms)
    may = permission(health_sources((finding,), now_ms))
    return HealthReport(finding.state, (finding,), may, None)
