"""Sums over time lose no wei, however they are cut; a drawdown is the deepest fall there was."""

from hypothesis import given
from hypothesis import strategies as st

from botctl.core.equity import (
    DAY_MS,
    Booked,
    Point,
    by_day,
    by_market,
    curve,
    drawdown,
    fallen,
    summed,
    thinned,
)

WEI = st.integers(-(2**256), 2**256)
TIMES = st.integers(0, 40 * DAY_MS)
BOOKED = st.builds(
    Booked, at_ms=TIMES, pair=st.sampled_from(["", "a", "b"]), symbol=st.none(),
    realised_wei=WEI, gas_wei=st.integers(0, 2**128), ends=st.booleans(),
)  # fmt: skip
HISTORY = st.lists(BOOKED, max_size=40).map(lambda some: sorted(some, key=lambda one: one.at_ms))
POINTS = st.lists(WEI, max_size=60).map(lambda some: [Point(i, wei) for i, wei in enumerate(some)])


@given(HISTORY)
def test_days_and_markets_add_up_to_the_whole(history: list[Booked]) -> None:
    whole = summed(history)
    days = [day.made for day in by_day(history, 0, 40 * DAY_MS)]
    markets = [market.made for market in by_market(history)]
    assert len(days) == 41
    for parts in (days, markets):
        assert sum(part.realised_wei for part in parts) == whole.realised_wei
        assert sum(part.gas_wei for part in parts) == whole.gas_wei
        assert sum(part.wins + part.losses for part in parts) == sum(one.ends for one in history)


@given(HISTORY)
def test_the_curve_ends_where_the_sum_is(history: list[Booked]) -> None:
    points = curve(history)
    assert [point.at_ms for point in points] == [one.at_ms for one in history]
    assert (points[-1].total_wei if points else 0) == summed(history).realised_wei


@given(POINTS)
def test_no_fall_is_deeper_than_the_drawdown_and_one_is_as_deep(points: list[Point]) -> None:
    """By the definition, in quadratic time: every earlier height, zero at the start among them."""
    heights = [0, *(point.total_wei for point in points)]
    falls = [high - low for i, high in enumerate(heights) for low in heights[i:]]
    found = drawdown(points)
    assert found.wei == max(falls)
    assert max((-each.total_wei for each in fallen(points)), default=0) == found.wei
    if found.wei:
        at = {point.at_ms: point.total_wei for point in points}
        assert found.from_ms is not None
        assert found.to_ms is not None
        top = max(0, at[found.from_ms])
        assert found.from_ms <= found.to_ms
        assert top - at[found.to_ms] == found.wei


@given(POINTS, st.integers(4, 20))
def test_a_thinned_curve_keeps_its_ends_and_its_extremes(points: list[Point], most: int) -> None:
    kept = thinned(points, most)
    assert len(kept) <= most
    assert set(kept) <= set(points)
    assert list(kept) == sorted(kept, key=lambda point: point.at_ms)
    if points:
        assert (kept[0], kept[-1]) == (points[0], points[-1])
    for extreme in (min, max):
        highest = extreme((point.total_wei for point in points), default=0)
        assert extreme((point.total_wei for point in kept), default=0) == highest


def test_a_day_begins_at_midnight_and_what_reverted_is_no_outcome() -> None:
    def one(at_ms: int, wei: int, *, ends: bool = True) -> Booked:
        return Booked(at_ms, "a", None, wei, 1, ends)

    history = [one(0, 5), one(DAY_MS - 1, -7), one(DAY_MS, 3), one(DAY_MS, -1, ends=False)]
    days = by_day(history, 0, DAY_MS)
    assert [day.made.realised_wei for day in days] == [-2, 2]
    assert [(day.made.wins, day.made.losses) for day in days] == [(1, 1), (1, 0)]
