"""What sizes and times are read from: trades, fills, probes, buyers, sandwiches, and the cycle before."""

from dataclasses import asdict, replace

import pytest
import sqlalchemy as sa

from botctl.adapters.store import SqlStore, schema
from botctl.core.codes import Code
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import Order
from botctl.core.reasons import Reason
from botctl.core.record import Entered, Trade, record
from botctl.core.risk.regime import Numbers, Times
from botctl.core.terms import Regime
from botctl.ports.store import Cursor, Moved, Swap
from tests.store.making import (
    BOT,
    address,
    batch,
    block_hash,
    cycle,
    decided,
    detection,
    fill,
    mined,
    opened,
    order,
    row,
    swap,
)

OK = Moved(OrderEvent.BURY_OK)
REVERTED = Moved(OrderEvent.BURY_REVERTED, code=Code.ERR_TX_REVERTED)
NUMBERS = Numbers(9, 1_000, 60, 5_000, None, 0, 2, 12_345)


def traded(store: SqlStore, one: Order, reason: str, *, wei: int, tokens: int, at_ms: int) -> None:
    """Decided for that reason in a cycle of its own, mined and buried at that time."""
    number = int(one.id[-4:])
    one = replace(one, cycle_id=cycle(number).cycle_id)
    pair = int(one.intent.pair, 16)
    decided(store, number, one, rows=(row(number, pair=pair, kind=one.intent.side, reason=reason),))
    seen = mined(store, one)
    moved = OK if tokens else REVERTED
    store.settle(seen, moved, fill(seen, tokens=tokens, native_wei=wei), at_ms)


def bought(store: SqlStore, number: int, *, pair: int, at_ms: int, reason: str = "") -> None:
    traded(store, order(number, pair=pair), reason, wei=-500, tokens=10, at_ms=at_ms)


def sold(
    store: SqlStore, number: int, reason: str, *, pair: int, at_ms: int, wei: int = 600
) -> None:
    leaving = order(number, pair=pair, side=Side.SELL)
    traded(store, leaving, reason, wei=wei, tokens=-10, at_ms=at_ms)


def test_a_closed_position_is_a_trade_with_all_that_it_cost(store: SqlStore) -> None:
    bought(store, 1, pair=1, at_ms=3_000)
    sold(store, 2, Reason.EXIT_TAKE_PROFIT, pair=1, at_ms=4_000)
    (trade,) = store.performance(BOT, 0, 50).trades
    assert trade == Trade(3_000, 4_000, 500 + 7 + 7, 600 - 514, Reason.EXIT_TAKE_PROFIT)
    assert not trade.forced


def test_a_position_that_is_held_is_no_trade_yet(store: SqlStore) -> None:
    bought(store, 1, pair=1, at_ms=3_000)
    assert store.performance(BOT, 0, 50).trades == ()


def test_the_newest_trade_is_the_one_that_ended_last(store: SqlStore) -> None:
    """A long-held position that ends in a trap breaks the row of good trades now."""
    bought(store, 1, pair=1, at_ms=3_000)
    bought(store, 2, pair=2, at_ms=3_001)
    sold(store, 3, Reason.EXIT_TIME, pair=2, at_ms=4_000)
    sold(store, 4, Reason.EXIT_EMERGENCY, pair=1, at_ms=5_000)
    trades = store.performance(BOT, 0, 50).trades
    assert [t.closed_ms for t in trades] == [5_000, 4_000]
    assert record(trades).good_in_row == 0
    assert [t.closed_ms for t in store.performance(BOT, 0, 1).trades] == [5_000]


def test_a_position_given_up_is_a_forced_trade_that_lost_everything(store: SqlStore) -> None:
    bought(store, 1, pair=1, at_ms=3_000)
    (held,) = store.holdings(BOT, 0).positions
    assert store.write_off(held.id, "UNSELLABLE: 12 sells failed", 6_000)
    (trade,) = store.performance(BOT, 0, 50).trades
    assert trade.forced
    assert (trade.spent_wei, trade.realised_wei, trade.result_bps) == (507, -507, -10_000)


def test_fills_are_compared_with_what_their_decision_expected(store: SqlStore) -> None:
    bought(store, 1, pair=1, at_ms=3_000)
    sold(store, 2, Reason.EXIT_TIME, pair=1, at_ms=4_000)  # a sell is no entry
    traded(store, order(3), "", wei=0, tokens=0, at_ms=5_000)  # nor what reverted
    seen = store.performance(BOT, 0, 50)
    assert seen.entered == (Entered(3_000, expected_out=2_000, got=10),)
    assert seen.entered[0].slippage_bps == 9_950


