"""What running unattended leaves behind: closed days, starts and ends of `run`, ages of keys."""

from dataclasses import dataclass
from typing import Protocol

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class DaySum:
    """What fills and corrections brought in a stretch of time. `realised_wei` is net of all gas."""

    realised_wei: int
    gas_wei: int
    fills: int
    closed: int  # positions
    won: int  # of those, with a profit


@dataclass(frozen=True, slots=True)
class DayRow:
    """One UTC day as it was when it was closed; never changed again.

    `equity_wei`: the native coin by the books, and what is held at cost, when the day was closed;
    None for a day that was closed too late to know, or before the books had a baseline.
    """

    day_ms: int  # its first moment
    closed_ms: int
    realised_wei: int
    gas_wei: int
    fills: int
    closed: int
    won: int
    held: int
    held_cost_wei: int
    equity_wei: int | None


@dataclass(frozen=True, slots=True)
class Start:
    """One life of `botctl run`. Without `stopped_ms` it goes on, or was killed."""

    started_ms: int
    stopped_ms: int | None
    how: str  # it ended: "stopped", or the code of what ended it


@dataclass(frozen=True, slots=True)
class KeyAge:
    """Since when a key or secret is the same one. `mark` tells keys apart and gives none away."""

    name: str
    mark: str
    since_ms: int


class ServiceStore(Protocol):
    def day_sum(self, bot: str, since_ms: int, until_ms: int) -> DaySum:
        """From `since_ms` to just before `until_ms`."""

    def close_day(self, row: DayRow) -> bool:
        """False when it was closed before: the first row stays."""

    def days(self, most: int) -> tuple[DayRow, ...]:
        """Newest first."""

    def run_started(self, started_ms: int) -> None: ...
    def run_stopped(self, started_ms: int, stopped_ms: int, how: str) -> None: ...
    def starts(self, since_ms: int) -> tuple[Start, ...]:
        """Those that began since then, and the one before them; oldest first."""

    def key_ages(self) -> tuple[KeyAge, ...]: ...
    def note_key(self, age: KeyAge) -> None:
        """Replaces what was known of that name."""
