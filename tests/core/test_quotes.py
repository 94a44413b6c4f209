"""The trade that is considered: every rounding is against us."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from botctl.core.amm import amount_out
from botctl.core.case import Quote
from botctl.core.facts import Detection, Probe
from botctl.core.measures import buy_tax_bps, measures
from botctl.core.policy import Policy, band_for
from botctl.core.quotes import (
    EXIT_GAS_MIN,
    GAS_OUTSIDE_PROBE,
    entry_quote,
    exit_quote,
    exit_value,
    fee_max_wei,
    with_margin,
)
from botctl.core.units import BPS_ONE, share_floor
from tests.support.builders import (
    BANDS,
    ETHER,
    GWEI,
    POLICY,
    RESERVE_QUOTE,
    RESERVE_TOKEN,
    TRADE_WEI,
    WORLD,
    make_detection,
    make_policy,
    make_probe,
    make_world,
)

reserves = st.integers(10**6, 2**100)
taxes = st.integers(0, BPS_ONE)


def entry(seen: Detection, policy: Policy = POLICY) -> Quote:
    found = entry_quote(WORLD, seen, measures(WORLD, seen), policy)
    assert found is not None
    return found


def leaving(seen: Detection, quantity: int = 1_000 * ETHER, slippage_bps: int = 200) -> Quote:
    m = measures(WORLD, seen)
    found = exit_quote(WORLD, seen, m, POLICY, quantity=quantity, slippage_bps=slippage_bps)
    assert found is not None
    return found


def pool(token: int, quote: int, **more: object) -> Detection:
    return make_detection(reserve_token=token, reserve_quote=quote, **more)


@given(reserves, reserves, st.integers(0, 5_000))
def test_an_entrys_bound_is_its_expectation_less_the_slippage_rounded_down(
    token: int, quote: int, tax: int
) -> None:
    probe = make_probe(reserve_token=token, reserve_quote=quote, buy_tax_bps=tax)
    found = entry(pool(token, quote, probe=probe))
    exact = Fraction(found.expected_out * (BPS_ONE - found.slippage_bps), BPS_ONE)
    assert exact - 1 < found.min_out <= exact


@given(reserves, reserves, taxes)
def test_an_entry_expects_no_more_than_the_pool_quotes_nor_than_was_received_in_simulation(
    token: int, quote: int, tax: int
) -> None:
    probe = make_probe(reserve_token=token, reserve_quote=quote, buy_tax_bps=tax)
    found = entry(pool(token, quote, probe=probe))
    assert found.expected_out <= amount_out(TRADE_WEI, quote, token)
    if probe.received > 0:
        assert found.expected_out == probe.received


def test_a_simulation_that_received_more_than_the_quote_is_not_believed() -> None:
    honest = make_probe()
    generous = make_probe(received=honest.received * 2)
    assert entry(make_detection(probe=generous)).expected_out == honest.expected_out


def test_a_trade_of_another_size_than_the_simulated_one_pays_its_tax_and_its_gas() -> None:
    probe = make_probe(amount_in=TRADE_WEI * 2, buy_tax_bps=300)
    found = entry(make_detection(probe=probe))
    untaxed = amount_out(TRADE_WEI, RESERVE_QUOTE, RESERVE_TOKEN)
    assert found.expected_out == share_floor(untaxed, BPS_ONE - buy_tax_bps(probe))
    assert found.gas_limit == entry(make_detection(probe=make_probe(buy_tax_bps=300))).gas_limit


def test_without_a_simulation_the_gas_of_a_trade_is_not_known() -> None:
    assert entry(make_detection(probe=None)).gas_limit == 0  # INV_GAS_BOUNDS_OK does not pass


@given(reserves, reserves)
def test_the_cost_of_an_entry_never_looks_smaller_than_it_is(token: int, quote: int) -> None:
    found = entry(pool(token, quote, probe=None))
    mid = Fraction(TRADE_WEI * token, quote)
    assert found.cost_bps >= (1 - Fraction(found.min_out) / mid) * BPS_ONE


@given(st.integers(1, 10**9), st.integers(0, 20_000))
def test_a_gas_limit_has_room_for_what_a_simulation_cannot_see_and_its_margin_is_rounded_up(
    gas: int, margin: int
) -> None:
    found = with_margin(gas, make_policy(gas_margin_bps=margin))
    exact = GAS_OUTSIDE_PROBE + Fraction(gas * (BPS_ONE + margin), BPS_ONE)
    assert exact <= found < exact + 1


def test_an_unknown_gas_stays_unknown_and_gets_no_margin() -> None:
    assert with_margin(0, POLICY) == 0


def test_a_gas_price_has_room_for_the_base_fee_to_double() -> None:
    assert fee_max_wei(make_world(base_fee_wei=7 * GWEI, priority_fee_wei=GWEI)) == 15 * GWEI


@pytest.mark.parametrize(
    "facts",
    [{"reserve_token": None}, {"reserve_quote": None}, {"quote_decimals": 18, "quote": "x"}],
)
def test_nothing_is_quoted_for_an_entry_when_reserves_or_liquidity_are_unknown(
    facts: dict[str, object],
) -> None:
    seen = make_detection(**facts)
    assert entry_quote(WORLD, seen, measures(WORLD, seen), POLICY) is None


def test_a_drained_pool_is_quoted_as_paying_nothing() -> None:
    found = entry(pool(RESERVE_TOKEN, 0, probe=None))
    assert (found.expected_out, found.min_out, found.impact_bps) == (0, 0, BPS_ONE)


@given(reserves, reserves, taxes, st.integers(1, 2**100), st.integers(0, BPS_ONE))
def test_an_exit_expects_the_pools_payment_for_what_arrives_after_the_tax(
    token: int, quote: int, tax: int, quantity: int, slippage: int
) -> None:
    probe = make_probe(reserve_token=token, reserve_quote=quote, sell_tax_bps=tax)
    assume(probe.received > 0)  # otherwise the simulation measured no tax
    seen = pool(token, quote, probe=probe)
    found = leaving(seen, quantity, slippage)
    assert found.expected_out <= amount_out(quantity - quantity * tax // BPS_ONE, token, quote)
    assert found.min_out <= Fraction(found.expected_out * (BPS_ONE - slippage), BPS_ONE)
    assert found.amount_in == quantity


@pytest.mark.parametrize("probe", [None, make_probe(sent_to_pair=0)])
def test_a_sell_tax_that_was_not_measured_counts_as_the_highest_that_was_let_in(
    probe: Probe | None,
) -> None:
    seen, left_bps = make_detection(probe=probe), BPS_ONE - POLICY.risk.sell_tax_max_bps
    assert exit_value(seen, measures(WORLD, seen), ETHER) is None
    arriving = 1_000 * ETHER * left_bps // BPS_ONE
    assert leaving(seen).expected_out == amount_out(arriving, RESERVE_TOKEN, RESERVE_QUOTE)


def test_an_exit_never_gets_less_gas_than_its_named_minimum() -> None:
    """A sell simulated right after its buy finds the slots cheap: its measure is a lower bound."""
    assert leaving(make_detection()).gas_limit == EXIT_GAS_MIN
    assert leaving(make_detection(probe=None)).gas_limit == EXIT_GAS_MIN
    heavy = make_detection(probe=make_probe(sell_gas=10**6))
    assert leaving(heavy).gas_limit == GAS_OUTSIDE_PROBE + 1_250_000


@pytest.mark.parametrize("facts", [{"reserve_token": None}, {"reserve_quote": None}])
def test_an_unreadable_pool_has_no_exit_value_which_is_not_a_value_of_zero(
    facts: dict[str, object],
) -> None:
    seen = make_detection(**facts)
    m = measures(WORLD, seen)
    assert exit_value(seen, m, 1) is None
    assert exit_quote(WORLD, seen, m, POLICY, quantity=1, slippage_bps=0) is None


def test_an_exit_is_quoted_even_when_no_dollar_price_is_known() -> None:
    seen = make_detection()
    world = make_world(prices=())
    found = exit_quote(world, seen, measures(world, seen), POLICY, quantity=5, slippage_bps=0)
    assert found is not None
    assert found.band is BANDS[0]


@pytest.mark.parametrize(
    ("liquidity", "index"), [(0, 0), (99_999, 0), (100_000, 1), (999_999, 1), (1_000_000, 2)]
)
def test_a_band_begins_exactly_at_its_floor(liquidity: int, index: int) -> None:
    assert band_for(BANDS, liquidity) is BANDS[index]


def test_the_slippage_of_an_entry_is_that_of_its_liquidity_band() -> None:
    thin = pool(RESERVE_TOKEN, 5 * ETHER, probe=None)
    assert entry(thin).slippage_bps == BANDS[0].slippage_bps
    assert entry(make_detection()).slippage_bps == BANDS[1].slippage_bps
