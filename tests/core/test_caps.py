"""Kinds of market: a thin, young or closely held one gets less, and an unknown one the least."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.measures import Measures
from botctl.core.risk.caps import allowed, zone
from botctl.core.terms import Cap, Caps
from botctl.core.units import BPS_ONE
from tests.support.builders import ETHER

CAPS = Caps(
    liquidity_usd=(Cap(0, 5_000, 4_000), Cap(100_000, BPS_ONE, 7_000), Cap(1_000_000, BPS_ONE, BPS_ONE)),
    age_s=(Cap(0, 4_000, 5_000), Cap(86_400, BPS_ONE, BPS_ONE)),
    insiders_bps=(Cap(0, BPS_ONE, BPS_ONE), Cap(2_000, 5_000, 5_000), Cap(5_000, 2_500, 2_500)),
)  # fmt: skip
MEASURED = st.none() | st.integers(0, 10**7)


def measured(liquidity: int | None, age: int | None, insiders: int | None) -> Measures:
    return Measures(liquidity, None, age, None, None, None, None, insiders)


@pytest.mark.parametrize(
    ("liquidity", "age", "insiders", "where"),
    [
        (0, 0, 0, (0, 0, 0)),
        (99_999, 86_399, 1_999, (0, 0, 0)),
        (100_000, 86_400, 2_000, (1, 1, 1)),
        (10**7, 10**7, 10_000, (2, 1, 2)),
        (None, None, None, (0, 0, 2)),
    ],
)
def test_a_market_belongs_to_the_last_kind_whose_floor_it_reaches(
    liquidity: int | None, age: int | None, insiders: int | None, where: tuple[int, int, int]
) -> None:
    assert zone(measured(liquidity, age, insiders), CAPS) == where


@given(MEASURED, MEASURED, MEASURED)
def test_what_is_not_known_never_allows_more_than_what_is(
    liquidity: int | None, age: int | None, insiders: int | None
) -> None:
    known = measured(liquidity, age, insiders)
    for unknown in (
        measured(None, age, insiders),
        measured(liquidity, None, insiders),
        measured(liquidity, age, None),
    ):
        less, more = (
            allowed(CAPS, zone(m, CAPS), trade_wei=ETHER, exposure_max_wei=10 * ETHER)
            for m in (unknown, known)
        )
        assert less.trade_wei <= more.trade_wei
        assert all(a <= b for a, b in zip(less.exposure_wei, more.exposure_wei, strict=True))


def test_the_strictest_of_the_three_sizes_the_trade() -> None:
    may = allowed(CAPS, (2, 0, 1), trade_wei=ETHER, exposure_max_wei=10 * ETHER)
    assert may.trade_wei == ETHER * 4 // 10
    assert may.exposure_wei == (10 * ETHER, 5 * ETHER, 5 * ETHER)
