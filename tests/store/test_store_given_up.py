"""A sell and a write-off of the same position: one of the two, whoever comes first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from time import monotonic

import pytest
import sqlalchemy as sa

from botctl.adapters.store import SqlStore
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import Order
from botctl.ports.store import Committed, Moved
from tests.store.making import BOT, batch, cycle, decided, fill, mined, opened, order

PATIENCE_S = 20.0
WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def bought(store: SqlStore) -> str:
    decided(store, 1, order(1))
    seen = mined(store, order(1))
    store.settle(seen, Moved(OrderEvent.BURY_OK), fill(seen, tokens=10, native_wei=-100), 3_000)
    [held] = store.positions(BOT, only_open=True)
    return held.position.id


def sell() -> Order:
    return order(2, pair=1, side=Side.SELL)


def test_what_was_written_off_is_not_sold(store: SqlStore) -> None:
    """Decided on what was held when the decision began."""
    held = bought(store)
    store.record(cycle(2), ())
    assert store.write_off(held, "blocked", 4_000)
    assert store.commit(batch(2, sell(), order(3))) == Committed(orders=1)
    assert [one.id for one in store.open()] == [order(3).id]
    assert store.verify().altered == ()


def test_what_is_being_sold_is_not_written_off(store: SqlStore) -> None:
    held = bought(store)
    store.record(cycle(2), ())
    assert store.commit(batch(2, sell())) == Committed(orders=1)
    assert not store.write_off(held, "blocked", 4_000)


def test_only_orders_that_are_new_are_counted(store: SqlStore) -> None:
    decided(store, 1, order(1))
    store.record(cycle(2), ())
    twin = replace(order(2), intent=order(1).intent)
    assert store.commit(batch(2, twin, order(3))) == Committed(orders=1)


class Pauses(tuple[tuple[str, int], ...]):
    """The peaks of a batch, read after its orders were added: time for somebody else."""

    __slots__ = ()
    inside = Event()
    go_on = Event()

    def __iter__(self) -> Iterator[tuple[str, int]]:
        self.inside.set()
        assert self.go_on.wait(PATIENCE_S)
        return super().__iter__()


@pytest.fixture
def pauses() -> Pauses:
    Pauses.inside.clear()
    Pauses.go_on.clear()
    return Pauses()


def test_a_write_off_waits_for_a_sell_that_is_being_committed(
    postgres_url: str, pauses: Pauses
) -> None:
    with opened(postgres_url) as one, opened(postgres_url) as other:
        held = bought(one)
        one.record(cycle(2), ())
        with ThreadPoolExecutor(2) as pool:
            committing = pool.submit(one.commit, replace(batch(2, sell()), peaks=pauses))
            assert pauses.inside.wait(PATIENCE_S)
            giving_up = pool.submit(other.write_off, held, "blocked", 4_000)
            wait_for_a_waiter(one)
            pauses.go_on.set()
            assert committing.result(PATIENCE_S) == Committed(orders=1)
            assert giving_up.result(PATIENCE_S) is False
        [still] = one.positions(BOT, only_open=True)
        assert still.open


def wait_for_a_waiter(store: SqlStore) -> None:
    """Until the server says that somebody waits for a lock."""
    patience = monotonic() + PATIENCE_S
    while monotonic() < patience:
        with store._db.reading() as db:
            if db.execute(WAITING).scalar_one():
                return
    pytest.fail("nobody waited for the position")


def test_a_sell_waits_for_a_write_off(postgres_url: str) -> None:
    with opened(postgres_url) as one, opened(postgres_url) as other:
        held = bought(one)
        one.record(cycle(2), ())
        lock = sa.text("UPDATE positions SET closed_ms = 4000 WHERE id = :id")
        with ThreadPoolExecutor(1) as pool:
            with other._db.writing() as db:
                db.execute(lock, {"id": held})
                committing = pool.submit(one.commit, batch(2, sell()))
                wait_for_a_waiter(other)
            assert committing.result(PATIENCE_S) == Committed(orders=0)
        assert one.open() == ()
