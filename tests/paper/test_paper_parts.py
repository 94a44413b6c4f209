"""The pure parts: calldata read back, a token's fee found out, the public key."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.paper.calls import Approve, Asked, Buy, NoOp, Sell, Unknown, asked
from botctl.adapters.paper.outcome import Outcome, intrinsic_gas, reverted, within_gas
from botctl.adapters.paper.pairs import native_pairs
from botctl.adapters.paper.signer import paper_signer
from botctl.adapters.paper.transfer_fee import TELLING_UNITS, arriving
from botctl.core.facts import Market, Source
from botctl.core.orders import UnsignedTx
from botctl.core.units import (
    BPS_ONE,
    UINT256_MAX,
    Address,
    share_ceil,
    share_floor,
)
from tests.support.builders import address

WALLET, ROUTER, NATIVE, TOKEN, OTHER = (address(number) for number in range(1, 6))
CALLS = RouterCalls()
Rounding = Callable[[int, int], int]
amounts = st.integers(0, UINT256_MAX)


def read(to: Address, data: bytes, value_wei: int = 0) -> Asked:
    return asked(tx(to, data, value_wei), wallet=WALLET, router=ROUTER, native=NATIVE)


def tx(to: Address, data: bytes, value_wei: int = 0, gas_limit: int = 100_000) -> UnsignedTx:
    return UnsignedTx(1, 0, to, value_wei, data, gas_limit, 2, 1)


@given(amounts, amounts, amounts, amounts)
def test_what_botctl_writes_paper_reads_back(a: int, b: int, c: int, value_wei: int) -> None:
    buy = CALLS.buy(min_out=a, path=(NATIVE, TOKEN), to=WALLET, deadline_s=c)
    assert read(ROUTER, buy, value_wei) == Buy(TOKEN, value_wei, a, c)
    sell = CALLS.sell(amount_in=a, min_out=b, path=(TOKEN, NATIVE), to=WALLET, deadline_s=c)
    assert read(ROUTER, sell) == Sell(TOKEN, a, b, c)
    assert read(TOKEN, CALLS.approve(spender=ROUTER, amount=a)) == Approve(TOKEN, ROUTER, a)
    assert read(WALLET, b"") == NoOp()


BUY = CALLS.buy(min_out=1, path=(NATIVE, TOKEN), to=WALLET, deadline_s=9)
SELL = CALLS.sell(amount_in=2, min_out=1, path=(TOKEN, NATIVE), to=WALLET, deadline_s=9)


@pytest.mark.parametrize(
    ("to", "data", "value_wei"),
    [
        (OTHER, BUY, 5),  # not the router
        (ROUTER, CALLS.buy(min_out=1, path=(NATIVE, TOKEN), to=OTHER, deadline_s=9), 5),
        (ROUTER, CALLS.buy(min_out=1, path=(OTHER, TOKEN), to=WALLET, deadline_s=9), 5),
        (ROUTER, CALLS.buy(min_out=1, path=(NATIVE, OTHER, TOKEN), to=WALLET, deadline_s=9), 5),
        (
            ROUTER,
            CALLS.sell(amount_in=2, min_out=1, path=(TOKEN, OTHER), to=WALLET, deadline_s=9),
            0,
        ),
        (ROUTER, SELL, 5),  # not payable
        (TOKEN, CALLS.approve(spender=ROUTER, amount=1), 5),
        (TOKEN, CALLS.approve(spender=ROUTER, amount=1)[:-1], 0),
        (ROUTER, BUY[:-1], 5),
        (ROUTER, BUY + b"\0", 5),
        (ROUTER, b"\1\2", 0),
        (OTHER, b"", 5),
    ],
)
def test_anything_else_is_unknown(to: Address, data: bytes, value_wei: int) -> None:
    assert isinstance(read(to, data, value_wei), Unknown)


roundings = st.sampled_from([share_floor, share_ceil])
fees_bps = st.integers(0, BPS_ONE)
some = st.one_of(st.integers(0, 3 * TELLING_UNITS), amounts)


def found_out(amount: int, fee_bps: int, sent: int, rounding: Rounding) -> int:
    return arriving(amount, sent=sent, arrived=sent - rounding(sent, fee_bps))


@settings(max_examples=500)
@given(some, fees_bps, st.one_of(st.integers(TELLING_UNITS, 30_000), some), roundings)
def test_a_fee_in_basis_points_is_found_out_exactly_unless_nothing_was_left_to_round(
    amount: int, fee_bps: int, sent: int, rounding: Rounding
) -> None:
    assume(sent >= TELLING_UNITS)
    truth = amount - rounding(amount, fee_bps)
    unrounded = sent * fee_bps % BPS_ONE == 0
    assert truth - unrounded <= found_out(amount, fee_bps, sent, rounding) <= truth


@settings(max_examples=500)
@given(some, fees_bps, some.filter(bool), roundings)
def test_of_fewer_units_the_fee_may_be_taken_for_a_higher_one_but_never_for_a_lower(
    amount: int, fee_bps: int, sent: int, rounding: Rounding
) -> None:
    assert found_out(amount, fee_bps, sent, rounding) <= amount - rounding(amount, fee_bps)


@given(some.filter(bool), amounts)
def test_what_was_itself_measured_arrives_as_it_did(sent: int, arrived: int) -> None:
    arrived = min(sent, arrived)
    assert arriving(sent, sent=sent, arrived=arrived) == arrived


@pytest.mark.parametrize(
    ("amount", "fee_bps", "sent", "rounding", "arrives"),
    [
        (19_996, 3_333, TELLING_UNITS - 3, share_ceil, 13_330),  # 13,331 do; so few do not tell
        (10**6, 100, 50, share_floor, 980_100),  # it kept none of 50, as would any fee below 2 %
        (10**6, 100, 10**6, share_floor, 990_000),
        (150, 100, 10**6, share_floor, 148),  # 149 do; nothing of 10^6 was left to round
        (10**6, BPS_ONE, 77, share_ceil, 0),
        (10**6, 0, TELLING_UNITS, share_floor, 10**6),
    ],
)
def test_fees_as_worked_by_hand(
    amount: int, fee_bps: int, sent: int, rounding: Rounding, arrives: int
) -> None:
    assert found_out(amount, fee_bps, sent, rounding) == arrives


def test_a_fee_of_no_whole_basis_points_counts_as_the_share_that_was_measured() -> None:
    assert arriving(700_000, sent=10**6, arrived=10**6 - 12_345) == 700_000 * 987_655 // 10**6


@given(amount=amounts, sent=amounts, arrived=amounts)
def test_no_measurement_makes_more_arrive_than_was_sent(
    amount: int, sent: int, arrived: int
) -> None:
    assert 0 <= arriving(amount, sent=sent, arrived=min(sent, arrived)) <= amount


def test_gas_is_bounded_by_the_limit_and_the_refund_by_a_fifth() -> None:
    data = bytes.fromhex("00ff00ff")
    assert intrinsic_gas(data) == 21_000 + 2 * 4 + 2 * 16
    call = tx(ROUTER, data)
    assert within_gas(call, Outcome(ok=True, gas=50_000, refund=99_999))[1] == 71_040 * 4 // 5
    assert within_gas(call, Outcome(ok=True, gas=50_000, refund=10))[1] == 71_030
    failed, used = within_gas(call, Outcome(ok=True, gas=78_961))
    assert (failed, used) == (reverted("out of gas"), 100_000)


def test_the_key_is_the_same_everywhere_and_different_for_each_bot() -> None:
    assert paper_signer("main").address == "0x0e2e27ca4c1ff73910c3bd18db77b4da0d2ae0cf"
    assert paper_signer("main").address != paper_signer("other").address


def test_the_pair_of_a_token_is_the_one_in_the_native_coin() -> None:
    found = [market(OTHER, TOKEN, OTHER)]
    pair_of = native_pairs(lambda: found, NATIVE)
    assert pair_of(TOKEN) is None
    found.append(market(address(9), TOKEN, NATIVE))
    assert pair_of(TOKEN) == address(9)


def market(pair: Address, token: Address, quote: Address) -> Market:
    return Market(
        pair=pair,
        token=token,
        quote=quote,
        source=Source.FACTORY,
        symbol="T",
        name="T",
        decimals=18,
        quote_symbol="Q",
        quote_decimals=18,
        created_block=None,
        created_s=None,
    )
