"""Findings, alerts and what is said about them, as plain values; times in ms."""

from dataclasses import dataclass
from enum import StrEnum

from botctl.core.alerting.codes import Tier

HEALTH = "health"  # the origin of what any teller can judge from the store


@dataclass(frozen=True, slots=True)
class AlertFinding:
    """Something is wrong now. `subject` (provider, market) is stable; `evidence` may vary.

    `origin` says who can tell that it is over: a finding of a command, only that command.
    """

    code: str
    tier: Tier
    subject: str = ""
    evidence: str = ""
    cycle_id: str = ""
    origin: str = HEALTH

    @property
    def key(self) -> str:
        """The same trouble has the same key: one alert, however often it is found."""
        return f"{self.origin}|{self.code}|{self.subject}"


@dataclass(frozen=True, slots=True)
class Alert:
    """One key's whole story; `first_ms` to `resolved_ms` is its newest episode.

    `heard` is what the reader was last told: the tier of a raised alert, or None (nothing, or that
    it is over). `unheard` counts episodes begun since then. `told_ms` are the last messages' times.
    """

    key: str
    code: str
    tier: Tier
    origin: str
    subject: str
    evidence: str
    cycle_id: str
    what: str
    action: str
    runbook: str
    first_ms: int
    last_ms: int
    times: int = 1  # it was found in this episode
    resolved_ms: int | None = None
    heard: Tier | None = None
    unheard: int = 0
    reminders: int = 0
    told_ms: tuple[int, ...] = ()
    snapshot_ms: int | None = None
    version: int = 0  # as stored; 0: not stored yet

    @property
    def active(self) -> bool:
        return self.resolved_ms is None

    @property
    def told_last_ms(self) -> int | None:
        return self.told_ms[-1] if self.told_ms else None


class Saying(StrEnum):
    RAISED = "raised"
    REMINDER = "reminder"
    RESOLVED = "resolved"
    PASSED = "passed"  # it came and went before it could be told


@dataclass(frozen=True, slots=True)
class Notice:
    """One message about an alert, as it was when it was due."""

    alert: Alert
    saying: Saying
    at_ms: int


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """At most `window_max` messages a key within `window_ms`; tiers above `tier_max` are not told."""

    tier_max: Tier
    urgent_ms: int  # the first reminder of an urgent alert; each further pause is twice as long
    urgent_ms_max: int
    soon_ms: int  # between reminders of tier 2
    window_ms: int
    window_max: int
    snapshot_ms: int  # between two snapshots for one key


@dataclass(frozen=True, slots=True)
class Changes:
    """`to_send` in the order to be sent; `to_store` are all alerts that differ from what is known."""

    to_send: tuple[Notice, ...]
    to_store: tuple[Alert, ...]
    snapshots: tuple[Alert, ...]  # urgent ones that call for a snapshot
