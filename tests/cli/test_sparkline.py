"""Small bars: the extremes are there, nothing is wider than it may be, and one cycle has no line."""

from hypothesis import given
from hypothesis import strategies as st

from botctl.cli.sparkline import BARS, per_cycle, sparkline
from tests.store.making import row

VALUES = st.lists(st.integers(-(2**200), 2**200), min_size=1, max_size=200)


@given(VALUES, st.integers(1, 60))
def test_a_line_is_as_long_as_it_may_be_and_ends_with_the_last_value(
    values: list[int], width: int
) -> None:
    line = sparkline(values, width)
    assert len(line) == min(width, len(values))
    assert set(line) <= set(BARS)
    if len(values) <= width and min(values) < max(values):
        assert line[values.index(max(values))] == BARS[-1]
        assert line[values.index(min(values))] == BARS[0]


def test_rows_are_spread_over_their_cycles_oldest_first() -> None:
    rows = [row(3), row(3, pair=2), row(2, kind="BUY"), row(1)]
    lines = list(per_cycle(rows))
    assert "3 cycles" in lines[1]
    assert [line.split() for line in lines[2:]] == [["FAIL", "3", "▄▁█"], ["BUY", "1", "▁█▁"]]
    assert list(per_cycle(rows[:2])) == []
    assert list(per_cycle([])) == []
