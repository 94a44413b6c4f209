"""Charts are whole, safe SVG that stays inside its box, whatever the numbers."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.curve import Earned, curve
from botctl.faces.charts import CURVE_BOX, LINE_BOX, equity_chart, sparkline

BIG = 2**255


def numbers_of(path: str) -> list[int]:
    return [int(number) for number in re.findall(r"-?\d+", path)]


@given(st.lists(st.integers(-BIG, BIG), min_size=1, max_size=30))
def test_a_line_stays_inside_its_box(values: list[int]) -> None:
    drawn = ET.fromstring(sparkline(values, "x"))  # noqa: S314  our own
    path = drawn.find("path")
    assert path is not None
    found = numbers_of(path.attrib["d"])
    assert len(found) == 2 * len(values)
    assert all(0 <= x <= LINE_BOX[0] for x in found[::2])
    assert all(0 <= y <= LINE_BOX[1] for y in found[1::2])


@given(
    st.integers(0, 10**22),
    st.lists(
        st.builds(Earned, at_ms=st.integers(0, 10**12), realised_wei=st.integers(-BIG, BIG)),
        min_size=1,
        max_size=20,
    ),
)
def test_a_curve_stays_inside_its_box(start: int, earned: list[Earned]) -> None:
    drawn = ET.fromstring(equity_chart(curve(start, earned)))  # noqa: S314  our own
    for path in drawn.findall("path"):
        for axis, at in re.findall(r"([HV])(-?\d+)", path.attrib["d"]):
            assert 0 <= int(at) <= CURVE_BOX[0 if axis == "H" else 1]


def test_higher_is_drawn_higher() -> None:
    drawn = ET.fromstring(sparkline([1, 3, 2], "x"))  # noqa: S314  our own
    path = drawn.find("path")
    assert path is not None
    one, three, two = numbers_of(path.attrib["d"])[1::2]
    assert three < two < one


def test_what_it_says_is_escaped() -> None:
    text = sparkline([1, 2], '<script>"&')
    assert "<script>" not in text
    title = ET.fromstring(text).find("title")  # noqa: S314  our own
    assert title is not None
    assert title.text == '<script>"&'


@pytest.mark.parametrize("drawn", [sparkline([], "x"), equity_chart(curve(5, []))])
def test_nothing_is_drawn_of_nothing(drawn: str) -> None:
    assert drawn == ""
