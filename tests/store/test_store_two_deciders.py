"""Two deciders of two cycles at once: the second to write finds the first's orders, and writes nothing."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from botctl.adapters.store import SqlStore
from botctl.core.deciding.spending import Holdings
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import Order, OrderKind
from botctl.core.reasons import Reason
from botctl.ports.store import Correction, DecidedBatch, LedgerFilter, Moved, Rested
from tests.store.making import (
    BOT,
    address,
    batch,
    cycle,
    decided,
    fill,
    mined,
    opened,
    order,
    row,
)

ROOT = Path(__file__).parents[2]
DECIDERS = 3
CAP = 2  # entries that a decider thinks it may hold in all
OK, REVERTED = Moved(OrderEvent.BURY_OK), Moved(OrderEvent.BURY_REVERTED)


def entering(number: int, holdings: Holdings, *orders: Order) -> DecidedBatch:
    """What a decider of that cycle writes after it has weighed these holdings."""
    of_cycle = [replace(one, cycle_id=cycle(number).cycle_id) for one in orders]
    whole = batch(number, *of_cycle, rows=(row(number, kind="BUY"),))
    return replace(whole, rested_on=Rested(0, holdings))


def room(holdings: Holdings) -> int:
    return CAP - len(holdings.positions) - holdings.open_entries


def test_together_they_never_exceed_what_each_thinks_is_free(
    store: SqlStore, database_url: str
) -> None:
    """Each loads, all meet, each commits for its own cycle: one wins, whichever it is."""
    for number in range(1, DECIDERS + 1):
        store.record(cycle(number), [])
    loaded = Barrier(DECIDERS)

    def decide(number: int) -> bool:
        with opened(database_url) as own:
            holdings = own.holdings(BOT, 0)
            orders = [order(10 * number + n) for n in range(room(holdings))]
            loaded.wait()
            return own.commit(entering(number, holdings, *orders)) is not None

    with ThreadPoolExecutor(DECIDERS) as pool:
        won = list(pool.map(decide, range(1, DECIDERS + 1)))
    assert sorted(won) == [False] * (DECIDERS - 1) + [True]
    assert store.holdings(BOT, 0).open_entries == CAP
    assert len(list(store.rows(LedgerFilter()))) == 1
    newest_won = won[-1]
    assert (store.due() is None) is newest_won  # only the newest is ever decided again
    assert store.verify().altered == ()


CHILD = """
import sys
from dataclasses import replace
from tests.store.test_store_two_deciders import *

with opened(sys.argv[1]) as own:
    number = int(sys.argv[2])
    holdings = own.holdings(BOT, 0)
    print("loaded", flush=True)
    sys.stdin.readline()
    orders = [order(10 * number + n) for n in range(room(holdings))]
    print(own.commit(entering(number, holdings, *orders)) is not None, flush=True)
"""


def test_two_processes_are_held_apart_as_two_threads_are(
    store: SqlStore, database_url: str
) -> None:
    for number in (1, 2):
        store.record(cycle(number), [])
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, database_url, str(number)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in (1, 2)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "loaded\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    said = sorted(child.communicate()[0] for child in children)
    assert said == ["False\n", "True\n"]
    assert store.holdings(BOT, 0).open_entries == CAP


def held(store: SqlStore, number: int, pair: int) -> None:
    decided(store, number, order(number, pair=pair))
    seen = mined(store, order(number, pair=pair))
    store.settle(seen, OK, fill(seen, tokens=10, native_wei=-500), 3_000)


def bought(store: SqlStore) -> None:
    decided(store, 3, order(3))


def bought_again(store: SqlStore) -> None:
    """The market left, another came: as many positions, and no more exposure in all."""
    seen = mined(store, order(8, pair=1, side=Side.SELL))
    store.settle(seen, OK, fill(seen, tokens=-10, native_wei=600), 3_000)
    decided(store, 3, replace(order(3), intent=replace(order(3).intent, amount_in=1)))


def approved(store: SqlStore) -> None:
    store.add(order(3, pair=1, kind=OrderKind.APPROVE))


def lost(store: SqlStore) -> None:
    seen = mined(store, order(8, pair=1, side=Side.SELL))
    store.settle(seen, OK, fill(seen, tokens=-10, native_wei=1), 3_000)


def reverted(store: SqlStore) -> None:
    seen = mined(store, order(8, pair=1, side=Side.SELL))
    store.settle(seen, REVERTED, fill(seen, tokens=0, native_wei=0), 3_000)


def given_up(store: SqlStore) -> None:
    refused(store)  # an order out would keep it
    assert store.write_off(store.holdings(BOT, 0).positions[0].id, "given up", 3_000)


def corrected(store: SqlStore) -> None:
    """The order out would keep it, so it goes first."""
    refused(store)
    assert store.correct([Correction("a", address(1_001), 10, 4, 7)], 3_000, "lost some tokens")


def gained(store: SqlStore) -> None:
    seen = mined(store, order(8, pair=1, side=Side.SELL))
    store.settle(seen, OK, fill(seen, tokens=-10, native_wei=600), 3_000)


def arrived(store: SqlStore) -> None:
    """What was promised is now in a block; nothing more is held by it."""
    mined(store, order(8, pair=1, side=Side.SELL))


def refused(store: SqlStore) -> None:
    store.move(store.open()[0], Moved(OrderEvent.REFUSE, code=Reason.INV_KILL_OK), 3_000)


GROWN = (bought, bought_again, approved, lost, reverted, given_up, corrected)
NOT_GROWN = (gained, arrived, refused)


def weighed(store: SqlStore) -> Holdings:
    """A position, and its exit on the way: what a decider loads before the others act."""
    held(store, 1, pair=1)
    decided(store, 2, order(8, pair=1, side=Side.SELL))
    for number in (3, 4):
        store.record(cycle(number), [])
    return store.holdings(BOT, 0)


def name(act: Callable[[SqlStore], None]) -> str:
    return act.__name__


@pytest.mark.parametrize("act", GROWN, ids=name)
def test_whatever_takes_from_a_limit_makes_the_entries_weigh_anew(
    store: SqlStore, act: Callable[[SqlStore], None]
) -> None:
    holdings = weighed(store)
    act(store)
    before = (store.open(), list(store.rows(LedgerFilter())), store.verify().entries)
    assert not store.commit(entering(4, holdings, order(20)))
    assert (store.open(), list(store.rows(LedgerFilter())), store.verify().entries) == before
    due = store.due()
    assert due is not None
    assert due[0].cycle_id == cycle(4).cycle_id
    assert store.commit(entering(4, store.holdings(BOT, 0), order(20)))


@pytest.mark.parametrize("act", NOT_GROWN, ids=name)
def test_what_leaves_more_room_is_no_conflict(
    store: SqlStore, act: Callable[[SqlStore], None]
) -> None:
    holdings = weighed(store)
    act(store)
    assert store.commit(entering(4, holdings, order(20)))


def test_exits_alone_wait_for_nobody(store: SqlStore) -> None:
    weighed(store)
    bought(store)
    assert store.commit(batch(4, order(20, side=Side.SELL)))