def test_mined_and_reverted_are_counted_since_the_window_began(store: SqlStore) -> None:
    traded(store, order(1, created_ms=1_000), "", wei=-500, tokens=10, at_ms=3_000)
    traded(store, order(2, created_ms=2_000), "", wei=0, tokens=0, at_ms=3_000)
    decided(store, 3, order(3, created_ms=2_000))  # not signed, so not mined
    for since_ms, wanted in ((0, (2, 1)), (1_001, (1, 1)), (2_001, (0, 0))):
        seen = store.performance(BOT, since_ms, 50)
        assert (seen.mined, seen.reverted) == wanted


def test_a_live_probe_is_no_trade_of_the_record_but_speaks_for_its_market(store: SqlStore) -> None:
    bought(store, 1, pair=1, at_ms=3_000, reason=Reason.ENTRY_LIVE_PROBE)
    sold(store, 2, Reason.EXIT_LIVE_PROBE, pair=1, at_ms=4_000)
    bought(store, 3, pair=3, at_ms=5_000, reason=Reason.ENTRY_LIVE_PROBE)
    sold(store, 4, Reason.EXIT_EMERGENCY, pair=3, at_ms=6_000)  # it was no proof
    assert [t.exit_reason for t in store.performance(BOT, 0, 50).trades] == [Reason.EXIT_EMERGENCY]
    assert store.live_probes(BOT, 0, 0).sold_ms == ((address(1), 4_000),)
    assert store.live_probes(BOT, 4_000, 0).sold_ms == ((address(1), 4_000),)
    assert store.live_probes(BOT, 4_001, 0).sold_ms == ()


def test_live_probes_are_counted_from_midnight_whatever_became_of_them(store: SqlStore) -> None:
    bought(store, 1, pair=1, at_ms=3_000, reason=Reason.ENTRY_LIVE_PROBE)
    traded(store, order(2), Reason.ENTRY_LIVE_PROBE, wei=0, tokens=0, at_ms=3_000)
    decided(store, 3, order(3), rows=(row(3, pair=3, kind="BUY", reason=Reason.ENTRY_LIVE_PROBE),))
    decided(store, 4, rows=(row(4, kind="BUY", reason=Reason.ENTRY_SELECTED),))
    midnights = (0, 1_000, 1_001, 3_000, 3_001)
    assert [store.live_probes(BOT, 0, at).today for at in midnights] == [3, 3, 2, 1, 0]


def test_another_bot_has_a_record_of_its_own(store: SqlStore, database_url: str) -> None:
    bought(store, 1, pair=1, at_ms=3_000, reason=Reason.ENTRY_LIVE_PROBE)
    sold(store, 2, Reason.EXIT_LIVE_PROBE, pair=1, at_ms=4_000)
    store.record(cycle(3), [detection(3)])
    store.commit(replace(batch(3), times=Times(Regime.CHOP, 1, NUMBERS, "said")))
    with opened(database_url, bot="other") as other:
        seen = other.performance("other", 0, 50)
        assert (seen.trades, seen.entered, seen.mined) == ((), (), 0)
        assert other.live_probes("other", 0, 0).today == 0
        assert other.times("other") is None
        assert other.seen_before() == {}


def times_said(store: SqlStore) -> list[object]:
    with store._db.reading() as db:
        query = sa.select(schema.journal.c.body).where(schema.journal.c.event == "regime")
        return [*db.execute(query).scalars()]


def test_the_times_are_kept_with_their_numbers_and_each_change_is_in_the_journal(
    store: SqlStore,
) -> None:
    assert store.times(BOT) is None
    first = Times(Regime.RUG_HEAVY, 5_000, NUMBERS, "5000 bps ended badly")
    second = Times(Regime.NORMAL, 6_000, replace(NUMBERS, rug_bps=None), "over")
    for number, times in ((1, first), (2, None), (3, second)):
        store.record(cycle(number), [])
        assert store.commit(replace(batch(number), times=times))
        assert store.times(BOT) == (times or first)
    said = times_said(store)
    assert len(said) == 2
    for body, times in zip(said, (first, second), strict=True):
        for name, number in asdict(times.numbers).items():
            assert f'"{name}":{"null" if number is None else number}' in str(body)
        assert f'"regime":"{times.regime}"' in str(body)
        assert times.why in str(body)
    assert store.verify().altered == ()


