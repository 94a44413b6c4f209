"""Markets, swaps, cursors: what a scan adds, what a reorg takes back, what it must never take."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from botctl.adapters.store import SqlStore, markets
from botctl.adapters.store.columns import BIGINT_MAX
from botctl.core.facts import Source, Window
from botctl.core.lifecycle import OrderEvent
from botctl.ports.store import Cursor, Moved, Swap
from tests.store.making import (
    address,
    block_hash,
    decided,
    fill,
    market,
    mined,
    opened,
    order,
    swap,
)

OTHER_FACTORY = address(0xFAC)


def at(block: int) -> Cursor:
    return Cursor(block, block_hash(block))


def test_what_a_scan_adds_is_there_afterwards(store: SqlStore) -> None:
    assert store.cursor() is None
    store.advance(at(10), [market(2), market(1)], [swap(9)])
    assert store.markets() == (market(1), market(2))
    assert store.cursor() == at(10)


def test_adding_the_same_again_changes_nothing(store: SqlStore) -> None:
    for _ in range(2):
        store.advance(at(10), [market(1)], [swap(9), swap(10)])
    store.advance(at(10), [replace(market(1), symbol="OTHER")], [swap(9, nano=99)])
    assert store.markets() == (market(1),)
    assert store.windows(10, 10, 10)[address(1)][0].buy_quote_nano == 10
    assert store.trail(5) == (at(10),)


def test_a_cursor_keeps_its_hash_so_that_the_next_scan_sees_the_fork(store: SqlStore) -> None:
    store.advance(at(10), [], [])
    store.advance(Cursor(10, block_hash(999)), [], [])
    assert store.cursor() == at(10)


def test_the_trail_is_newest_first_and_bounded(store: SqlStore) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markets, "TRAIL_MAX", 7)
        for block in range(1, 20):
            store.advance(at(block), [], [])
    assert store.trail(100) == tuple(at(block) for block in range(19, 12, -1))
    assert store.trail(1) == (at(19),)


def test_a_roll_back_forgets_what_the_vanished_blocks_told(store: SqlStore) -> None:
    store.advance(at(5), [market(1, block=5)], [swap(5)])
    store.advance(at(6), [market(2, block=6)], [swap(6, pair=2)])
    store.roll_back(at(5))
    assert store.markets() == (market(1, block=5),)
    assert store.cursor() == at(5)
    assert set(store.windows(6, 10, 10)) == {address(1)}


def test_a_watched_market_survives_any_reorg(store: SqlStore) -> None:
    watched = market(3, block=None, source=Source.WATCHLIST)
    store.advance(at(5), [market(1, block=5), watched], [swap(5)])
    store.roll_back(None)
    assert store.markets() == (watched,)
    assert store.cursor() is None
    assert not store.windows(5, 10, 10)


def test_a_market_found_again_after_a_reorg_has_its_new_block(store: SqlStore) -> None:
    store.advance(at(6), [market(1, block=6)], [])
    store.roll_back(at(5))
    assert store.markets() == ()
    store.advance(at(7), [market(1, block=7)], [])
    assert store.markets() == (market(1, block=7),)


def test_a_market_we_have_an_order_for_stays_in_sight(store: SqlStore) -> None:
    store.advance(at(6), [market(1, block=6), market(2, block=6)], [])
    decided(store, 1, order(1))
    store.roll_back(at(5))
    assert [m.pair for m in store.markets()] == [address(1)]


def test_a_market_we_hold_stays_in_sight_until_it_is_sold(store: SqlStore) -> None:
    store.advance(at(6), [market(1, block=6)], [])
    decided(store, 1, order(1))
    bought = mined(store, order(1))
    store.settle(bought, Moved(OrderEvent.BURY_OK), fill(bought, tokens=9, native_wei=-5), 3_000)
    store.roll_back(at(5))
    assert [m.pair for m in store.markets()] == [address(1)]
    assert store.positions("main", only_open=True)[0].symbol == "SYM1"


def test_another_factory_keeps_its_own_books(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, factory=OTHER_FACTORY) as theirs:
        ours.advance(at(6), [market(1, block=6)], [swap(6)])
        theirs.advance(at(6), [market(2, block=6)], [swap(6, index=1, pair=2)])
        ours.roll_back(None)
        assert theirs.markets() == (market(2, block=6),)
        assert theirs.cursor() == at(6)
        assert set(theirs.windows(6, 9, 9)) == {address(2)}


@pytest.mark.parametrize("symbol", ["A\0B", "\ud800", "", "🙂" * 3])
def test_a_stranger_cannot_choose_a_symbol_that_stops_the_scan(
    store: SqlStore, symbol: str
) -> None:
    store.advance(at(5), [replace(market(1), symbol=symbol, decimals=2**256 - 1)], [])
    [stored] = store.markets()
    assert stored.symbol is not None
    assert "\0" not in stored.symbol
    assert stored.decimals == BIGINT_MAX


SWAPS = st.lists(
    st.builds(
        Swap,
        pair=st.sampled_from([address(1), address(2)]),
        block_number=st.integers(1, 12),
        log_index=st.integers(0, 5),
        is_buy=st.booleans(),
        quote_nano=st.sampled_from([0, 1, 2**31, 2**62, BIGINT_MAX]),
        trader=st.sampled_from([address(7), address(8), address(9)]),
        tx_hash=st.just(block_hash(1)),
    ),
    unique_by=lambda s: (s.block_number, s.log_index),
    max_size=30,
)


def counted(swaps: Sequence[Swap], blocks: int, at_block: int) -> Window:
    seen = [s for s in swaps if at_block - blocks < s.block_number <= at_block]
    buys, sells = [s for s in seen if s.is_buy], [s for s in seen if not s.is_buy]
    return Window(
        blocks=blocks,
        buys=len(buys),
        sells=len(sells),
        buy_quote_nano=sum(s.quote_nano for s in buys),
        sell_quote_nano=sum(s.quote_nano for s in sells),
        traders=len({s.trader for s in seen}),
    )


def sandwiches(swaps: Sequence[Swap], blocks: int, at_block: int) -> int:
    """Of one pair: who bought before and sold after another's buy, once a block and trader."""
    seen = [s for s in swaps if at_block - blocks < s.block_number <= at_block]
    by_hand = set()
    for first, other, last in permutations(seen, 3):
        one_block = first.block_number == other.block_number == last.block_number
        in_turn = first.log_index < other.log_index < last.log_index
        around = first.trader == last.trader != other.trader
        if (
            one_block
            and in_turn
            and around
            and (first.is_buy, other.is_buy, last.is_buy) == (1, 1, 0)
        ):
            by_hand.add((first.block_number, first.trader))
    return len(by_hand)


