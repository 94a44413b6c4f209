"""A row of numbers as a row of small bars."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from botctl.cli.tables import table
from botctl.ports.store import LedgerRow

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


def per_cycle(rows: Sequence[LedgerRow]) -> Iterator[str]:
    """How the rows shown spread over their cycles, oldest cycle first; nothing for a single one."""
    cycles = list(dict.fromkeys(row.cycle_id for row in sorted(rows, key=lambda row: row.at_ms)))
    if len(cycles) < 2:  # noqa: PLR2004  one bar tells nothing
        return
    counts = Counter((row.kind, row.cycle_id) for row in rows)
    totals = Counter(row.kind for row in rows)
    yield ""
    lines = [
        (kind, str(total), sparkline([counts[kind, cycle] for cycle in cycles]))
        for kind, total in totals.most_common()
    ]
    headers = ("decision", "rows", f"per cycle, {len(cycles)} cycles, oldest first")
    yield from table(headers, lines, right=frozenset({1}))