def test_a_decision_that_came_too_late_leaves_the_times_as_they_are(store: SqlStore) -> None:
    store.record(cycle(1), [])
    now = Times(Regime.CHOP, 5_000, NUMBERS, "said")
    assert store.commit(replace(batch(1), times=now))
    late = Times(Regime.NORMAL, 6_000, NUMBERS, "no")
    assert not store.commit(replace(batch(1), times=late))
    assert store.times(BOT) == now
    assert len(times_said(store)) == 1


def test_the_cycle_before_is_the_newest_recorded_whole(store: SqlStore) -> None:
    assert store.seen_before() == {}
    store.record(cycle(1), [detection(1, pair=1), detection(1, pair=2)])
    store.record(cycle(2), [replace(detection(2, pair=2), body=b"newer")])
    assert store.seen_before() == {address(2): b"newer"}


def test_the_biggest_buyers_are_those_of_the_window(store: SqlStore) -> None:
    swaps = [
        swap(10, index=0, trader=1, nano=5 << 32),
        swap(10, index=1, trader=2, nano=9 << 32),
        swap(11, index=0, trader=1, nano=6 << 32),  # together more than the other
        swap(11, index=1, trader=3, nano=1 << 32),
        replace(swap(11, index=2, trader=4, nano=99 << 32), is_buy=False),
        swap(5, index=0, trader=5, nano=99 << 32),  # before the window
        swap(13, index=0, trader=6, nano=99 << 32),  # after the pinned block
        swap(12, index=0, trader=7, nano=1, pair=2),
    ]
    store.advance(Cursor(13, block_hash(13)), [], swaps)
    assert store.top_buyers(12, 7, 2) == {
        address(1): (address(1), address(2)),
        address(2): (address(7),),
    }


ATTACKER, VICTIM = 7, 8


def buy(index: int, *, trader: int = ATTACKER, block: int = 10, pair: int = 1) -> Swap:
    return swap(block, index=index, trader=trader, pair=pair)


def sell(index: int, *, trader: int = ATTACKER, block: int = 10, pair: int = 1) -> Swap:
    return replace(buy(index, trader=trader, block=block, pair=pair), is_buy=False)


CAUGHT = [buy(1), buy(2, trader=VICTIM), sell(3)]
HARMLESS = {
    "the attacker sells in another block": [*CAUGHT[:2], sell(3, block=11)],
    "the victim buys in another block": [buy(1), buy(2, trader=VICTIM, block=11), sell(3)],
    "the victim buys in another pair": [buy(1), buy(2, trader=VICTIM, pair=2), sell(3)],
    "somebody else sells": [*CAUGHT[:2], sell(3, trader=9)],
    "nobody is between": [buy(1), sell(2), buy(3, trader=VICTIM)],
    "one trader alone": [buy(1), buy(2), sell(3)],
    "first sold, then bought": [sell(1), buy(2, trader=VICTIM), buy(3)],
    "who is between sells": [buy(1), sell(2, trader=VICTIM), sell(3)],
}


@pytest.mark.parametrize("what", HARMLESS)
def test_no_sandwich(store: SqlStore, what: str) -> None:
    store.advance(Cursor(12, block_hash(12)), [], HARMLESS[what])
    assert [long.sandwiches for _, long in store.windows(12, 5, 10).values()] == [0] * len(
        {one.pair for one in HARMLESS[what]}
    )


def test_a_sandwich_is_counted_once_a_block_and_attacker_within_the_long_window(
    store: SqlStore,
) -> None:
    again = [replace(one, block_number=11, tx_hash=block_hash(11)) for one in CAUGHT]
    two_more = [buy(12, trader=9), buy(13, trader=VICTIM), sell(14, trader=9)]
    store.advance(Cursor(12, block_hash(12)), [], [*CAUGHT, *again, *two_more])
    caught = {at: store.windows(12, 1, at)[address(1)][1].sandwiches for at in (10, 3, 2)}
    assert caught == {10: 3, 3: 3, 2: 1}
    assert 12 - 2 == 10, "a window of two blocks begins after block 10"
    assert store.windows(10, 1, 10)[address(1)][1].sandwiches == 2
