"""The books: one fill an order, positions to the last unit, gas included."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botctl.adapters.store import SqlStore
from botctl.core.accounting import Account, after_fill
from botctl.core.books import Entry, Position
from botctl.core.codes import Code
from botctl.core.errors import CorruptError, LostMoveError
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import Fill, Order, OrderKind
from botctl.core.reasons import Reason
from botctl.core.units import UINT256_MAX, BundleId, Hash32
from botctl.ports.store import DecidedBatch, Moved
from tests.store.making import (
    BOT,
    address,
    block_hash,
    cycle,
    decided,
    fill,
    mined,
    order,
    row,
    signed,
)

OK, REVERTED = Moved(OrderEvent.BURY_OK), Moved(OrderEvent.BURY_REVERTED)
DAY_MS = 86_400_000
FEE_WEI = 100_000 * 10**9


def settled(
    store: SqlStore, one: Order, *, tokens: int, wei: int, gas: int = 7, now_ms: int = 3_000
) -> Order:
    """Decided in a cycle of its own, mined, buried."""
    number = int(one.id[-4:])
    decided(store, number, one, rows=(row(number, pair=1, kind="SELL", reason="EXIT_TIME"),))
    after = mined(store, replace(one, cycle_id=cycle(number).cycle_id))
    moved = OK if tokens or wei else REVERTED
    booked = fill(after, tokens=tokens, native_wei=wei, gas_wei=gas)
    return store.settle(after, moved, booked, now_ms)


def buy(number: int) -> Order:
    return replace(order(number, pair=1), cycle_id=cycle(number).cycle_id)


def sell(number: int) -> Order:
    return replace(order(number, pair=1, side=Side.SELL), cycle_id=cycle(number).cycle_id)


def test_a_buy_opens_a_position_with_its_gas_in_the_cost(store: SqlStore) -> None:
    after = settled(store, buy(1), tokens=2_000, wei=-500)
    assert after.state is OrderState.CONFIRMED
    [one] = store.positions(BOT, only_open=True)
    position = one.position
    assert (position.pair, position.quantity, position.cost_wei) == (address(1), 2_000, 507)
    assert (one.open, one.gas_wei, one.realised_wei, position.opened_ms) == (True, 7, 0, 3_000)
    assert store.native_moved_wei(BOT) == -507


def test_a_second_buy_adds_to_the_position(store: SqlStore) -> None:
    settled(store, buy(1), tokens=2_000, wei=-500)
    settled(store, buy(2), tokens=1_000, wei=-400)
    [one] = store.positions(BOT, only_open=True)
    assert (one.position.quantity, one.position.cost_wei, one.gas_wei) == (3_000, 914, 14)


def test_selling_all_closes_it_with_the_reason_of_the_decision(store: SqlStore) -> None:
    settled(store, buy(1), tokens=2_000, wei=-500)
    settled(store, sell(2), tokens=-2_000, wei=900, now_ms=4_000)
    assert store.positions(BOT, only_open=True) == ()
    [one] = store.positions(BOT, only_open=False)
    assert (one.open, one.closed_ms, one.exit_reason) == (False, 4_000, "EXIT_TIME")
    assert (one.proceeds_wei, one.realised_wei) == (900, 900 - 7 - 507)
    assert store.native_moved_wei(BOT) == -507 + 893


def test_a_closed_position_is_not_reopened(store: SqlStore) -> None:
    settled(store, buy(1), tokens=10, wei=-500)
    settled(store, sell(2), tokens=-10, wei=900)
    settled(store, buy(3), tokens=20, wei=-100)
    assert [p.position.quantity for p in store.positions(BOT, only_open=False)] == [0, 20]


def test_gas_without_tokens_goes_to_the_open_position(store: SqlStore) -> None:
    settled(store, buy(1), tokens=10, wei=-500)
    settled(store, sell(2), tokens=0, wei=0, gas=40)
    [one] = store.positions(BOT, only_open=True)
    assert (one.realised_wei, one.gas_wei, one.position.cost_wei) == (-40, 47, 507)


def test_gas_of_an_entry_that_failed_is_a_loss_of_nobodys_position(store: SqlStore) -> None:
    after = settled(store, buy(1), tokens=0, wei=0, gas=40)
    assert after.state is OrderState.FAILED
    assert store.positions(BOT, only_open=False) == ()
    assert store.holdings(BOT, 0).realised_today_wei == -40
    assert store.native_moved_wei(BOT) == -40


def test_booking_twice_is_impossible(store: SqlStore) -> None:
    decided(store, 1, buy(1))
    seen = mined(store, buy(1))
    booked = fill(seen, tokens=10, native_wei=-5)
    store.settle(seen, OK, booked, 3_000)
    with pytest.raises(LostMoveError) as lost:
        store.settle(seen, OK, booked, 3_001)
    assert lost.value.code is Code.ERR_MOVE_LOST
    assert store.native_moved_wei(BOT) == -12
    assert store.positions(BOT, only_open=True)[0].position.quantity == 10


def test_selling_more_than_the_books_hold_stops_and_books_nothing(store: SqlStore) -> None:
    settled(store, buy(1), tokens=10, wei=-500)
    with pytest.raises(CorruptError) as broken:
        settled(store, sell(2), tokens=-11, wei=900)
    assert broken.value.code is Code.ERR_LEDGER_MISMATCH
    assert [o.state for o in store.open()] == [OrderState.MINED]
    assert store.native_moved_wei(BOT) == -507


def test_an_end_without_a_fill_books_nothing(store: SqlStore) -> None:
    decided(store, 1, buy(1))
    out, _ = signed(store, buy(1))
    ended = store.settle(out, Moved(OrderEvent.BURY_FOREIGN), None, 3_000)
    assert ended.state is OrderState.REPLACED
    assert store.native_moved_wei(BOT) == 0


CODE = Hash32("0x1")
SEEN = {"reserve_quote": str(UINT256_MAX), "token_supply": str(UINT256_MAX), "owner": None}
MEASURED = {"sell_tax_bps": 7, "lp_locked_bps": None}


def entered_on(store: SqlStore, bundle: object) -> Position:
    """A position whose entry was decided on that bundle."""
    store.record(cycle(1), [])
    body = json.dumps(bundle).encode()
    one = replace(buy(1), bundle_id=BundleId(sha256(body).hexdigest()))
    store.commit(DecidedBatch(cycle(1).cycle_id, 1, (), ((one.bundle_id, body),), (one,), ()))
    seen = mined(store, one)
    store.settle(seen, OK, fill(seen, tokens=1, native_wei=-1), 3_000)
    assert store.verify().altered == ()
    return store.holdings(BOT, 0).positions[0]


def a_bundle(tiers: object, reason: Reason = Reason.ENTRY_SELECTED) -> object:
    detection = {"facts": {**SEEN, "token_code_hash": CODE}, **({"tiers": tiers} if tiers else {})}
    return {
        "inputs": {"detection": detection},
        "decision": {"measures": MEASURED, "reason": reason},
    }


def test_a_position_keeps_what_its_entry_was_decided_on(store: SqlStore) -> None:
    held = entered_on(store, a_bundle({"code_id": "c"}))
    assert held.entry_liquidity_wei == UINT256_MAX
    assert held.entry == Entry(7, None, UINT256_MAX, None, CODE, "c", live_probe=False)


def test_a_live_probe_is_remembered_as_one(store: SqlStore) -> None:
    held = entered_on(store, a_bundle(None, Reason.ENTRY_LIVE_PROBE))
    assert held.entry == Entry(7, None, UINT256_MAX, None, CODE, None, live_probe=True)


def test_without_a_bundle_to_read_nothing_is_known_of_the_entry(store: SqlStore) -> None:
    held = entered_on(store, ["no bundle"])
    assert (held.entry, held.entry_liquidity_wei) == (None, 0)


def test_holdings_count_open_intents_as_spent(store: SqlStore) -> None:
    settled(store, buy(1), tokens=10, wei=-500)
    entry, seen, exit_ = order(2), order(3), order(4, pair=1, side=Side.SELL)
    decided(store, 9, entry, seen, exit_)
    mined(store, seen)
    held = store.holdings(BOT, 0)
    assert held.open_entries == 2
    assert held.exposure_wei == 507 + 2 * 10**18
    # The mined entry's coins have left already; the exit promises its fee alone.
    assert held.committed_wei == 10**18 + 2 * FEE_WEI
    assert held.live_pairs == {address(1), address(2), address(3)}
    assert dict(held.token_exposure_wei) == {
        address(1_001): 507,
        address(1_002): 10**18,
        address(1_003): 10**18,
    }


def test_an_approval_promises_its_fee_and_is_no_entry(store: SqlStore) -> None:
    store.add(order(1, kind=OrderKind.APPROVE))
    held = store.holdings(BOT, 0)
    assert (held.open_entries, held.exposure_wei, held.committed_wei) == (0, 0, FEE_WEI)
    assert held.live_pairs == {address(1)}


def test_today_begins_where_the_caller_says(store: SqlStore) -> None:
    settled(store, buy(1), tokens=10, wei=-500, now_ms=DAY_MS - 1)
    settled(store, sell(2), tokens=-5, wei=300, now_ms=DAY_MS - 1)
    settled(store, sell(3), tokens=-5, wei=100, now_ms=DAY_MS)
    whole = store.positions(BOT, only_open=False)[0].realised_wei
    today = store.holdings(BOT, DAY_MS).realised_today_wei
    assert today == 100 - 7 - 253
    assert store.holdings(BOT, 0).realised_today_wei == whole


AMOUNTS = st.sampled_from([1, 3, 10**18, 2**128 + 1])
FILLS = st.lists(
    st.one_of(
        st.tuples(st.just("buy"), AMOUNTS, AMOUNTS, AMOUNTS),
        st.tuples(st.just("sell"), st.integers(1, 100), AMOUNTS, AMOUNTS),
        st.tuples(st.just("revert"), st.just(0), st.just(0), AMOUNTS),
    ),
    max_size=6,
)
numbers = iter(range(1, 10_000))


@settings(max_examples=25, deadline=None)
@given(FILLS)
def test_the_stored_books_are_those_of_the_arithmetic(
    scratch: SqlStore, fills: list[tuple[str, int, int, int]]
) -> None:
    """Any row of buys, partial sells and reverts: position, realised sum and native sum agree."""
    market = next(numbers) + 5_000
    account, moved, closed = Account(), scratch.native_moved_wei(BOT), 0
    realised = scratch.holdings(BOT, 0).realised_today_wei
    for what, size, wei, gas in fills:
        tokens = {"buy": size, "sell": -(account.quantity * size // 100), "revert": 0}[what]
        native = {"buy": -wei, "sell": wei, "revert": 0}[what]
        if what == "sell" and tokens == 0:
            continue
        number = next(numbers)
        one = order(number, pair=market)
        decided(scratch, number, one)
        seen = mined(scratch, one)
        booked = Fill(one.id, one.kind, one.intent.token, tokens, native, gas, 1, block_hash(0))
        scratch.settle(seen, OK, booked, 3_000)
        before, account = account, after_fill(account, booked)
        moved += native - gas
        realised += account.realised_wei - before.realised_wei
        if account.closed:
            account, closed = Account(), closed + (before.quantity > 0)
    mine = [
        p for p in scratch.positions(BOT, only_open=False) if p.position.pair == address(market)
    ]
    assert sum(not p.open for p in mine) == closed
    held = [p for p in mine if p.open]
    assert [(p.position.quantity, p.position.cost_wei) for p in held] == (
        [(account.quantity, account.cost_wei)] if account.quantity else []
    )
    assert scratch.native_moved_wei(BOT) == moved
    assert scratch.holdings(BOT, 0).realised_today_wei == realised
