"""Numbers derived from facts: exact, rounded against us, and None as soon as an input is unknown."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.facts import Detection, Probe, ProbeStatus, QuotePrice
from botctl.core.measures import (
    Measures,
    buy_tax_bps,
    measures,
    sell_tax_bps,
    usd,
    usd_price,
)
from botctl.core.units import BPS_ONE, MICRO
from tests.support.builders import (
    BLOCK_TIME_S,
    ETHER,
    NATIVE,
    TOKEN,
    WORLD,
    make_detection,
    make_probe,
    make_world,
)

taxes = st.integers(0, BPS_ONE)


def measured(**facts: object) -> Measures:
    return measures(WORLD, make_detection(**facts))


def test_the_good_market_measures_as_worked_by_hand() -> None:
    found = measured(created_s=BLOCK_TIME_S - 100, lp_supply=3, lp_locked=2)
    assert found.liquidity_usd == 2 * 100 * 2_000
    assert found.fdv_usd == 10 * 100 * 2_000
    assert found.age_s == 100
    assert found.lp_locked_bps == 6_666
    assert (found.buy_tax_bps, found.sell_tax_bps) == (0, 0)
    assert found.round_trip_loss_bps == 60  # two fees of 30 bps, and the pool's curve


@pytest.mark.parametrize(
    ("facts", "unknown"),
    [
        ({"reserve_quote": None}, ["liquidity_usd", "fdv_usd"]),
        ({"reserve_token": None}, ["fdv_usd"]),
        ({"reserve_token": 0}, ["fdv_usd"]),
        ({"token_supply": None}, ["fdv_usd", "insiders_bps"]),
        ({"insiders_token": None}, ["insiders_bps"]),
        ({"created_s": None}, ["age_s"]),
        ({"lp_supply": None}, ["lp_locked_bps"]),
        ({"lp_supply": 0}, ["lp_locked_bps"]),
        ({"lp_locked": None}, ["lp_locked_bps"]),
        ({"probe": None}, ["buy_tax_bps", "sell_tax_bps", "round_trip_loss_bps"]),
        (
            {"probe": make_probe(expected_out=0)},
            ["buy_tax_bps", "sell_tax_bps", "round_trip_loss_bps"],
        ),
        ({"probe": make_probe(sent_to_pair=0)}, ["sell_tax_bps"]),
    ],
)
def test_an_unknown_input_makes_its_measures_unknown_and_no_other(
    facts: dict[str, object], unknown: list[str]
) -> None:
    found = measured(**facts)
    assert [n for n in Measures.__slots__ if getattr(found, n) is None] == unknown


@pytest.mark.parametrize("prices", [(), (QuotePrice(TOKEN, MICRO),), (QuotePrice(NATIVE, None),)])
def test_without_a_price_of_the_quote_no_value_is_known(prices: tuple[QuotePrice, ...]) -> None:
    found = measures(make_world(prices=prices), make_detection())
    assert (found.liquidity_usd, found.fdv_usd) == (None, None)
    assert usd_price(make_world(prices=prices), NATIVE) is None


def test_nothing_locked_is_known_and_zero() -> None:
    assert measured(lp_locked=0).lp_locked_bps == 0


@given(st.integers(0, 2**112), st.integers(0, 10**12), st.integers(0, 30))
def test_dollars_are_whole_and_rounded_down(amount: int, price: int, decimals: int) -> None:
    exact = Fraction(amount * price, 10**decimals * MICRO)
    assert exact - 1 < usd(amount, price, decimals) <= exact


@pytest.mark.parametrize("decimals", [6, 8, 18])
def test_a_quote_of_any_decimals_is_worth_the_same(decimals: int) -> None:
    unit: int = 10**decimals
    found = measured(quote_decimals=decimals, reserve_quote=100 * unit)
    assert found.liquidity_usd == 400_000


@given(taxes, taxes)
def test_a_tax_is_never_measured_smaller_than_it_is(buy: int, sell: int) -> None:
    probe = make_probe(buy_tax_bps=buy, sell_tax_bps=sell)
    assert buy_tax_bps(probe) >= buy
    if probe.received:
        found = sell_tax_bps(probe)
        assert found is not None
        assert found >= sell


def test_a_tax_taken_after_the_pool_has_paid_counts_as_a_sell_tax() -> None:
    honest = make_probe()
    assert sell_tax_bps(make_probe(back=honest.expected_back // 2)) == 5_001
    assert sell_tax_bps(make_probe(arrived=honest.sent_to_pair // 4)) == 7_500


def test_a_round_trip_counts_what_came_back_against_what_went_in() -> None:
    assert round_trip(make_probe(amount_in=ETHER, back=ETHER // 2)) == 5_000
    assert round_trip(make_probe(amount_in=ETHER, back=2 * ETHER)) == 0


def test_a_failed_buy_measures_as_a_total_loss() -> None:
    probe = make_probe(
        status=ProbeStatus.BUY_REVERTED, received=0, sent_to_pair=0, arrived=0, back=0
    )
    found = measured(probe=probe)
    assert (found.buy_tax_bps, found.sell_tax_bps, found.round_trip_loss_bps) == (
        BPS_ONE,
        None,
        BPS_ONE,
    )


def round_trip(probe: Probe) -> int | None:
    seen: Detection = make_detection(probe=probe)
    return measures(WORLD, seen).round_trip_loss_bps
