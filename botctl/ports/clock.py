"""Time and ids enter here and nowhere else."""

from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int: ...


class Ids(Protocol):
    def time_ordered(self, now_ms: int) -> str:
        """A UUIDv7 (RFC 9562) for `now_ms`, as 32 hex digits and dashes."""
