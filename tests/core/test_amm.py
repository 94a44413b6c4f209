"""The constant product: equal to the contract's own arithmetic, and never rounded in our favour."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from botctl.core.amm import amount_out, impact_bps, mid_out, shortfall_bps
from botctl.core.units import BPS_ONE

UINT112_MAX = 2**112 - 1  # a pair's reserves are uint112
amounts = st.integers(min_value=1, max_value=UINT112_MAX)
reserves = st.integers(min_value=1, max_value=UINT112_MAX)


def library_amount_out(amount_in: int, reserve_in: int, reserve_out: int) -> int:
    """UniswapV2Library.getAmountOut, line by line, with every step inside 256 bits."""
    steps = [amount_in * 997]
    steps.append(steps[0] * reserve_out)
    steps.append(reserve_in * 1000 + steps[0])
    assert all(step < 2**256 for step in steps)
    return steps[1] // steps[2]


@given(amounts, reserves, reserves)
def test_the_output_is_that_of_the_contract_to_the_last_unit(a: int, r_in: int, r_out: int) -> None:
    assert amount_out(a, r_in, r_out) == library_amount_out(a, r_in, r_out)


def test_the_output_is_that_of_a_swap_worked_by_hand() -> None:
    # 1000 into 10000:10000 -> 997000*10000 // (10000000 + 997000) = 9970000000 // 10997000
    assert amount_out(1_000, 10_000, 10_000) == 906


@given(amounts, reserves, reserves)
def test_k_never_falls_and_the_pool_is_never_emptied(a: int, r_in: int, r_out: int) -> None:
    out = amount_out(a, r_in, r_out)
    assert 0 <= out < r_out
    assert (r_in + a) * (r_out - out) >= r_in * r_out
    # the pair's own check, with the fee taken from what came in (UniswapV2Pair.swap)
    assert ((r_in + a) * 1000 - a * 3) * ((r_out - out) * 1000) >= r_in * r_out * 1000**2


@given(amounts, reserves, reserves)
def test_one_more_unit_would_break_the_pairs_own_check(a: int, r_in: int, r_out: int) -> None:
    out = amount_out(a, r_in, r_out) + 1
    assert ((r_in + a) * 1000 - a * 3) * ((r_out - out) * 1000) < r_in * r_out * 1000**2


@given(amounts, amounts, reserves, reserves)
def test_more_in_never_gives_less_out(a: int, b: int, r_in: int, r_out: int) -> None:
    low, high = sorted((a, b))
    assert amount_out(low, r_in, r_out) <= amount_out(high, r_in, r_out)


@given(amounts, reserves, reserves)
def test_a_round_trip_never_brings_back_more_than_went_in(a: int, r_in: int, r_out: int) -> None:
    out = amount_out(a, r_in, r_out)
    assert amount_out(out, r_out - out, r_in + a) <= a


@given(amounts, amounts, reserves, reserves)
def test_splitting_a_trade_is_never_better_than_the_pools_rounding(
    a: int, b: int, r_in: int, r_out: int
) -> None:
    first = amount_out(a, r_in, r_out)
    second = amount_out(b, r_in + a, r_out - first)
    assert (r_in + a + b) * (r_out - first - second) >= r_in * r_out


@given(st.sampled_from([(0, 1, 1), (1, 0, 1), (1, 1, 0), (-1, 9, 9), (9, -1, 9), (9, 9, -1)]))
def test_a_pool_that_cannot_pay_pays_nothing(case: tuple[int, int, int]) -> None:
    assert amount_out(*case) == 0


@given(amounts, reserves, reserves)
def test_the_impact_is_the_loss_against_mid_before_the_fee_rounded_up(
    a: int, r_in: int, r_out: int
) -> None:
    without_fee = Fraction(a * r_out, r_in + a)
    mid = Fraction(a * r_out, r_in)
    loss = (1 - without_fee / mid) * BPS_ONE
    assert loss <= impact_bps(a, r_in) < loss + 1


def test_the_impact_on_an_empty_pool_is_total() -> None:
    assert impact_bps(1, 0) == BPS_ONE
    assert impact_bps(1, -5) == BPS_ONE


@given(st.integers(0, UINT112_MAX), st.integers(1, UINT112_MAX))
def test_a_shortfall_is_rounded_up_so_that_nothing_missing_looks_like_nothing(
    got: int, wanted: int
) -> None:
    missing = max(Fraction(wanted - got, wanted) * BPS_ONE, Fraction(0))
    assert missing <= shortfall_bps(got, wanted) < missing + 1
    assert (shortfall_bps(got, wanted) == 0) == (got >= wanted)


def test_there_is_no_shortfall_where_nothing_was_wanted() -> None:
    assert shortfall_bps(0, 0) == 0
    assert shortfall_bps(0, -1) == 0


@given(amounts, reserves, reserves)
def test_the_mid_value_is_rounded_up_so_that_a_cost_never_looks_smaller(
    a: int, r_in: int, r_out: int
) -> None:
    exact = Fraction(a * r_out, r_in)
    assert exact <= mid_out(a, r_in, r_out) < exact + 1


def test_without_a_reserve_there_is_no_mid_price() -> None:
    assert mid_out(10, 0, 10) == 0


@given(amounts, reserves, reserves)
def test_what_the_pool_pays_never_exceeds_the_mid_value(a: int, r_in: int, r_out: int) -> None:
    assert amount_out(a, r_in, r_out) <= mid_out(a, r_in, r_out)
