"""Small charts as SVG text, coloured by the page's style sheet; no script draws anything.

Coordinates are whole numbers in a fixed box that the browser scales.
"""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from botctl.core.curve import Curve
from botctl.faces.show import at, ether

LINE_BOX: Final = (600, 48)
CURVE_BOX: Final = (900, 260)
MARGIN: Final = 8
LEFT: Final = 132  # room for amounts, also in a phone's larger letters
TOP: Final = 20
BOTTOM: Final = 28  # room for times
POINTS_MAX: Final = 600  # more cannot be told apart in the box
TICKS: Final = 4


def sparkline(values: Sequence[int], says: str) -> str:
    """Oldest first, the newest marked with a dot; `says` is read out instead of the picture."""
    width, height = LINE_BOX
    if not values:
        return ""
    seen = list(values[-POINTS_MAX:])
    low, high = min(seen), max(seen)
    xs = _spread(len(seen), MARGIN, width - MARGIN)
    ys = [_scaled(value, low, high, height - MARGIN, MARGIN) for value in seen]
    dot = f'<circle class="dot" cx="{xs[-1]}" cy="{ys[-1]}" r="3"/>'
    return _svg("spark", LINE_BOX, says, f'<path class="line" d="{_path(xs, ys)}"/>{dot}')


def equity_chart(curve: Curve) -> str:
    """Equity as steps over time, and below its best the drawdown as an area. "" without a point."""
    points = curve.points[-POINTS_MAX:]
    if not points:
        return ""
    width, height = CURVE_BOX
    before = points[0].equity_wei if len(points) < len(curve.points) else curve.start_wei
    equities = [before, *(point.equity_wei for point in points)]
    bests = [point.equity_wei + point.drawdown_wei for point in points]
    low, high = min(equities), max(*equities, *bests)
    start, end = points[0].at_ms, points[-1].at_ms
    xs = [_scaled(p.at_ms, start, end, LEFT, width - MARGIN) for p in points]
    base = height - BOTTOM

    def y_of(wei: int) -> int:
        return _scaled(wei, low, high, base, TOP)

    line = _steps(xs, [y_of(p.equity_wei) for p in points], y_of(equities[0]))
    best = _steps(xs, [y_of(wei) for wei in bests], y_of(equities[0]))
    area = f"{best} {_backwards(xs, [y_of(p.equity_wei) for p in points], y_of(equities[0]))}Z"
    parts = [
        *_amounts(low, high, width, base),
        *_times(start, end, width, height),
        f'<path class="fall" d="{area}"/>',
        f'<path class="line" d="{line}"/>',
        f'<circle class="dot" cx="{xs[-1]}" cy="{y_of(points[-1].equity_wei)}" r="4"/>',
    ]
    says = f"equity {ether(curve.equity_wei)} ether, largest drawdown {ether(curve.drawdown_wei)} ether"
    return _svg("curve", CURVE_BOX, says, "".join(parts))


def _svg(kind: str, box: tuple[int, int], says: str, inside: str) -> str:
    return (
        f'<svg class="chart {kind}" viewBox="0 0 {box[0]} {box[1]}" role="img"'
        f" aria-label={quoteattr(says)}><title>{escape(says)}</title>{inside}</svg>"
    )


def _amounts(low: int, high: int, width: int, base: int) -> list[str]:
    parts = []
    for tick in range(TICKS + 1) if high > low else (0,):
        wei = low + (high - low) * tick // TICKS
        y = _scaled(wei, low, high, base, TOP)
        parts.append(f'<path class="grid" d="M{LEFT} {y}H{width - MARGIN}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{ether(wei)}</text>')
    return parts


def _times(start: int, end: int, width: int, height: int) -> list[str]:
    y = height - 6
    first = f'<text x="{LEFT}" y="{y}">{at(start)}</text>'
    last = f'<text x="{width - MARGIN}" y="{y}" text-anchor="end">{at(end)}</text>'
    return [first, last] if end > start else [last]


def _spread(count: int, start: int, end: int) -> list[int]:
    return [start + (end - start) * (i + 1) // count for i in range(count)]


def _scaled(value: int, low: int, high: int, at_low: int, at_high: int) -> int:
    """Integers all the way: amounts in wei are larger than a float is exact."""
    if high == low:
        return (at_low + at_high) // 2
    return at_low + (at_high - at_low) * (value - low) // (high - low)


def _path(xs: Sequence[int], ys: Sequence[int]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in zip(xs, ys, strict=True))


def _steps(xs: Sequence[int], ys: Sequence[int], before: int) -> str:
    return f"M{LEFT} {before}" + "".join(f"H{x}V{y}" for x, y in zip(xs, ys, strict=True))


def _backwards(xs: Sequence[int], ys: Sequence[int], before: int) -> str:
    """The lower edge of an area, from its right end to its left one."""
    froms = [before, *ys[:-1]]
    back = zip(reversed(xs), reversed(ys), reversed(froms), strict=True)
    return "".join(f"V{y}H{x}V{was}" for x, y, was in back) + f"H{LEFT}"