def sandwich(*, is_buy: bool, index: int, trader: int) -> Swap:
    return Swap(address(1), 3, index, is_buy, 1, address(trader), block_hash(1))


SANDWICH = [
    sandwich(is_buy=True, index=0, trader=7),
    sandwich(is_buy=True, index=1, trader=8),
    sandwich(is_buy=False, index=2, trader=7),
]


@settings(max_examples=50, deadline=None)
@given(SWAPS, st.integers(1, 12), st.integers(1, 6), st.integers(6, 12))
@example(swaps=SANDWICH, at_block=3, short=1, long=6)
def test_windows_are_what_counting_by_hand_gives(
    scratch: SqlStore, swaps: list[Swap], at_block: int, short: int, long: int
) -> None:
    scratch.advance(at(0), [market(1), market(2)], [])
    scratch.roll_back(None)
    scratch.advance(at(0), [market(1), market(2)], swaps)
    found = scratch.windows(at_block, short, long)
    for pair in (address(1), address(2)):
        own = [s for s in swaps if s.pair == pair]
        caught = sandwiches(own, long, at_block)
        longer = replace(counted(own, long, at_block), sandwiches=caught)
        wanted = counted(own, short, at_block), longer
        nothing = counted([], short, at_block), counted([], long, at_block)
        assert found.get(pair, nothing) == wanted
