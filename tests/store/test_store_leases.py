"""The nonce authority: one holder, a token that only rises, and a counter that never skips or doubles."""

from dataclasses import replace

import pytest

from botctl.adapters.store import SqlStore
from botctl.core.codes import Code
from botctl.core.errors import LostMoveError, TransientError
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.nonces import Slot
from botctl.core.orders import Order, SignedTx, UnsignedTx
from botctl.ports.store import Lease, Moment, Moved, NonceRow
from tests.store.making import (
    BOT,
    TTL_MS,
    WALLET,
    decided,
    fill,
    leased,
    mined,
    next_nonce,
    opened,
    order,
    signed,
    signing,
)

E, S = OrderEvent, OrderState
UNSENT = Moved(E.PROVE_UNSENT)
LATER = 2_000 + TTL_MS


def taken_over(store: SqlStore) -> tuple[Lease, Lease]:
    """The lease that lost, and the one that has it now."""
    return leased(store), leased(store, holder="there", now_ms=LATER)


def never(nonce: int) -> tuple[UnsignedTx, SignedTx]:
    raise AssertionError(f"the key was used for {nonce}")


def test_a_wallet_nobody_signed_for_has_no_row(store: SqlStore) -> None:
    assert store.nonce(WALLET) is None
    assert store.slots(WALLET) == ()
    assert store.settled_next(WALLET) == 0


def test_the_first_lease_starts_the_counter_at_the_chains(store: SqlStore) -> None:
    lease = leased(store, chain_nonce=7)
    assert (lease.holder, lease.fence, lease.until_ms) == ("here", 1, LATER)
    assert store.nonce(WALLET) == NonceRow(7, "here", 1, LATER)
    leased(store, chain_nonce=9)
    assert next_nonce(store) == 7, "later the chain's count is only a floor"


def test_its_own_holder_renews_a_lease_and_keeps_its_token(store: SqlStore) -> None:
    first = leased(store)
    again = leased(store, now_ms=3_000)
    assert again == replace(first, until_ms=3_000 + TTL_MS)
    assert store.verify().entries == 1, "only a change of holder is told"


def test_while_a_lease_lasts_nobody_else_gets_one(store: SqlStore) -> None:
    first = leased(store)
    denied = store.lease(WALLET, holder="there", chain_nonce=0, now_ms=LATER - 1, ttl_ms=1)
    assert denied is None
    assert store.nonce(WALLET) == NonceRow(0, "here", first.fence, LATER)


def test_the_token_rises_with_every_change_of_holder(store: SqlStore) -> None:
    first, second = taken_over(store)
    store.release(second)
    third = leased(store, now_ms=LATER)
    store.release(third)
    fourth = leased(store, holder="there", now_ms=LATER)
    assert [one.fence for one in (first, second, third, fourth)] == [1, 2, 3, 4]


def test_a_released_lease_is_free_at_once_and_signs_no_more(store: SqlStore) -> None:
    decided(store, 1, order(1))
    lease = leased(store)
    store.release(lease)
    row = store.nonce(WALLET)
    assert row is not None
    assert (row.holder, row.fence) == ("", 1)
    with pytest.raises(TransientError):
        store.sign(order(1), lease, Moment(0, 40, 2_000), never)


def test_releasing_what_was_lost_takes_nothing_away(store: SqlStore) -> None:
    old, new = taken_over(store)
    store.release(old)
    row = store.nonce(WALLET)
    assert row is not None
    assert (row.holder, row.fence) == (new.holder, new.fence)


def test_whoever_was_overtaken_signs_nothing_and_takes_no_nonce(store: SqlStore) -> None:
    """DESIGN section 8: the token is checked where the nonce is given out."""
    decided(store, 1, order(1))
    old, new = taken_over(store)
    with pytest.raises(TransientError) as lost:
        store.sign(order(1), old, Moment(0, 40, 2_000), never)
    assert lost.value.code is Code.ERR_LEASE_LOST
    assert (lost.value.facts["fence"], lost.value.facts["newest"]) == (1, 2)
    assert next_nonce(store) == 0
    assert store.order(order(1).id) == order(1)
    after, attempt = signed(store, order(1), lease=new)
    assert (after.nonce, attempt.fence) == (0, 2)


def test_whoever_was_overtaken_raises_no_fee_and_moves_no_counter(store: SqlStore) -> None:
    decided(store, 1, order(1))
    old = leased(store)
    after, _ = signed(store, order(1), lease=old)
    after = store.move(after, Moved(E.SUBMIT), 2_001)
    leased(store, holder="there", now_ms=LATER)
    with pytest.raises(TransientError) as bump:
        store.bump(after, old, Moment(0, 40, 2_002), never, kind=store.attempts(after.id)[0].kind)
    with pytest.raises(TransientError) as counter:
        store.set_next(old, expected=1, to=5, now_ms=3_000, why="")
    assert bump.value.code is counter.value.code is Code.ERR_LEASE_LOST
    assert len(store.attempts(after.id)) == 1
    assert next_nonce(store) == 1


def test_an_expired_lease_that_nobody_took_over_still_signs(store: SqlStore) -> None:
    """The token decides, not the time: clocks differ, tokens do not."""
    decided(store, 1, order(1))
    lease = leased(store)
    after, _ = store.sign(order(1), lease, Moment(0, 40, 10 * LATER), signing("x"))
    assert after.state is S.SIGNED


def test_the_counter_is_moved_by_compare_and_set(store: SqlStore) -> None:
    lease = leased(store)
    store.set_next(lease, expected=0, to=9, now_ms=3_000, why="the chain's count")
    assert next_nonce(store) == 9
    with pytest.raises(LostMoveError) as lost:
        store.set_next(lease, expected=0, to=12, now_ms=3_000, why="")
    assert lost.value.code is Code.ERR_MOVE_LOST
    assert next_nonce(store) == 9
    assert store.verify().altered == ()


