"""The alert desk: everything that telling people needs, assembled by `wiring`; no node is among it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from botctl.core.alerting.values import AlertPolicy
from botctl.ports.alerts import Notifier, Pulse
from botctl.ports.clock import Clock
from botctl.ports.preflight import Release
from botctl.ports.runtime import Log
from botctl.ports.store import Store


@dataclass(frozen=True, slots=True)
class AlertPlan:
    """How patiently alerts are sent; `deadline_ms` is for all of one telling together."""

    policy: AlertPolicy
    deadline_ms: int
    beat_ms: int  # between two pulses
    link: str


class Snapshot(Protocol):
    def __call__(self, why: str, cycle_id: str) -> str:
        """Take one and return its path. Raises BotError."""


@dataclass(frozen=True, slots=True)
class AlertDesk:
    """`steady_ms` is for deadlines; `clock` gives the times that are stored.

    `settings` is the canonical JSON behind the release's hash.
    """

    bot: str
    release: Release
    settings: str
    plan: AlertPlan
    clock: Clock
    steady_ms: Callable[[], int]
    log: Log
    store: Store
    channels: Sequence[str]
    notifiers: Callable[[], Sequence[Notifier]]  # loaded when there is something to send
    pulse: Callable[[], Pulse] | None
    snapshot: Snapshot
