"""Cycles: recorded once a block, decided once, and never late."""

from dataclasses import replace

from botctl.adapters.store import SqlStore
from tests.store.making import (
    BOT,
    address,
    batch,
    block_hash,
    cycle,
    decided,
    detection,
    opened,
    order,
    row,
)


def test_a_recorded_cycle_is_due_with_all_it_saw(store: SqlStore) -> None:
    seen = (detection(1, pair=1), detection(1, pair=2))
    assert store.due() is None
    assert store.record(cycle(1), seen)
    assert store.due() == (cycle(1), seen)
    assert store.latest() == cycle(1)


def test_a_block_is_recorded_once(store: SqlStore) -> None:
    store.record(cycle(1), [detection(1)])
    again = replace(cycle(2), block_hash=block_hash(1))
    assert not store.record(again, [detection(1, pair=2)])
    assert store.due() == (cycle(1), (detection(1),))


def test_an_older_cycle_is_never_decided_late(store: SqlStore) -> None:
    store.record(cycle(1), [detection(1)])
    store.record(cycle(2), [detection(2)])
    due = store.due()
    assert due is not None
    assert due[0] == cycle(2)
    assert store.commit(batch(2))
    assert store.due() is None


def test_newest_means_recorded_last_whatever_the_clock_said(store: SqlStore) -> None:
    store.record(cycle(5), [])
    behind = replace(cycle(6), started_ms=1)
    store.record(behind, [])
    assert store.latest() == behind


def test_the_size_of_a_cycle_counts_what_was_seen(store: SqlStore) -> None:
    store.record(cycle(1), [detection(1, pair=n) for n in (1, 2, 3)])
    store.commit(batch(1))
    decided(store, 2)
    store.record(cycle(3), [detection(3)])
    assert store.cycle_sizes() == {cycle(1).cycle_id: 3, cycle(2).cycle_id: 0}


def test_two_bots_in_one_database_do_not_see_each_other(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        ours.record(cycle(1), [detection(1)])
        same_block = replace(cycle(2), block_hash=block_hash(1))
        assert theirs.record(same_block, [replace(detection(1), body=b"theirs")])
        assert not theirs.commit(batch(1)), "a cycle of another bot"
        assert theirs.commit(batch(2, rows=(row(2),)))
        assert ours.due() == (cycle(1), (detection(1),))
        assert ours.commit(batch(1, order(1), rows=(row(1),)))
        assert [o.id for o in ours.open()] == [order(1).id]
        assert theirs.open() == ()
        assert ours.reasons_since(0) == theirs.reasons_since(0) == [("FAIL", "SCORE_LOW", 1)]
        assert ours.holdings(BOT, 0).live_pairs == {address(1)}
        assert theirs.holdings("other", 0).live_pairs == frozenset()
