"""Shares and ratios: what we may receive is rounded down, what we may pay is rounded up."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from botctl.core.units import (
    BPS_ONE,
    UINT256_MAX,
    ratio_bps_ceil,
    ratio_bps_floor,
    share_ceil,
    share_floor,
)

amounts = st.integers(0, UINT256_MAX)
shares = st.integers(0, 2 * BPS_ONE)
wholes = st.integers(1, UINT256_MAX)


@given(amounts, shares)
def test_a_floor_share_never_exceeds_the_exact_one_and_misses_less_than_a_unit(
    amount: int, bps: int
) -> None:
    exact = Fraction(amount * bps, BPS_ONE)
    assert exact - 1 < share_floor(amount, bps) <= exact


@given(amounts, shares)
def test_a_ceil_share_is_never_below_the_exact_one_and_exceeds_it_by_less_than_a_unit(
    amount: int, bps: int
) -> None:
    exact = Fraction(amount * bps, BPS_ONE)
    assert exact <= share_ceil(amount, bps) < exact + 1


@given(amounts, st.integers(0, BPS_ONE))
def test_what_is_taken_and_what_is_left_are_the_whole(amount: int, bps: int) -> None:
    assert share_ceil(amount, bps) + share_floor(amount, BPS_ONE - bps) == amount


@given(amounts, wholes)
def test_a_cost_looks_larger_and_a_merit_smaller_than_it_is(part: int, whole: int) -> None:
    exact = Fraction(part * BPS_ONE, whole)
    assert exact - 1 < ratio_bps_floor(part, whole) <= exact
    assert exact <= ratio_bps_ceil(part, whole) < exact + 1


def test_the_largest_amount_of_a_chain_is_exact() -> None:
    assert share_floor(UINT256_MAX, BPS_ONE) == UINT256_MAX
    assert share_ceil(UINT256_MAX, BPS_ONE) == UINT256_MAX
