"""What health needs of the store, the machine and the providers."""

from collections.abc import Callable
from typing import Protocol

from botctl.core.breakers import Breaker
from botctl.core.health import DependencyReading, ErrorSeen, MachineReading, Transition
from botctl.core.health.evidence import Vitals
from botctl.core.pauses import Pause


class WatchStore(Protocol):
    """Vitals in one reading; pauses and breakers are journalled, transitions only appended."""

    def vitals(self, bot: str, now_ms: int) -> Vitals: ...
    def note_error(self, error: ErrorSeen) -> None:
        """Kept for a day."""

    def set_breaker(self, breaker: Breaker) -> None: ...
    def pauses(self) -> tuple[Pause, ...]:
        """One a scope, those that are over included."""

    def set_pause(self, pause: Pause) -> None:
        """Replaces the pause of its scope."""

    def record_transition(self, row: Transition) -> None: ...
    def transitions(self, most: int) -> tuple[Transition, ...]:
        """Newest first."""


class Machine(Protocol):
    def reading(self, now_ms: int) -> MachineReading:
        """Never fails: what cannot be read is None."""


class NoMachine:
    """Where nothing is to be read: a simulated world."""

    def reading(self, now_ms: int) -> MachineReading:  # noqa: ARG002  the port's name
        return MachineReading()


Dependencies = Callable[[], tuple[DependencyReading, ...]]
