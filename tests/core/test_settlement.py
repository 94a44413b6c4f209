"""A receipt read as a fill: only what the logs say, and a broken word is named."""

import pytest

from botctl.core.intent import Side
from botctl.core.orders import Fill, Order, OrderKind, Receipt, SendCode
from botctl.core.sending import SEEN_BY_NODE, Next, after_send
from botctl.core.settlement import (
    broken_expectation,
    fill_of,
    is_native_as_promised,
    native_moved_wei,
)
from botctl.core.units import Address
from tests.support.builders import (
    NATIVE,
    PAIR,
    ROUTER,
    TOKEN,
    WALLET,
    address,
    make_fill,
    make_intent,
    make_order,
    make_receipt,
)

OTHER, STRANGER = address(0xC0), address(0xD0)
BUY = make_order(intent=make_intent(side=Side.BUY, amount_in=50, min_out=90))
SELL = make_order(intent=make_intent(side=Side.SELL, amount_in=100, min_out=40))


def logs(*transfers: tuple[Address, Address, Address, int], ok: bool = True) -> Receipt:
    return make_receipt(transfers=transfers, ok=ok, gas_used=1_000, gas_price_wei=3)


def fill(order: Order, receipt: Receipt) -> Fill:
    return fill_of(order, receipt, wallet=WALLET, native=NATIVE, router=ROUTER)


def test_a_buy_pays_what_was_sent_and_receives_what_the_logs_say() -> None:
    found = fill(BUY, logs((NATIVE, ROUTER, PAIR, 50), (TOKEN, PAIR, WALLET, 97)))
    assert (found.token_delta, found.native_delta_wei, found.gas_wei) == (97, -50, 3_000)


def test_a_fee_on_transfer_counts_only_what_reached_the_wallet() -> None:
    receipt = logs((TOKEN, PAIR, WALLET, 95), (TOKEN, PAIR, STRANGER, 5))
    assert fill(BUY, receipt).token_delta == 95


def test_a_sell_receives_the_wrapped_native_that_the_pair_paid_the_router() -> None:
    found = fill(SELL, logs((TOKEN, WALLET, PAIR, 100), (NATIVE, PAIR, ROUTER, 44)))
    assert (found.token_delta, found.native_delta_wei) == (-100, 44)


def test_transfers_of_other_tokens_and_of_other_people_are_not_ours() -> None:
    receipt = logs(
        (OTHER, PAIR, WALLET, 1_000),
        (TOKEN, PAIR, STRANGER, 7),
        (TOKEN, WALLET, WALLET, 11),
        (NATIVE, PAIR, STRANGER, 9),
        (TOKEN, WALLET, PAIR, 100),
        (NATIVE, PAIR, ROUTER, 44),
    )
    assert (fill(SELL, receipt).token_delta, fill(SELL, receipt).native_delta_wei) == (-100, 44)


@pytest.mark.parametrize("order", [BUY, SELL])
def test_a_reverted_swap_moved_nothing_but_gas(order: Order) -> None:
    found = fill(order, logs((TOKEN, PAIR, WALLET, 97), ok=False))
    assert (found.token_delta, found.native_delta_wei, found.gas_wei) == (0, 0, 3_000)


def test_an_approval_moves_nothing_but_gas() -> None:
    order = make_order(kind=OrderKind.APPROVE, intent=SELL.intent)
    found = fill(order, logs((TOKEN, WALLET, STRANGER, 100)))
    assert (found.token_delta, found.native_delta_wei, found.gas_wei) == (0, 0, 3_000)


@pytest.mark.parametrize(
    ("order", "token", "native", "broken"),
    [
        (BUY, 90, -50, None),
        (BUY, 89, -50, "received 89 tokens, the bound was 90"),
        (SELL, -100, 40, None),
        (SELL, -100, 39, "received 39 wei, the bound was 40"),
        (SELL, -101, 40, "101 tokens left the wallet, 100 were sold"),
        (SELL, -99, 40, "99 tokens left the wallet, 100 were sold"),
        (make_order(kind=OrderKind.APPROVE, intent=SELL.intent), 0, 0, None),
    ],
)
def test_a_swap_that_did_not_keep_its_word_is_named_to_the_unit(
    order: Order, token: int, native: int, broken: str | None
) -> None:
    found = make_fill(kind=order.kind, token_delta=token, native_delta_wei=native)
    assert broken_expectation(order, found) == broken


def test_the_native_effect_of_fills_includes_their_gas() -> None:
    fills = [
        make_fill(native_delta_wei=-50, gas_wei=3),
        make_fill(native_delta_wei=80, gas_wei=4),
        make_fill(gas_wei=5),
    ]
    assert native_moved_wei(fills) == 18
    assert native_moved_wei([]) == 0


NEXT = {
    SendCode.ACCEPTED: Next.WATCH,
    SendCode.ALREADY_KNOWN: Next.WATCH,
    SendCode.NONCE_TOO_LOW: Next.WATCH,
    SendCode.UNCLEAR: Next.WATCH,
    SendCode.UNDERPRICED: Next.SEND_AGAIN,
    SendCode.NO_FUNDS: Next.HOLD,
    SendCode.REJECTED: Next.HOLD,
}


@pytest.mark.parametrize("code", SendCode)
def test_every_answer_of_a_node_has_its_next_step_and_silence_is_watched(code: SendCode) -> None:
    assert after_send(code) is NEXT[code]


def test_only_a_positive_answer_says_that_a_node_has_it() -> None:
    assert {SendCode.ACCEPTED, SendCode.ALREADY_KNOWN} == SEEN_BY_NODE


@pytest.mark.parametrize(
    ("order", "token", "native", "kept"),
    [
        (BUY, 0, -50, True),
        (SELL, -1, 40, True),
        (SELL, -100, 39, False),
    ],
)
def test_what_only_the_token_tells_is_told_from_what_the_coin_tells(
    order: Order, token: int, native: int, *, kept: bool
) -> None:
    found = make_fill(kind=order.kind, token_delta=token, native_delta_wei=native)
    assert is_native_as_promised(order, found) is kept
