"""Equity and drawdown: exact sums, and never a fall that did not happen."""

from hypothesis import given
from hypothesis import strategies as st

from botctl.core.curve import Earned, curve
from botctl.core.units import BPS_ONE

EARNED = st.lists(
    st.builds(
        Earned,
        at_ms=st.integers(0, 50),
        realised_wei=st.integers(-(10**24), 10**24),
    ),
    max_size=40,
)


def test_a_fall_is_measured_from_the_best_before_it() -> None:
    found = curve(1_000, [Earned(2, 500), Earned(1, 100), Earned(3, -700), Earned(4, 200)])
    assert [(p.at_ms, p.equity_wei, p.drawdown_wei) for p in found.points] == [
        (1, 1_100, 0),
        (2, 1_600, 0),
        (3, 900, 700),
        (4, 1_100, 500),
    ]
    assert (found.equity_wei, found.drawdown_wei, found.drawdown_bps) == (1_100, 700, 4_375)


def test_one_moment_is_one_point() -> None:
    """Two fills of one settlement are not a rise and a fall."""
    found = curve(0, [Earned(1, 900), Earned(1, -900)])
    assert [(p.equity_wei, p.drawdown_wei) for p in found.points] == [(0, 0)]


def test_a_share_of_nothing_is_not_told() -> None:
    assert curve(0, [Earned(1, -5)]).drawdown_bps is None
    assert curve(0, []).points == ()


@given(st.integers(0, 10**24), EARNED)
def test_the_curve_ends_where_the_sum_does_and_its_worst_is_its_largest(
    start: int, earned: list[Earned]
) -> None:
    found = curve(start, earned)
    assert found.equity_wei == start + sum(one.realised_wei for one in earned)
    assert found.drawdown_wei == max((p.drawdown_wei for p in found.points), default=0)
    equities = [start, *(p.equity_wei for p in found.points)]
    for place, point in enumerate(found.points, start=1):
        assert point.drawdown_wei == max(equities[: place + 1]) - point.equity_wei
    if found.drawdown_bps is not None and found.drawdown_wei:
        assert found.drawdown_bps * max(equities) // BPS_ONE + 1 > 0


@given(EARNED)
def test_the_order_in_which_it_is_told_does_not_matter(earned: list[Earned]) -> None:
    assert curve(5, earned) == curve(5, earned[::-1])
