"""Dry run and reality, measured: the same bytes on paper and on the chain (LESSONS 16)."""

import pytest

from botctl.adapters.devnet.plan import ETHER
from botctl.core.intent import Side
from botctl.core.orders import Receipt, SignedTx
from tests.paper.twin import Pair, Twin
from tests.support.zoo import HONEST

SELLABLE = (*HONEST, "FeeToken", "SellTaxTrap")
UNSELLABLE = ("HoneypotRevert", "HoneypotSilent", "BlacklistTrap", "TinyMaxSell")
WEI = ETHER // 3
GAS_ABOVE_BPS_MAX = 1_000  # paper may overstate gas by a tenth, and may not understate it


@pytest.mark.parametrize("symbol", SELLABLE)
@pytest.mark.parametrize("wei", [ETHER // 100, WEI, 3 * ETHER + 1])
def test_a_round_trip_fills_on_paper_as_on_the_chain_to_the_wei(
    twin: Twin, symbol: str, wei: int
) -> None:
    token = twin.token(symbol)

    bought = twin.both(twin.buy(token, wei))
    held = twin.held(token)
    approved = twin.both(twin.approve(token, held))
    sold = twin.both(twin.sell(token, held))

    for side, amount, pair in ((Side.BUY, wei, bought), (Side.SELL, held, sold)):
        paper, real = twin.fills(token, side, amount, pair)
        assert paper.token_delta == real.token_delta
        assert paper.native_delta_wei == real.native_delta_wei
    for pair in (bought, approved, sold):
        assert pair.paper.ok
        assert pair.real.ok
        assert pair.paper.gas_price_wei == pair.real.gas_price_wei
        assert_gas_errs_against_us(pair)


@pytest.mark.parametrize("symbol", SELLABLE)
@pytest.mark.parametrize("share", [2, 3, 1_000_003])
def test_a_part_sold_brings_as_much_as_on_the_chain(twin: Twin, symbol: str, share: int) -> None:
    token = twin.token(symbol)
    twin.both(twin.buy(token, WEI))
    part = twin.held(token) // share
    twin.both(twin.approve(token, part))
    sold = twin.both(twin.sell(token, part))
    paper, real = twin.fills(token, Side.SELL, part, sold)
    assert paper.native_delta_wei == real.native_delta_wei > 0
    assert paper.token_delta == real.token_delta == -part


def test_tokens_that_somebody_left_at_the_pair_count_on_paper_too(twin: Twin) -> None:
    token = twin.token("PlainToken")
    twin.both(twin.buy(token, WEI))
    held = twin.held(token)
    gift, pair = held // 4, twin.pair_of(token)
    assert pair is not None
    twin.give_from_crowd(token, pair, gift)
    twin.both(twin.approve(token, held))
    sold = twin.both(twin.sell(token, held))
    paper, real = twin.fills(token, Side.SELL, held, sold)
    assert paper.native_delta_wei == real.native_delta_wei


@pytest.mark.parametrize("symbol", UNSELLABLE)
def test_what_cannot_be_sold_cannot_be_sold_on_paper(twin: Twin, symbol: str) -> None:
    token = twin.token(symbol)
    assert twin.both(twin.buy(token, WEI)).real.ok
    held = twin.held(token)
    twin.both(twin.approve(token, held))
    assert_both_revert(twin, twin.sell(token, held))
    assert twin.held(token) == held


def test_too_little_out_reverts_on_paper_as_on_the_chain(twin: Twin) -> None:
    token = twin.token("PlainToken")
    got = twin.both(twin.buy(token, WEI))
    received = got.paper.transfers[-1][-1]
    assert_both_revert(twin, twin.buy(token, WEI, min_out=received), "INSUFFICIENT_OUTPUT_AMOUNT")


def test_the_bound_itself_is_enough_and_one_more_is_not(twin: Twin) -> None:
    token = twin.token("FeeToken")
    first = twin.both(twin.buy(token, WEI))
    held = twin.held(token)
    twin.both(twin.approve(token, held))
    out = twin.quoted_sale(token, held)
    assert_both_revert(twin, twin.sell(token, held, min_out=out + 1), "INSUFFICIENT_OUTPUT_AMOUNT")
    assert twin.both(twin.sell(token, held, min_out=out)).real.ok
    assert first.paper.ok


@pytest.mark.parametrize("side", Side)
def test_a_deadline_that_has_passed_reverts_on_both(twin: Twin, side: Side) -> None:
    token = twin.token("PlainToken")
    twin.both(twin.buy(token, WEI))
    past_s = twin.deadline_s() - 7_200
    late = (
        twin.buy(token, WEI, deadline_s=past_s)
        if side is Side.BUY
        else twin.sell(token, 1, deadline_s=past_s)
    )
    assert_both_revert(twin, late, "EXPIRED")


def test_without_allowance_or_tokens_a_sell_reverts_on_both(twin: Twin) -> None:
    token = twin.token("PlainToken")
    twin.both(twin.buy(token, WEI))
    held = twin.held(token)
    assert_both_revert(twin, twin.sell(token, held), "TRANSFER_FROM_FAILED")
    twin.both(twin.approve(token, held + 1))
    assert_both_revert(twin, twin.sell(token, held + 1), "TRANSFER_FROM_FAILED")


@pytest.mark.parametrize("gas_limit", [60_000, 120_000, 138_000])
def test_a_gas_limit_that_is_too_low_is_too_low_on_paper_and_all_of_it_is_paid(
    twin: Twin, gas_limit: int
) -> None:
    token = twin.token("PlainToken")
    twin.both(twin.buy(token, WEI))
    held = twin.held(token)
    twin.both(twin.approve(token, held))
    pair = assert_both_revert(twin, twin.sell(token, held, gas_limit=gas_limit))
    assert pair.paper.gas_used == gas_limit


def test_both_wallets_are_the_same_but_for_the_gas(twin: Twin) -> None:
    token = twin.token("FeeToken")
    pairs = [twin.both(twin.buy(token, WEI))]
    held = twin.held(token)
    pairs.append(twin.both(twin.approve(token, held)))
    head = twin.reader.head().block
    for txs in (twin.venue, twin.txs):
        assert txs.allowance(twin.address, twin.terms.router, token, head) == held
    pairs.append(twin.both(twin.sell(token, held // 2)))
    paper, real = twin.wallets(token)
    assert paper.nonce == real.nonce == 3
    assert paper.holdings == real.holdings
    gas = sum(gas_wei(pair.paper) - gas_wei(pair.real) for pair in pairs)
    assert real.balance_wei - paper.balance_wei == gas
    head = twin.reader.head().block
    for txs in (twin.venue, twin.txs):
        assert txs.allowance(twin.address, twin.terms.router, token, head) == held - held // 2


def assert_both_revert(twin: Twin, signed: SignedTx, reason: str = "") -> Pair:
    pair = twin.both(signed)
    assert not pair.paper.ok
    assert not pair.real.ok
    assert pair.paper.transfers == ()
    told = twin.venue.revert_reason(signed.raw, pair.paper.block_number - 1)
    assert told
    if reason:
        assert reason in told
        assert twin.txs.revert_reason(signed.raw, pair.real.block_number - 1) == told
    return pair


def assert_gas_errs_against_us(pair: Pair) -> None:
    above = pair.paper.gas_used - pair.real.gas_used
    assert 0 <= above <= pair.real.gas_used * GAS_ABOVE_BPS_MAX // 10_000


def gas_wei(receipt: Receipt) -> int:
    return receipt.gas_used * receipt.gas_price_wei
