"""From values to places on the drawing; whole numbers until the very last step."""

from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Span:
    """From `low` to `high`, drawn from pixel `start` to pixel `end` (which may lie before it)."""

    low: int
    high: int
    start: int
    end: int

    def at(self, value: int) -> float:
        """In pixels; a span of nothing lies in its middle."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) * 1_000_000 // (self.high - self.low)
        return self.start + (self.end - self.start) * share / 1_000_000


def ticks(low: int, high: int, most: int) -> tuple[int, ...]:
    """Round numbers (1, 2 or 5 times a power of ten apart) within low..high, at most `most` + 1."""
    step = _step(high - low, most)
    first = -(-low // step) * step
    return tuple(range(first, high + 1, step))


def _step(width: int, most: int) -> int:
    power = 1
    while True:
        for each in STEPS:
            if each * power * most >= width:
                return each * power
        power *= 10


def bounds(values: Sequence[int]) -> tuple[int, int]:
    """Zero is always in the picture."""
    return min(0, *values, 0), max(0, *values, 0)
