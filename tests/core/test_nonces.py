"""The nonce authority's diagnosis: what is wrong, what mends it, and what is never concluded."""

from hypothesis import given
from hypothesis import strategies as st

from botctl.core.lifecycle import OrderState
from botctl.core.nonces import (
    MOVES_COUNTER,
    Finding,
    NonceView,
    Remedy,
    Repair,
    Slot,
    Trouble,
    diagnose,
)
from botctl.core.units import OrderId


def slot(nonce: int, state: OrderState = OrderState.PENDING) -> Slot:
    return Slot(nonce, OrderId(f"order-{nonce}"), "main", state, (f"hash-{nonce}",))


def view(
    mined: int,
    next_: int,
    *taken: int,
    pending: int | None = None,
    settled: int = 0,
    known: tuple[int, ...] = (),
    agreed: int | None = None,
) -> NonceView:
    return NonceView(
        mined=mined,
        agreed=mined if agreed is None else agreed,
        pending=mined if pending is None else pending,
        next=next_,
        settled=settled,
        slots=[slot(n) for n in taken],
        known=frozenset(f"hash-{n}" for n in known),
    )


def test_a_counter_that_the_chain_and_our_orders_explain_has_no_trouble() -> None:
    assert diagnose(view(5, 5)) == diagnose(view(5, 8, 5, 6, 7, pending=8))
    assert not diagnose(view(5, 5)).troubles


def test_gaps_below_our_orders_are_filled_nonce_by_nonce() -> None:
    found = diagnose(view(5, 10, 7, 9))
    assert found.troubles == (Trouble(Finding.GAP, 5, 6), Trouble(Finding.GAP, 8, 8))
    assert found.repairs == tuple(Repair(Remedy.FILL, n) for n in (5, 6, 8))


def test_drift_is_lowered_to_the_first_nonce_nobody_has() -> None:
    """LESSONS 6: a counter hundreds above the chain."""
    found = diagnose(view(5, 638, 5, pending=6))
    assert found.troubles == (Trouble(Finding.DRIFT, 6, 637),)
    assert found.repairs == (Repair(Remedy.LOWER, 6),)


def test_drift_is_left_alone_while_a_pool_holds_something_there() -> None:
    assert diagnose(view(5, 9, pending=7)).repairs == ()


def test_drift_under_orders_of_ours_is_none() -> None:
    """LESSONS 6: every slot is occupied by a row that was never sent: those rows are sent."""
    assert not diagnose(view(5, 8, 5, 6, 7)).troubles


def test_a_chain_above_our_counter_is_the_key_used_elsewhere() -> None:
    """LESSONS 9."""
    found = diagnose(view(9, 7))
    assert found.foreign == (Trouble(Finding.FOREIGN_MINED, 7, 8),)
    assert found.repairs == (Repair(Remedy.RAISE, 9),)


def test_a_mined_nonce_of_an_order_whose_hashes_nobody_knows_was_taken_by_others() -> None:
    assert diagnose(view(6, 7, 5, 6)).foreign == (Trouble(Finding.FOREIGN_MINED, 5, 5),)
    assert not diagnose(view(6, 7, 5, 6, known=(5,))).foreign


def test_a_pool_above_our_counter_is_the_key_used_elsewhere_before_it_mines() -> None:
    assert diagnose(view(5, 5, pending=7)).foreign == (Trouble(Finding.FOREIGN_PENDING, 5, 6),)
    assert not diagnose(view(5, 6, 5, pending=6)).foreign


def test_a_node_behind_what_we_saw_buried_proves_nothing() -> None:
    """LESSONS 10: no accusation from a lagging node, and no repair that needs it to be right."""
    found = diagnose(view(5, 9, settled=8))
    assert found.troubles == (Trouble(Finding.LAGGING, 5, 7),)
    assert found.repairs == (Repair(Remedy.RESEND, 5),)
    assert Remedy.RESEND not in MOVES_COUNTER
    assert found.foreign == ()


def test_what_only_one_node_has_seen_accuses_nobody() -> None:
    """LESSONS 10: the node that is asked for our hashes lags behind the one that counts."""
    assert not diagnose(view(6, 7, 5, 6, agreed=5)).foreign
    assert not diagnose(view(9, 7, agreed=7)).foreign


@given(
    st.integers(0, 12),
    st.integers(0, 12),
    st.sets(st.integers(0, 12)),
    st.integers(0, 14),
    st.sets(st.integers(0, 12)),
)
def test_repairs_leave_a_counter_that_is_explained(
    mined: int, next_: int, taken: set[int], pending: int, known: set[int]
) -> None:
    next_ = max([next_, *(n + 1 for n in taken)])  # the store gives no nonce above its counter
    pending = max(pending, mined)
    before = view(mined, next_, *sorted(taken), pending=pending, known=tuple(known))
    for repair in diagnose(before).repairs:
        if repair.remedy is Remedy.FILL:
            taken = taken | {repair.nonce}
        else:
            next_ = repair.nonce
    after = diagnose(view(mined, next_, *sorted(taken), pending=pending, known=tuple(known)))
    left = {trouble.finding for trouble in after.troubles}
    assert Finding.GAP not in left
    assert next_ >= max([mined, *(n + 1 for n in taken)])
    if Finding.DRIFT in left:
        assert pending > mined, "only a pool that holds something forbids to lower it"
