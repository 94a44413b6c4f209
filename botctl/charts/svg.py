"""Lines, bars and columns. Every drawing names itself for readers that cannot see it."""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Final

from botctl.charts.scale import Span, bounds, ticks

Text = Callable[[int], str]
WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 84, 12, 12, 24
TICKS_MAX, TIMES_MAX = 4, 5
ROW: Final = 22
LABEL: Final = 200


def line_chart(
    title: str, points: Sequence[tuple[int, int]], *, value: Text, time: Text, area: bool = False
) -> str:
    """`points` are (time, value), oldest first; `area` fills down to zero."""
    if not points:
        return _empty(title)
    values = [y for _, y in points]
    up = Span(*bounds(values), HEIGHT - BOTTOM, TOP)
    across = Span(points[0][0], points[-1][0], LEFT, WIDTH - RIGHT)
    path = " ".join(f"{across.at(x):.1f},{up.at(y):.1f}" for x, y in points)
    drawn = [*_value_axis(up, value), *_time_axis(points, across, time)]
    if area:
        zero, first, last = up.at(0), across.at(points[0][0]), across.at(points[-1][0])
        drawn.append(
            f'<polygon class="area" points="{first:.1f},{zero:.1f} {path} {last:.1f},{zero:.1f}"/>'
        )
    drawn.append(f'<polyline class="line" points="{path}"/>')
    drawn += _dots(points, across, up, value, time)
    return _svg(title, HEIGHT, drawn)


def columns(title: str, points: Sequence[tuple[int, int]], *, value: Text, time: Text) -> str:
    """One column a point, up or down from zero."""
    if not points:
        return _empty(title)
    up = Span(*bounds([y for _, y in points]), HEIGHT - BOTTOM, TOP)
    room = (WIDTH - LEFT - RIGHT) / len(points)
    drawn = list(_value_axis(up, value))
    for i, (x, y) in enumerate(points):
        top, foot = sorted((up.at(y), up.at(0)))
        kind = "gain" if y >= 0 else "loss"
        drawn.append(
            f'<rect class="{kind}" x="{LEFT + i * room + room * 0.1:.1f}" y="{top:.1f}"'
            f' width="{room * 0.8:.1f}" height="{max(foot - top, 0.5):.1f}">'
            f"<title>{escape(time(x))}: {escape(value(y))}</title></rect>"
        )
    return _svg(title, HEIGHT, [*drawn, *_ends(points, time)])


def bars(title: str, rows: Sequence[tuple[str, int]], *, value: Text) -> str:
    """Names with lying bars, in the order given; values are not negative."""
    if not rows:
        return _empty(title)
    most = max(count for _, count in rows)
    across = Span(0, max(most, 1), LABEL, WIDTH - 90)
    drawn = []
    for i, (name, count) in enumerate(rows):
        y, long = TOP + i * ROW, max(across.at(count) - LABEL, 1)
        drawn += [
            f'<text class="name" x="{LABEL - 8}" y="{y + 14}">{escape(name)}</text>',
            f'<rect class="bar" x="{LABEL}" y="{y + 3}" height="14" width="{long:.1f}"/>',
            f'<text x="{across.at(count) + 6:.1f}" y="{y + 14}">{escape(value(count))}</text>',
        ]
    return _svg(title, TOP * 2 + len(rows) * ROW, drawn)


def _value_axis(up: Span, value: Text) -> Iterator[str]:
    for tick in ticks(up.low, up.high, TICKS_MAX):
        y = up.at(tick)
        kind = "zero" if tick == 0 else "grid"
        yield f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="name" x="{LEFT - 8}" y="{y + 4:.1f}">{escape(value(tick))}</text>'


def _time_axis(points: Sequence[tuple[int, int]], across: Span, time: Text) -> Iterator[str]:
    shown = sorted({i * (len(points) - 1) // TIMES_MAX for i in range(TIMES_MAX + 1)})
    last = -1e9
    for i in shown:
        x = across.at(points[i][0])
        if x - last >= (WIDTH - LEFT) / (TIMES_MAX + 2):  # labels side by side, not over each other
            anchor = "end" if x > WIDTH - RIGHT - 40 else "middle"
            yield (
                f'<text text-anchor="{anchor}" x="{x:.1f}" y="{HEIGHT - 6}">'
                f"{escape(time(points[i][0]))}</text>"
            )
            last = x


def _ends(points: Sequence[tuple[int, int]], time: Text) -> Iterator[str]:
    first, last = points[0][0], points[-1][0]
    yield f'<text x="{LEFT}" y="{HEIGHT - 6}">{escape(time(first))}</text>'
    if last != first:
        x = WIDTH - RIGHT
        yield f'<text text-anchor="end" x="{x}" y="{HEIGHT - 6}">{escape(time(last))}</text>'


def _dots(
    points: Sequence[tuple[int, int]], across: Span, up: Span, value: Text, time: Text
) -> Iterator[str]:
    """What the pointer finds: a dot too small to see, with its words."""
    for x, y in points:
        yield (
            f'<circle class="dot" cx="{across.at(x):.1f}" cy="{up.at(y):.1f}" r="3">'
            f"<title>{escape(time(x))}: {escape(value(y))}</title></circle>"
        )


def _empty(title: str) -> str:
    middle = f'<text text-anchor="middle" x="{WIDTH // 2}" y="40">nothing to draw yet</text>'
    return _svg(title, 72, [middle])


def _svg(title: str, height: int, drawn: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {WIDTH} {height}"'
        f' xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>{"".join(drawn)}</svg>'
    )
