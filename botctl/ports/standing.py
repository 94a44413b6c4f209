"""What a decision asks of the past: our own record, the times, and the cycle before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from botctl.core.record import Performance
from botctl.core.risk.regime import Times
from botctl.core.units import Address


@dataclass(frozen=True, slots=True)
class LiveProbes:
    """When live probes were last sold, by pair, none before the time asked for; how many were begun."""

    sold_ms: tuple[tuple[str, int], ...]
    today: int


class StandingStore(Protocol):
    """Reads only; the times are written with the decisions that they were read for."""

    def performance(self, bot: str, since_ms: int, most: int) -> Performance:
        """The newest `most` closed trades and filled buys; transactions counted since `since_ms`."""

    def times(self, bot: str) -> Times | None:
        """None before the first decision."""

    def live_probes(self, bot: str, since_ms: int, day_start_ms: int) -> LiveProbes: ...
    def seen_before(self) -> Mapping[Address, bytes]:
        """The detections of the newest cycle as they were stored, by pair."""

    def top_buyers(
        self, at_block: int, blocks: int, most: int
    ) -> Mapping[Address, tuple[Address, ...]]:
        """Per pair the `most` senders that bought most in the last `blocks` blocks, most first."""
