"""What the watchdogs look at: one value, extracted once; times in ms, amounts in wei."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from botctl.core.breakers import Breaker
from botctl.core.health.codes import HealthCode
from botctl.core.health.plan import HealthPlan
from botctl.core.pauses import Pause
from botctl.core.permission import Permission


class HealthState(StrEnum):
    """Ordered: each allows less than the one before."""

    HEALTHY = "HEALTHY"
    DEGRADED = "DEGRADED"
    EXITS_ONLY = "EXITS_ONLY"
    HALTED = "HALTED"


ORDER = tuple(HealthState)


@dataclass(frozen=True, slots=True)
class Finding:
    """`tier`: 1 wakes somebody, 2 is for today, 3 is for the record. `since_ms`: first seen then."""

    state: HealthState
    code: HealthCode
    tier: int
    evidence: str
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    state: HealthState
    findings: tuple[Finding, ...]  # worst first


@dataclass(frozen=True, slots=True)
class CycleFact:
    started_ms: int
    scan_ms: int
    markets: int
    decided_ms: int | None

    @property
    def took_ms(self) -> int:
        """From its start to its decisions; of an undecided one, its scan."""
        return self.scan_ms if self.decided_ms is None else self.decided_ms - self.started_ms


@dataclass(frozen=True, slots=True)
class Told:
    """So many decisions of one kind and reason."""

    kind: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Match:
    """Of the newest decided cycle: how many markets were seen, and how many were decided."""

    detections: int
    decisions: int


@dataclass(frozen=True, slots=True)
class Ended:
    """An order that has ended; `shortfall_bps` is how far its fill was below what was expected."""

    pair: str
    code: str  # "" when it ended well
    at_ms: int
    took_ms: int
    sent: bool  # it had a nonce: a transaction was out
    confirmed: bool
    shortfall_bps: int | None  # None: nothing was filled


@dataclass(frozen=True, slots=True)
class ErrorSeen:
    """A command that ended with an error of ours."""

    at_ms: int
    code: str
    command: str


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the store tells; everything newest first."""

    cycles: tuple[CycleFact, ...] = ()
    match: Match | None = None
    recent: tuple[Told, ...] = ()  # decisions of the newest cycles
    before: tuple[Told, ...] = ()  # and of those before them
    waiting_ms: tuple[int, ...] = ()  # when each open order was made
    ended: tuple[Ended, ...] = ()
    errors: tuple[ErrorSeen, ...] = ()
    started: tuple[int, int] | None = None  # the newest job run: when it was due, when it began
    realised_today_wei: int = 0
    breakers: tuple[Breaker, ...] = ()
    pauses: tuple[Pause, ...] = ()
    last: "Transition | None" = None
    unsent_since_ms: int | None = None  # since when an alert waits for its channel
    unreadable: str = ""  # what of this could not be read, and why: then the rest is empty


@dataclass(frozen=True, slots=True)
class MachineReading:
    """Of the machine we run on; None: this machine does not tell."""

    memory_bps: int | None = None
    disk_free_mb: int | None = None
    write_ms: int | None = None
    unwritable: str = ""  # why nothing can be written beside the database


@dataclass(frozen=True, slots=True)
class DependencyReading:
    """One provider over its latest answers; `head_age_ms` is negative when it is ahead of us."""

    name: str
    calls: int
    errors: int
    p95_ms: int | None = None
    head_age_ms: int | None = None
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the record of health: what it became, and why."""

    at_ms: int
    was: HealthState
    now: HealthState
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All of it. `since`: when each finding that still stands was first seen."""

    now_ms: int
    interval_ms: int
    plan: HealthPlan
    permission: Permission
    vitals: Vitals = Vitals()
    machine: MachineReading = MachineReading()
    dependencies: tuple[DependencyReading, ...] = ()
    since: Mapping[HealthCode, int] = field(default_factory=dict)
    silent_ms_max: int = 0  # how long an alert may wait

    def stood_ms(self, code: HealthCode) -> int:
        """How long the finding has stood; 0 when it is new."""
        return self.now_ms - self.since.get(code, self.now_ms)


def p95(values: tuple[int, ...]) -> int:
    """Nearest rank: the value that 95 of 100 do not exceed."""
    ordered = sorted(values)
    return ordered[-(-95 * len(ordered) // 100) - 1]
