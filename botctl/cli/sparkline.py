"""A row of numbers as a row of small bars."""

from collections.abc import Sequence
from typing import Final

BARS: Final = "▁▂▃▄▅▆▇█"
WIDTH: Final = 40


def sparkline(values: Sequence[int], width: int = WIDTH) -> str:
    """The lowest value is the smallest bar; more values than `width`: the last of each stretch."""
    if not values:
        return ""
    shown = _last_of_each(values, width)
    low, high = min(shown), max(shown)
    if low == high:
        return BARS[0 if not low else len(BARS) // 2] * len(shown)
    return "".join(BARS[(value - low) * (len(BARS) - 1) // (high - low)] for value in shown)


def _last_of_each(values: Sequence[int], width: int) -> list[int]:
    count = min(width, len(values))
    return [values[(i + 1) * len(values) // count - 1] for i in range(count)]
