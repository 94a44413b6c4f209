"""Orders: every arrow of the table and no other, with its line of the timeline and of the journal."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, product

import pytest

from botctl.adapters.store import SqlStore, journal
from botctl.core.codes import Code
from botctl.core.errors import CorruptError, LostMoveError
from botctl.core.intent import Side
from botctl.core.lifecycle import MOVES, OrderEvent, OrderState
from botctl.core.orders import Order, OrderKind, SendCode, SignedTx, UnsignedTx
from botctl.core.units import OrderId
from botctl.ports.store import Moment, Moved
from tests.store.making import (
    address,
    block_hash,
    bumped,
    decided,
    fill,
    leased,
    mined,
    next_nonce,
    order,
    signed,
    signing,
)

S, E = OrderState, OrderEvent
# From CREATED to each state that is not terminal, by `move` after `sign`.
WAYS: dict[OrderState, Sequence[OrderEvent]] = {
    S.SIGNED: (),
    S.SUBMITTED: (E.SUBMIT,),
    S.PENDING: (E.SUBMIT, E.SEE_PENDING),
    S.MINED: (E.SUBMIT, E.SEE_MINED),
}
ARROWS = sorted(MOVES.items())


NUMBERS = count(1)  # an order of its own each: these tests share a database


def brought_to(store: SqlStore, state: OrderState) -> Order:
    number = next(NUMBERS)
    decided(store, number, order(number))
    if state is S.CREATED:
        return order(number)
    one, _ = signed(store, order(number))
    for event in WAYS[state]:
        one = store.move(one, Moved(event), 2_001)
    assert one.state is state
    return one


def entries(store: SqlStore) -> int:
    with store._db.reading() as db:
        return journal.verify(db)


@pytest.mark.parametrize(("arrow", "to"), ARROWS)
def test_every_arrow_is_stored_with_its_line(
    scratch: SqlStore, arrow: tuple[OrderState, OrderEvent], to: OrderState
) -> None:
    leased(scratch)
    before = brought_to(scratch, arrow[0])
    known = entries(scratch)
    said = Moved(arrow[1], "CODE", "why\0", block_number=60, block_hash=block_hash(60))
    if arrow[1] in {E.SIGN, E.BUMP}:
        after = moved(scratch, before, arrow[1])
    else:
        after = scratch.move(before, said, 3_000)
        assert (after.code, after.detail) == ("CODE", "why\ufffd")
    assert after.state is to
    assert scratch.order(before.id) == after
    last = scratch.timeline(before.id)[-1]
    assert (last.event, last.state, last.at_ms) == (arrow[1], to, after.changed_ms)
    assert entries(scratch) == known + 1


def moved(store: SqlStore, before: Order, event: OrderEvent) -> Order:
    """By whatever method makes this arrow."""
    if event is E.SIGN:
        return signed(store, before)[0]
    if event is E.BUMP:
        return bumped(store, before)[0]
    return store.move(before, Moved(event), 3_000)


@pytest.mark.parametrize(
    ("state", "event"), sorted(set(product([S.CREATED, *WAYS], E)) - set(MOVES))
)
def test_no_other_arrow_is_stored(scratch: SqlStore, state: OrderState, event: OrderEvent) -> None:
    before = brought_to(scratch, state)
    with pytest.raises(CorruptError) as refused:
        moved(scratch, before, event)
    assert refused.value.code is Code.ERR_ILLEGAL_MOVE
    assert scratch.order(before.id) == before


def losers(store: SqlStore, stale: Order) -> Iterator[None]:
    """Each way to move an order that another run has moved."""
    with pytest.raises(LostMoveError) as lost:
        store.move(stale, Moved(E.SUBMIT), 3_000)
    assert lost.value.code is Code.ERR_MOVE_LOST
    yield
    with pytest.raises(LostMoveError) as lost:
        store.settle(replace(stale, state=S.MINED), Moved(E.BURY_OK), None, 3_000)
    assert lost.value.code is Code.ERR_MOVE_LOST
    yield
    with pytest.raises(LostMoveError) as lost:
        signed(store, replace(stale, state=S.CREATED), chain_nonce=7)
    assert lost.value.code is Code.ERR_MOVE_LOST
    yield


def test_a_move_that_lost_writes_nothing(store: SqlStore) -> None:
    stale = brought_to(store, S.SIGNED)
    now = store.move(stale, Moved(E.SUBMIT), 2_500)
    story, known = store.timeline(stale.id), entries(store)
    for _ in losers(store, stale):
        assert store.order(stale.id) == now
        assert store.timeline(stale.id) == story
        assert entries(store) == known
        assert next_nonce(store) == 1


def test_the_block_is_where_it_was_last_seen_mined(store: SqlStore) -> None:
    one = brought_to(store, S.PENDING)
    one = store.move(one, Moved(E.SEE_MINED, block_number=60, block_hash=block_hash(60)), 1)
    assert (one.block_number, one.block_hash) == (60, block_hash(60))
    one = store.move(one, Moved(E.SEE_MINED, block_number=61, block_hash=block_hash(61)), 2)
    assert one.block_number == 61
    one = store.move(one, Moved(E.SEE_REORG), 3)
    assert (one.block_number, one.block_hash) == (None, None)
    assert store.order(one.id) == one


def test_signing_gives_out_each_nonce_once_and_never_below_the_chain(store: SqlStore) -> None:
    assert next_nonce(store) is None
    decided(store, 1, *(order(n) for n in range(1, 5)))
    given = [
        signed(store, order(n), chain_nonce=floor)[0].nonce
        for n, floor in ((1, 5), (2, 5), (3, 9), (4, 0))
    ]
    assert given == [5, 6, 9, 10]
    assert next_nonce(store) == 11


def test_a_signature_is_stored_byte_for_byte(store: SqlStore) -> None:
    decided(store, 1, order(1), order(2))
    after, attempt = signed(store, order(1), chain_nonce=3)
    assert after.state is S.SIGNED
    assert attempt.raw == b"order-0001:3"
    assert store.attempts(after.id) == (attempt,)
    assert store.attempts_of([after.id, order(2).id]) == {after.id: (attempt,), order(2).id: ()}


def test_a_signer_that_fails_leaves_no_trace(store: SqlStore) -> None:
    decided(store, 1, order(1))

    def fails(nonce: int) -> tuple[UnsignedTx, SignedTx]:  # noqa: ARG001
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011  the signer's own, whatever it is
        store.sign(order(1), leased(store, chain_nonce=3), Moment(3, 40, 1), fails)
    assert store.order(order(1).id) == order(1)
    assert next_nonce(store) == 3
    assert store.attempts(order(1).id) == ()


def test_a_nonce_proven_unused_goes_back(store: SqlStore) -> None:
    decided(store, 1, *(order(n) for n in (1, 2, 3)))
    first, second, third = (signed(store, order(n), chain_nonce=5)[0] for n in (1, 2, 3))
    unsent = Moved(E.PROVE_UNSENT)
    store.move(second, unsent, 3_000)
    assert next_nonce(store) == 8, "7 is still out, so 6 stays a gap"
    store.move(third, unsent, 3_000)
    assert next_nonce(store) == 6
    store.move(first, unsent, 3_000)
    assert next_nonce(store) == 5
    decided(store, 2, order(4))
    again, _ = signed(store, order(4), chain_nonce=5)
    assert again.nonce == 5


def test_sending_is_counted_with_the_answer(store: SqlStore) -> None:
    decided(store, 1, order(1))
    _, attempt = signed(store, order(1))
    known = entries(store)
    store.sent(attempt, SendCode.UNCLEAR, 3_000)
    store.sent(attempt, SendCode.ALREADY_KNOWN, 3_001)
    [stored] = store.attempts(order(1).id)
    assert stored == replace(attempt, sends=2, last_code=SendCode.ALREADY_KNOWN)
    assert entries(store) == known + 2


def test_open_orders_come_exits_first_then_by_nonce_then_by_age(store: SqlStore) -> None:
    young, old = order(1, created_ms=2_000), order(2, created_ms=1_000)
    bought = order(5, pair=4)
    decided(store, 1, bought)
    seen = mined(store, bought)
    store.settle(seen, Moved(E.BURY_OK), fill(seen, tokens=9, native_wei=-5), 1_500)
    entry, exit_ = order(3), order(4, side=Side.SELL, created_ms=3_000)
    decided(store, 2, young, old, entry, exit_)
    entry, _ = signed(store, entry)
    assert [o.id for o in store.open()] == [exit_.id, entry.id, old.id, young.id]
    assert store.open([S.SIGNED]) == (entry,)
    assert [o.id for o in store.open([S.CONFIRMED])] == [bought.id]


def test_an_ended_order_is_no_longer_open_and_never_forgotten(store: SqlStore) -> None:
    decided(store, 1, order(1))
    ended = store.move(order(1), Moved(E.REFUSE, "INV_HEALTH_OK"), 2_000)
    assert store.open() == ()
    assert store.open([S.FAILED]) == store.recent(None) == (ended,)


def test_recent_orders_come_newest_first(store: SqlStore) -> None:
    several = [order(n, pair=n % 2, created_ms=n) for n in (1, 2)]
    decided(store, 1, *several)
    approval = order(3, pair=1, kind=OrderKind.APPROVE, created_ms=3)
    store.add(approval)
    assert [o.id for o in store.recent(2)] == [approval.id, several[1].id]
    assert [o.id for o in store.of_pair(address(1), 5)] == [approval.id, several[0].id]
    assert store.of_pair(address(1), 1) == (approval,)
    assert store.order(OrderId("unknown")) is None
    assert store.timeline(OrderId("unknown")) == ()


def test_what_was_dropped_unsent_may_be_signed_again_to_the_byte(store: SqlStore) -> None:
    """The same approval for the same nonce and fees is the same transaction: no key stands in its way."""
    decided(store, 1, order(1), order(2))
    first, attempt = signed(store, order(1))
    store.move(first, Moved(OrderEvent.PROVE_UNSENT), 2_000)
    again = SignedTx(attempt.raw, attempt.hash)
    second, same = store.sign(
        order(2), leased(store), Moment(0, 40, 1), lambda nonce: (signing("")(nonce)[0], again)
    )
    assert second.nonce == attempt.nonce
    assert same.raw == attempt.raw
