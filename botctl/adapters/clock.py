"""The clocks: the only place that asks the machine for the time, or waits."""

import time
from dataclasses import dataclass
from typing import Final

NS: Final = 1_000_000
MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class SystemClock:
    """`offset_ms` is for a local chain whose time was moved ahead."""

    offset_ms: int = 0

    def now_ms(self) -> int:
        return time.time_ns() // NS + self.offset_ms


def pause_ms(duration_ms: int) -> None:
    time.sleep(duration_ms / MS)  # noqa: TID251  this is the clock


def steady_ms() -> int:
    """Never runs back: for deadlines, and for nothing that is stored."""
    return time.monotonic_ns() // NS


def steady_us() -> int:
    """The same, where a millisecond is too coarse."""
    return time.monotonic_ns() // MS
