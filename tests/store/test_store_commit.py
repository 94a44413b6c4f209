"""One decide writes all of it or nothing, and no order that would repeat an effect."""

from dataclasses import replace

import pytest

from botctl.adapters.store import SqlStore
from botctl.adapters.store.columns import BIGINT_MAX
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import OrderKind
from botctl.core.units import UINT256_MAX
from botctl.ports.store import DecidedBatch, LedgerFilter, Moved
from tests.store.making import (
    BOT,
    batch,
    bundle_id,
    cycle,
    decided,
    fill,
    mined,
    opened,
    order,
    row,
)

BLOCKED = "intent_idempotency_blocks_total"
EVERYTHING = LedgerFilter(limit=None)


def test_a_batch_is_there_afterwards(store: SqlStore) -> None:
    store.record(cycle(1), [])
    whole = DecidedBatch(
        cycle_id=cycle(1).cycle_id,
        decided_ms=1_001,
        rows=(row(1, pair=1), row(1, pair=2)),
        bundles=((bundle_id(1_001), b"one"), (bundle_id(1_002), b"\x00two")),
        orders=(order(1), order(2)),
        peaks=(),
    )
    assert store.commit(whole)
    latest = store.latest()
    assert latest is not None
    assert latest.decided_ms == 1_001
    assert set(store.rows(EVERYTHING)) == set(whole.rows)
    assert dict(store.bundles(EVERYTHING)) == dict(whole.bundles)
    assert store.bundle(bundle_id(1_002)) == b"\x00two"
    assert store.bundle(bundle_id(9)) is None
    assert store.open() == (order(1), order(2))
    assert store.timeline(order(1).id)[0].event == "create"


def test_a_cycle_is_decided_once(store: SqlStore) -> None:
    assert decided(store, 1, order(1), rows=(row(1),))
    again = replace(batch(1, order(2), rows=(row(1, pair=2),)), bundles=((bundle_id(5), b"x"),))
    assert not store.commit(again)
    assert list(store.rows(EVERYTHING)) == [row(1)]
    assert store.order(order(2).id) is None
    assert store.bundle(bundle_id(5)) is None


def test_a_cycle_that_was_never_recorded_is_not_decided(store: SqlStore) -> None:
    assert not store.commit(batch(1, rows=(row(1),)))
    assert list(store.rows(EVERYTHING)) == []


def test_a_market_has_one_decision_a_cycle(store: SqlStore) -> None:
    store.record(cycle(1), [])
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.commit(batch(1, order(1), rows=(row(1), replace(row(1), kind="BUY"))))
    assert store.open() == (), "nothing of the batch was written"
    assert store.commit(batch(1))


def test_numbers_beyond_64_bits_are_kept_or_saturate(store: SqlStore) -> None:
    huge = replace(row(1), value_wei=UINT256_MAX, fdv_usd=UINT256_MAX, detail="\0")
    decided(store, 1, rows=(huge,))
    [stored] = store.rows(EVERYTHING)
    assert stored == replace(huge, fdv_usd=BIGINT_MAX, detail="\ufffd")


def test_an_intent_has_one_order_even_after_it_has_ended(store: SqlStore) -> None:
    decided(store, 1, order(1))
    store.move(order(1), Moved(OrderEvent.REFUSE, "INV_HEALTH_OK"), 2_000)
    twin = replace(order(2), intent=order(1).intent)
    assert decided(store, 2, twin, order(3))
    assert [o.id for o in store.open()] == [order(3).id]
    assert store.counters().values == {BLOCKED: 1}


def test_a_market_has_one_live_swap(store: SqlStore) -> None:
    decided(store, 1, order(1, pair=5))
    decided(store, 2, order(2, pair=5))
    assert [o.id for o in store.open()] == [order(1).id]
    store.move(order(1, pair=5), Moved(OrderEvent.REFUSE), 2_000)
    decided(store, 3, order(3, pair=5))
    assert [o.id for o in store.open()] == [order(3).id]
    assert store.counters().values == {BLOCKED: 1}


def test_a_doubled_order_within_one_batch_is_left_out_too(store: SqlStore) -> None:
    decided(store, 1, order(1), replace(order(2), intent=order(1).intent), order(3, pair=1))
    assert [o.id for o in store.open()] == [order(1).id]
    assert store.counters().values == {BLOCKED: 2}


def test_another_bot_may_trade_the_same_market(database_url: str) -> None:
    mine, their = order(1, pair=5), order(2, pair=5)
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        decided(ours, 1, mine)
        decided(theirs, 2, replace(their, intent=replace(their.intent, bot="other")))
        assert len(ours.open()) == len(theirs.open()) == 1


def test_an_approval_is_added_once(store: SqlStore) -> None:
    approval = order(1, kind=OrderKind.APPROVE)
    assert store.add(approval)
    assert not store.add(approval)
    assert not store.add(replace(approval, id=order(2).id))
    assert store.open() == (approval,)
    assert [step.event for step in store.timeline(approval.id)] == ["create"]


def test_a_peak_only_rises(store: SqlStore) -> None:
    decided(store, 1, order(1))
    bought = mined(store, order(1))
    store.settle(bought, Moved(OrderEvent.BURY_OK), fill(bought, tokens=9, native_wei=-5), 3_000)
    [held] = store.holdings(BOT, 0).positions
    assert held.peak_value_wei == 0
    for number, (value, wanted) in enumerate([(2**200, 2**200), (3, 2**200)], start=2):
        store.record(cycle(number), [])
        store.commit(replace(batch(number), peaks=((held.id, value), ("unknown", 1))))
        assert store.holdings(BOT, 0).positions[0].peak_value_wei == wanted
