"""What the books and the cycles did over time, for people who look back."""

from dataclasses import dataclass
from typing import Protocol

from botctl.core.equity import Booked


@dataclass(frozen=True, slots=True)
class Pace:
    """One cycle's work; `decide_ms` from its start to its decisions, the scan included."""

    started_ms: int
    scan_ms: int
    decide_ms: int
    markets: int


class EquityStore(Protocol):
    """Reads only."""

    def booked(self, bot: str, since_ms: int) -> tuple[Booked, ...]:
        """Fills and corrections that changed what is realised, or cost gas; oldest first."""

    def pace(self, since_ms: int, most: int) -> tuple[Pace, ...]:
        """The newest `most` decided cycles, oldest first."""
