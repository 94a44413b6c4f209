"""After a reorganisation deeper than what is final: what is doubted, answered for, and sent again."""

from dataclasses import replace

from botctl.adapters.store import SqlStore
from botctl.core.books import traded, vanished_answer
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import Fill, Order, OrderKind
from botctl.ports.store import Baseline, Correction, Moved
from tests.store.making import (
    BOT,
    WALLET,
    address,
    block_hash,
    decided,
    fill,
    mined,
    opened,
    order,
    signed,
)

E = OrderEvent
OK = Moved(E.BURY_OK)


def booked(
    store: SqlStore, one: Order, *, tokens: int, wei: int, block: int = 50, how: Moved = OK
) -> Fill:
    decided(store, int(one.intent.intent_key.removeprefix("key-")), one)
    seen = mined(store, one, block=block)
    said = replace(
        fill(seen, tokens=tokens, native_wei=wei), block_number=block, block_hash=block_hash(block)
    )
    store.settle(seen, how, said, 3_000)
    return said


def answered(store: SqlStore, gone: Fill) -> int:
    key = vanished_answer(gone.order_id, gone.block_hash)
    one = Correction(key, traded(gone), 0, 0, gone.block_number)
    return store.correct([one], 4_000, "a deep reorg")


def tokens(store: SqlStore) -> dict[str, int]:
    if store.baseline(BOT) is None:
        store.set_baseline(BOT, Baseline(10**18, 1), 1_000, "first")
    books = store.wallet_books(BOT, WALLET)
    assert books is not None
    return {str(token): quantity for token, quantity in books.tokens.items()}


def test_what_was_answered_for_is_doubted_no_more(store: SqlStore) -> None:
    older = booked(store, order(1), tokens=5, wei=-9)
    newer = booked(store, order(2), tokens=5, wei=-9, block=60)
    assert store.unanswered_fills(BOT, 9) == (newer, older)
    assert store.unanswered_fills(BOT, 1) == (newer,)
    before = store.native_moved_wei(BOT), store.positions(BOT, only_open=False)
    assert answered(store, newer) == 1
    assert store.unanswered_fills(BOT, 9) == (older,)
    assert (store.native_moved_wei(BOT), store.positions(BOT, only_open=False)) == before
    assert answered(store, newer) == 0, "once"
    assert store.verify().altered == ()


def test_an_answer_is_for_one_block_alone(store: SqlStore) -> None:
    gone = booked(store, order(1), tokens=5, wei=-9)
    answered(store, replace(gone, block_hash=block_hash(51)))
    assert store.unanswered_fills(BOT, 9) == (gone,)


def test_the_tokens_of_a_sell_that_vanished_are_watched_and_come_back_into_the_books(
    store: SqlStore,
) -> None:
    booked(store, order(1), tokens=10, wei=-100)
    sold = booked(store, order(2, pair=1, side=Side.SELL), tokens=-10, wei=150)
    assert tokens(store) == {}
    answered(store, sold)
    assert tokens(store) == {sold.token: 0}
    back = Correction("back", sold.token, 0, 10, 70)
    assert store.correct([back], 5_000, "the sell vanished") == 1
    [held] = store.positions(BOT, only_open=True)
    assert (held.position.quantity, held.closed_ms, held.exit_reason) == (10, None, "")
    assert tokens(store) == {sold.token: 10}
    assert store.verify().altered == ()


def test_what_was_written_off_is_still_in_the_wallet(store: SqlStore) -> None:
    """Bought again, the wallet holds both."""
    booked(store, order(1), tokens=10, wei=-100)
    [given_up] = store.positions(BOT, only_open=True)
    assert store.write_off(given_up.position.id, "UNSELLABLE", 3_500)
    assert tokens(store) == {}
    again = booked(store, order(2, pair=1), tokens=7, wei=-70)
    assert tokens(store) == {again.token: 17}


def test_a_trade_that_reverted_and_then_did_not_opens_its_position(store: SqlStore) -> None:
    """In the block that took the place of its own it may do what it had not done before."""
    gone = booked(store, order(1), tokens=0, wei=0, how=Moved(E.BURY_REVERTED))
    answered(store, gone)
    assert tokens(store) == {gone.token: 0}
    store.correct([Correction("back", gone.token, 0, 10, 70)], 5_000, "it did trade")
    [held] = store.positions(BOT, only_open=True)
    assert (held.position.pair, held.position.quantity) == (order(1).intent.pair, 10)
    assert store.verify().altered == ()


def test_an_answer_about_gas_alone_watches_no_token(store: SqlStore) -> None:
    approval = order(1, kind=OrderKind.APPROVE)
    assert store.add(approval)
    seen = mined(store, approval)
    gone = fill(seen, tokens=0, native_wei=0)
    store.settle(seen, OK, gone, 3_000)
    answered(store, gone)
    assert tokens(store) == {}


def test_what_ended_by_our_own_bytes_is_named_from_a_nonce_on(database_url: str) -> None:
    with opened(database_url) as store, opened(database_url, bot="other") as other:
        for number in (1, 2, 3):
            booked(store, order(number), tokens=5, wei=-9)
        decided(store, 4, order(4))
        taken, _ = signed(store, order(4))
        taken = store.move(taken, Moved(E.SUBMIT), 2_001)
        store.settle(taken, Moved(E.BURY_FOREIGN), None, 3_000)
        decided(store, 5, order(5))
        signed(store, order(5))
        found = other.ended_from(WALLET, 1, 9)
        assert [(one.id, one.nonce) for one in found] == [(order(2).id, 1), (order(3).id, 2)]
        assert [one.nonce for one in store.ended_from(WALLET, 0, 2)] == [0, 1]
        assert store.ended_from(address(4), 0, 9) == ()