def test_the_counter_is_not_lowered_over_an_order_of_anybody(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        lease = leased(ours)
        decided(theirs, 1, of_bot(order(1), "other"))
        signed(theirs, of_bot(order(1), "other"), lease=lease)
        ours.set_next(lease, expected=1, to=4, now_ms=3_000, why="up")
        with pytest.raises(LostMoveError):
            ours.set_next(lease, expected=4, to=0, now_ms=3_000, why="down")
        ours.set_next(lease, expected=4, to=1, now_ms=3_000, why="down, to just above it")
        assert next_nonce(ours) == next_nonce(theirs) == 1


def of_bot(one: Order, bot: str) -> Order:
    return replace(one, intent=replace(one.intent, bot=bot))


def test_slots_are_every_bots_open_orders_with_all_their_hashes(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        lease = leased(ours)
        decided(theirs, 1, of_bot(order(1), "other"))
        decided(ours, 2, order(2), order(3), order(4))
        first, attempt = signed(theirs, of_bot(order(1), "other"), lease=lease)
        second, _ = signed(ours, order(2), lease=lease)
        dropped, _ = signed(ours, order(3), lease=lease)
        ours.move(dropped, UNSENT, 2_100)
        second = ours.move(second, Moved(E.SUBMIT), 2_100)
        kind = attempt.kind
        moment = Moment(0, 41, 2_200)
        raised, again = ours.bump(second, lease, moment, signing("raised"), kind=kind)
        hashes = (ours.attempts(second.id)[0].hash, again.hash)
        assert ours.slots(WALLET) == theirs.slots(WALLET)
        assert ours.slots(WALLET) == (
            Slot(0, first.id, "other", S.SIGNED, (attempt.hash,)),
            Slot(1, raised.id, BOT, S.SUBMITTED, hashes),
        )


def test_settled_is_one_above_the_highest_that_ended_on_the_chain(store: SqlStore) -> None:
    decided(store, 1, *(order(n) for n in range(1, 6)))
    seen = [mined(store, order(n)) for n in (1, 2, 3)]
    out, _ = signed(store, order(4))
    never_sent, _ = signed(store, order(5))
    assert store.settled_next(WALLET) == 0
    store.settle(seen[1], Moved(E.BURY_OK), fill(seen[1], tokens=1, native_wei=-1), 3_000)
    assert store.settled_next(WALLET) == 2
    store.settle(seen[0], Moved(E.BURY_REVERTED), fill(seen[0], tokens=0, native_wei=0), 3_000)
    assert store.settled_next(WALLET) == 2
    store.settle(seen[2], Moved(E.BURY_CANCEL), fill(seen[2], tokens=0, native_wei=0), 3_000)
    assert store.settled_next(WALLET) == 3
    store.settle(out, Moved(E.BURY_FOREIGN), None, 3_000)
    store.move(never_sent, UNSENT, 3_000)
    assert store.settled_next(WALLET) == 4


def gapped(store: SqlStore) -> Order:
    """0 and 2 are out, 1 was never sent; an order that waits for a nonce."""
    decided(store, 1, *(order(n) for n in range(4)))
    middle = [signed(store, order(n))[0] for n in range(3)][1]
    store.move(middle, UNSENT, 2_100)
    assert next_nonce(store) == 3
    return order(3)


def test_a_gap_is_filled_below_the_counter(store: SqlStore) -> None:
    """Lesson 6."""
    after, attempt = signed(store, gapped(store), at=1)
    assert (after.nonce, attempt.nonce) == (1, 1)
    assert next_nonce(store) == 3, "the counter stays"
    assert store.verify().altered == ()


@pytest.mark.parametrize(("at", "chain_nonce"), [(0, 0), (2, 0), (3, 0), (9, 0), (1, 2)])
def test_what_is_no_gap_is_not_filled(store: SqlStore, at: int, chain_nonce: int) -> None:
    """Taken, at or above the counter, or used on the chain already."""
    waiting, lease = gapped(store), leased(store)
    with pytest.raises(LostMoveError) as lost:
        store.sign(waiting, lease, Moment(chain_nonce, 40, 2_200), never, at=at)
    assert lost.value.code is Code.ERR_MOVE_LOST
    assert store.order(waiting.id) == waiting


def test_a_nonce_given_back_falls_no_deeper_than_its_own(store: SqlStore) -> None:
    """What lies between our orders and the counter was used by somebody else, or is a gap to mend."""
    decided(store, 1, order(1), order(2))
    signed(store, order(1))
    lease = leased(store)
    store.set_next(lease, expected=1, to=6, now_ms=2_500, why="the chain's count")
    after, _ = signed(store, order(2), chain_nonce=6)
    store.move(after, UNSENT, 3_000)
    assert next_nonce(store) == 6


def test_a_nonce_given_back_counts_the_orders_of_other_bots(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        lease = leased(ours)
        decided(ours, 1, order(1))
        decided(theirs, 2, of_bot(order(2), "other"))
        mine, _ = signed(ours, order(1), lease=lease)
        signed(theirs, of_bot(order(2), "other"), lease=lease)
        ours.move(mine, UNSENT, 3_000)
        assert next_nonce(ours) == 2, "1 is theirs, so 0 stays a gap"


def test_what_was_signed_is_what_was_given_out(store: SqlStore) -> None:
    decided(store, 1, order(1))
    with pytest.raises(AssertionError, match="given out"):
        store.sign(order(1), leased(store), Moment(5, 40, 1), lambda _: signing("x")(4))
    assert store.order(order(1).id) == order(1)
    assert store.slots(WALLET) == ()
