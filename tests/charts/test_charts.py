"""Charts are well-formed whatever they are given, reach no network, and hide no stranger's markup."""

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.charts.page import Section, page, rows_table
from botctl.charts.scale import Span, bounds, ticks
from botctl.charts.svg import HEIGHT, WIDTH, bars, columns, line_chart

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '<script>alert("x")</script>&'
VALUES = st.integers(-(2**255), 2**255)
SERIES = st.lists(st.tuples(st.integers(0, 2**41), VALUES), max_size=30).map(sorted)
Drawn = Callable[[list[tuple[int, int]]], str]


def as_lines(points: list[tuple[int, int]]) -> str:
    return line_chart(EVIL, points, value=lambda v: f"{v}{EVIL}", time=str, area=True)


def as_columns(points: list[tuple[int, int]]) -> str:
    return columns(EVIL, points, value=lambda v: f"{v}{EVIL}", time=str)


@pytest.mark.parametrize("draw", [as_lines, as_columns])
@given(points=SERIES)
def test_every_drawing_is_well_formed_and_inside_its_frame(
    draw: Drawn, points: list[tuple[int, int]]
) -> None:
    drawing = ET.fromstring(draw(points))  # noqa: S314  our own text
    assert drawing.findtext(f"{SVG}title") == EVIL
    places = re.findall(r'(?:cx|x|x1|x2)="(-?[\d.]+)"', draw(points))
    heights = re.findall(r'(?:cy|y1|y2)="(-?[\d.]+)"', draw(points))
    assert all(0 <= float(x) <= WIDTH for x in places)
    assert all(0 <= float(y) <= HEIGHT for y in heights)


@given(st.lists(st.tuples(st.text(max_size=9), st.integers(0, 2**70)), max_size=9))
def test_bars_are_as_long_as_their_share(rows: list[tuple[str, int]]) -> None:
    printable = [("".join(c for c in name if c.isprintable()), count) for name, count in rows]
    drawing = ET.fromstring(bars("x", printable, value=str))  # noqa: S314
    drawn = [float(r.attrib["width"]) for r in drawing.iter(f"{SVG}rect")]
    assert len(drawn) == len(rows)
    assert [w for w, (_, n) in sorted(zip(drawn, rows, strict=True), key=lambda p: p[1][1])] == (
        sorted(drawn)
    )


@given(st.lists(VALUES, min_size=1), st.integers(1, 9))
def test_ticks_are_few_and_inside(values: list[int], most: int) -> None:
    low, high = bounds(values)
    if low == high:
        return
    found = ticks(low, high, most)
    assert len(found) <= most + 1
    assert 0 in found
    assert all(low <= each <= high for each in found)


def test_a_span_of_nothing_lies_in_its_middle() -> None:
    assert Span(3, 3, 0, 10).at(3) == 5
    assert [Span(0, 4, 100, 0).at(v) for v in (0, 1, 4)] == [100, 75, 0]


def test_a_page_escapes_what_strangers_wrote_and_asks_for_nothing() -> None:
    table = rows_table((EVIL,), [(EVIL,)])
    text = page(EVIL, (EVIL,), ((EVIL, EVIL),), (Section(EVIL, table),))
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert "prefers-color-scheme:dark" in text
    assert not re.search(
        r"(?:src|href|url\()", text.replace("default-src", "").replace("style-src", "")
    )
