"""Intervals, effective samples and quartiles: exact, rounded outwards, and against the textbook."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.shares import independent, quartiles, share
from botctl.core.units import BPS_ONE

Z2 = Fraction(196, 100) ** 2
SAMPLES = st.integers(1, 2_000)


@st.composite
def parts(draw: st.DrawFn) -> tuple[int, int, int]:
    """part, whole, sample"""
    whole = draw(st.integers(1, 5_000))
    return draw(st.integers(0, whole)), whole, draw(st.integers(1, whole))


def outside(true: Fraction, seen: Fraction, sample: int) -> bool:
    """Would so far from `seen` be seen less than once in twenty? What Wilson's interval solves."""
    return (seen - true) ** 2 > Z2 * true * (1 - true) / sample


@given(parts())
def test_the_interval_holds_all_that_could_be_true_and_not_a_point_more(
    drawn: tuple[int, int, int],
) -> None:
    part, whole, sample = drawn
    seen, told = Fraction(part, whole), share(*drawn)
    point = Fraction(1, BPS_ONE)
    for bound, inwards in ((told.low_bps, point), (told.high_bps, -point)):
        at = bound * point
        on_the_rim = at in (0, 1) or at == seen
        assert (
            on_the_rim
            or outside(at, seen, sample)
            or (seen - at) ** 2 == Z2 * at * (1 - at) / sample
        )
        assert not outside(min(max(at + inwards, Fraction(0)), Fraction(1)), seen, sample)


@given(parts())
def test_the_share_lies_within_its_interval(drawn: tuple[int, int, int]) -> None:
    told = share(*drawn)
    assert 0 <= told.low_bps <= told.bps <= told.high_bps <= BPS_ONE


@pytest.mark.parametrize(("part", "whole", "sample"), [(0, 10, 10), (10, 10, 10), (3, 40, 20)])
def test_it_is_the_textbooks_formula(part: int, whole: int, sample: int) -> None:
    z, p = 1.96, part / whole
    middle = (p + z * z / (2 * sample)) / (1 + z * z / sample)
    half = z * sqrt(p * (1 - p) / sample + z * z / (4 * sample**2)) / (1 + z * z / sample)
    told = share(part, whole, sample)
    assert told.low_bps == pytest.approx((middle - half) * BPS_ONE, abs=1)
    assert told.high_bps == pytest.approx((middle + half) * BPS_ONE, abs=1)


def test_none_of_ten_may_still_be_a_quarter() -> None:
    assert share(0, 10, 10).high_bps == 2_776  # 27.75 % in every table of the interval
    assert share(0, 10, 10).low_bps == 0


@given(parts(), st.integers(1, 50))
def test_more_of_the_same_makes_the_interval_no_wider(
    drawn: tuple[int, int, int], times: int
) -> None:
    part, whole, sample = drawn
    few, many = share(part, whole, sample), share(part * times, whole * times, sample * times)
    assert few.low_bps <= many.low_bps
    assert many.high_bps <= few.high_bps


@given(st.lists(st.integers(1, 100), min_size=1, max_size=50))
def test_looks_are_worth_no_more_than_their_markets_and_no_less_than_one(counts: list[int]) -> None:
    assert 1 <= independent(counts) <= len(counts)


@given(st.integers(1, 100), st.integers(1, 50))
def test_as_many_looks_at_each_market_are_worth_the_markets(looks: int, markets: int) -> None:
    assert independent([looks] * markets) == markets


def test_one_market_that_was_refused_every_hour_is_one_market() -> None:
    assert independent([168]) == 1
    assert independent([168, 1, 1]) == 1
    assert independent([]) == 0


@given(st.lists(st.integers(), min_size=1))
def test_quartiles_occurred_and_part_the_looks(values: list[int]) -> None:
    found = quartiles(values)
    assert found is not None
    assert list(found) == sorted(found)
    for part, at in enumerate(found, start=1):
        assert at in values
        assert 4 * sum(value <= at for value in values) >= part * len(values)
        assert 4 * sum(value < at for value in values) < part * len(values)


def test_there_are_no_quartiles_of_nothing() -> None:
    assert quartiles([]) is None
    assert quartiles([4, 1, 3, 2]) == (1, 2, 3)
