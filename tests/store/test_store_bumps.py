"""More attempts under one nonce: on disk with their arrow, one escalator, bytes that stay."""

import pytest

from botctl.adapters.store import SqlStore
from botctl.core.codes import Code
from botctl.core.errors import LostMoveError
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import AttemptKind, Order, SignedTx, UnsignedTx
from botctl.ports.store import Moment, Moved
from tests.store.making import bumped, decided, leased, next_nonce, order, signed

E, S = OrderEvent, OrderState


def submitted(store: SqlStore) -> Order:
    decided(store, 1, order(1))
    after, _ = signed(store, order(1))
    return store.move(after, Moved(E.SUBMIT), 2_001)


def test_a_raise_is_another_attempt_under_the_same_nonce(store: SqlStore) -> None:
    before = submitted(store)
    after, attempt = bumped(store, before)
    assert (after.state, after.nonce) == (S.SUBMITTED, 0)
    assert (attempt.number, attempt.nonce, attempt.kind) == (2, 0, AttemptKind.BUMP)
    assert (attempt.signed_block, attempt.signed_ms, attempt.fence) == (41, 2_500, 1)
    assert store.attempts(before.id)[1] == attempt
    assert store.order(before.id) == after
    assert store.timeline(before.id)[-1].event == E.BUMP
    assert next_nonce(store) == 1


def test_a_cancel_says_that_it_is_one(store: SqlStore) -> None:
    before = store.move(submitted(store), Moved(E.SEE_PENDING), 2_100)
    after, attempt = bumped(store, before, kind=AttemptKind.CANCEL)
    assert after.state is S.SUBMITTED
    assert [a.kind for a in store.attempts(before.id)] == [AttemptKind.SEND, AttemptKind.CANCEL]
    assert attempt.kind is AttemptKind.CANCEL


@pytest.mark.parametrize("now_ms", [0, 2_001, 9_000])
def test_of_two_raises_that_saw_the_same_the_second_loses(store: SqlStore, now_ms: int) -> None:
    """Lesson 7; even when the clock stands still between them, or jumps back."""
    before = submitted(store)
    bumped(store, before, now_ms=now_ms)
    with pytest.raises(LostMoveError) as lost:
        bumped(store, before, now_ms=now_ms)
    assert lost.value.code is Code.ERR_MOVE_LOST
    assert len(store.attempts(before.id)) == 2


def test_what_was_mined_meanwhile_is_not_raised(store: SqlStore) -> None:
    before = submitted(store)
    store.move(before, Moved(E.SEE_MINED), 2_100)
    with pytest.raises(LostMoveError):
        bumped(store, before)
    assert len(store.attempts(before.id)) == 1


def test_a_signer_that_fails_leaves_no_attempt(store: SqlStore) -> None:
    before = submitted(store)

    def fails(nonce: int) -> tuple[UnsignedTx, SignedTx]:  # noqa: ARG001
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011  the signer's own, whatever it is
        store.bump(before, leased(store), Moment(0, 41, 2_500), fails, kind=AttemptKind.BUMP)
    assert store.order(before.id) == before
    assert len(store.attempts(before.id)) == 1
