"""Is the bot well? Small watchdogs over one extracted value; the worst finding is the state."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from botctl.core.permission import Level, Permission

MS = 1_000
# Seed thresholds: no cycle in twice the interval; a pending order older than ten minutes.
INTERVALS_MAX = 2
PENDING_MS_MAX = 600_000
RESTRICTED = "permission is restricted"


class HealthState(StrEnum):
    HEALTHY = "HEALTHY"
    DEGRADED = "DEGRADED"
    EXITS_ONLY = "EXITS_ONLY"
    HALTED = "HALTED"


ORDER = tuple(HealthState)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the watchdogs look at; ages in ms, None when there is nothing to be old."""

    now_ms: int
    interval_ms: int
    cycle_started_ms: int | None
    oldest_open_ms: int | None
    open_orders: int
    permission: Permission


@dataclass(frozen=True, slots=True)
class Finding:
    state: HealthState
    name: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Health:
    state: HealthState
    findings: tuple[Finding, ...]  # worst first


def loop_is_alive(e: Evidence) -> Finding | None:
    if e.cycle_started_ms is None:
        return Finding(HealthState.DEGRADED, "no cycle yet", "run `botctl cycle`")
    age_ms = e.now_ms - e.cycle_started_ms
    if age_ms <= INTERVALS_MAX * e.interval_ms:
        return None
    return Finding(
        HealthState.DEGRADED,
        "no cycle in twice the interval",
        f"last {age_ms // MS} s ago, interval {e.interval_ms // MS} s",
    )


def clock_is_sane(e: Evidence) -> Finding | None:
    if e.cycle_started_ms is None or e.cycle_started_ms <= e.now_ms + MS:
        return None
    ahead = (e.cycle_started_ms - e.now_ms) // MS
    return Finding(HealthState.EXITS_ONLY, "clock jumped back", f"last cycle is {ahead} s ahead")


def orders_settle(e: Evidence) -> Finding | None:
    if e.oldest_open_ms is None or e.oldest_open_ms <= PENDING_MS_MAX:
        return None
    return Finding(
        HealthState.EXITS_ONLY,
        "an order does not settle",
        f"{e.open_orders} open, the oldest for {e.oldest_open_ms // MS} s",
    )


def nothing_restricts(e: Evidence) -> Finding | None:
    level = e.permission.level
    if level is Level.ALLOW_ALL:
        return None
    state = HealthState.HALTED if level is Level.HALT_ALL else HealthState.EXITS_ONLY
    return Finding(state, RESTRICTED, e.permission.reasons[0].reason)


WATCHDOGS: tuple[Callable[[Evidence], Finding | None], ...] = (
    loop_is_alive,
    clock_is_sane,
    orders_settle,
    nothing_restricts,
)


def health(evidence: Evidence) -> Health:
    """The state is that of the worst finding; none means healthy."""
    found = [finding for watch in WATCHDOGS if (finding := watch(evidence)) is not None]
    found.sort(key=lambda finding: -ORDER.index(finding.state))
    return Health(found[0].state if found else HealthState.HEALTHY, tuple(found))
