"""The books are changed by orders, by corrections to what the chain says, and by giving up; each once."""

from dataclasses import replace

import pytest

from botctl.adapters.store import SqlStore
from botctl.core.codes import Code
from botctl.core.errors import LostMoveError
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import Order, OrderKind
from botctl.core.units import ZERO_ADDRESS
from botctl.ports.store import Closed, Correction, Moved
from tests.store.making import (
    BOT,
    address,
    block_hash,
    bumped,
    decided,
    fill,
    leased,
    mined,
    opened,
    order,
    signed,
)

E, S = OrderEvent, OrderState
OK, REVERTED = Moved(E.BURY_OK), Moved(E.BURY_REVERTED)


def bought(
    store: SqlStore, number: int, *, tokens: int = 10, wei: int = 100, pair: int | None = None
) -> str:
    """The id of a position of its own; gas is 7."""
    one = order(number, pair=pair)
    decided(store, number, one)
    seen = mined(store, one)
    store.settle(seen, OK, fill(seen, tokens=tokens, native_wei=-wei), 3_000)
    where = one.intent.pair
    [held] = [p for p in store.positions(BOT, only_open=True) if p.position.pair == where]
    return held.position.id


def position(store: SqlStore, position_id: str) -> Closed:
    [one] = [p for p in store.positions(BOT, only_open=False) if p.position.id == position_id]
    return one


def token(number: int) -> str:
    return address(1_000 + number)


def test_native_is_booked_to_the_running_balance_once(store: SqlStore) -> None:
    one = Correction("a", "native", 50, 20, 9)
    assert store.correct([one], 4_000, "gas spent by hand") == 1
    assert store.correct([one, one], 4_001, "again") == 0
    assert store.native_moved_wei(BOT) == -30
    assert store.correct([Correction("b", "native", 20, 25, 10)], 4_002, "a deposit") == 1
    assert store.native_moved_wei(BOT) == -25
    assert store.verify().altered == ()


def test_missing_tokens_are_a_loss_of_their_share_of_the_cost(store: SqlStore) -> None:
    held = bought(store, 1)  # for 107
    assert store.correct([Correction("a", token(1), 10, 7, 9)], 4_000, "a burn") == 1
    one = position(store, held)
    assert (one.position.quantity, one.position.cost_wei, one.realised_wei) == (7, 74, -33)
    assert store.holdings(BOT, 4_000).realised_today_wei == -33
    assert store.native_moved_wei(BOT) == -107


def test_a_correction_to_zero_closes_the_position_with_its_reason(store: SqlStore) -> None:
    held = bought(store, 1)
    store.correct([Correction("a", token(1), 10, 0, 9)], 4_000, "the token\0 burnt it all")
    one = position(store, held)
    assert (one.open, one.closed_ms) == (False, 4_000)
    assert one.exit_reason == "the token\ufffd burnt it all"
    assert (one.position.quantity, one.position.cost_wei, one.realised_wei) == (0, 0, -107)


def test_found_tokens_cost_nothing(store: SqlStore) -> None:
    held = bought(store, 1)
    store.correct([Correction("a", token(1), 10, 15, 9)], 4_000, "a rebase")
    one = position(store, held)
    assert (one.position.quantity, one.position.cost_wei, one.realised_wei) == (15, 107, 0)


def test_one_correction_that_cannot_be_booked_stops_all(store: SqlStore) -> None:
    held = bought(store, 1)
    several = [Correction("a", "native", 9, 8, 9), Correction("b", token(1), 11, 0, 9)]
    for some in (several, [several[0], Correction("c", token(2), 1, 0, 9)]):
        with pytest.raises(LostMoveError) as lost:
            store.correct(some, 4_000, "")
        assert lost.value.code is Code.ERR_MOVE_LOST
    assert position(store, held).position.quantity == 10
    assert store.native_moved_wei(BOT) == -107
    assert store.correct(several[:1], 4_000, "") == 1


def test_a_position_written_off_is_a_loss_today_and_frees_its_market(store: SqlStore) -> None:
    """Lesson 15."""
    held = bought(store, 1)
    assert store.write_off(held, "UNSELLABLE: 3 sells failed", 5_000)
    one = position(store, held)
    assert (one.open, one.closed_ms, one.exit_reason) == (
        False,
        5_000,
        "UNSELLABLE: 3 sells failed",
    )
    assert (one.position.cost_wei, one.realised_wei) == (0, -107)
    assert one.position.quantity == 10, "what was given up"
    assert store.positions(BOT, only_open=True) == ()
    assert store.holdings(BOT, 5_000).realised_today_wei == -107
    assert store.holdings(BOT, 5_001).realised_today_wei == 0
    assert not store.write_off(held, "again", 5_001)
    again = bought(store, 2, pair=1)
    assert again != held
    assert store.verify().altered == ()


def test_what_was_written_off_stays_at_stake_in_its_token_alone(store: SqlStore) -> None:
    """Or a token that shuts us in is bought again each time its loss is booked."""
    held = bought(store, 1)
    before = store.holdings(BOT, 0)
    assert store.write_off(held, "UNSELLABLE: 3 sells failed", 5_000)
    after = store.holdings(BOT, 0)
    assert before.token_exposure_wei == after.token_exposure_wei == ((token(1), 107),)
    assert (after.exposure_wei, after.positions, after.exposures) == (0, (), ())
    bought(store, 2, pair=1)
    assert store.holdings(BOT, 0).token_exposure_wei == ((token(1), 214),)


def test_a_position_with_a_live_order_is_not_written_off(store: SqlStore) -> None:
    held = bought(store, 1)
    decided(store, 2, order(2, pair=1, side=Side.SELL))
    assert not store.write_off(held, "why", 5_000)
    assert position(store, held).open
    assert not store.write_off("unknown", "why", 5_000)


def test_a_position_of_another_bot_is_not_ours_to_write_off(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        held = bought(ours, 1)
        assert not theirs.write_off(held, "why", 5_000)


def sold_in_vain(store: SqlStore, number: int, *, pair: int) -> None:
    one = order(number, pair=pair, side=Side.SELL, created_ms=3_500)
    decided(store, number, one)
    seen = mined(store, one)
    store.settle(seen, REVERTED, fill(seen, tokens=0, native_wei=0), 4_000)


def test_sells_that_failed_are_counted_for_each_open_position(store: SqlStore) -> None:
    first, second = bought(store, 1), bought(store, 2)
    sold_in_vain(store, 3, pair=1)
    sold_in_vain(store, 4, pair=1)
    refused = order(5, pair=2, side=Side.SELL, created_ms=3_500)
    decided(store, 5, refused)
    store.move(refused, Moved(E.REFUSE, "INV_KILL_OK"), 3_600)
    assert store.failed_exits(BOT) == {first: 2, second: 0}
    store.write_off(first, "why", 5_000)
    assert store.failed_exits(BOT) == {second: 0}


def test_the_newest_fills_come_by_block(store: SqlStore) -> None:
    booked = []
    decided(store, 1, *(order(n) for n in (1, 2, 3)))
    for number, block in ((1, 60), (2, 80), (3, 70)):
        seen = mined(store, order(number), block=block)
        one = replace(
            fill(seen, tokens=5, native_wei=-9), block_number=block, block_hash=block_hash(block)
        )
        store.settle(seen, OK, one, 3_000)
        booked.append(one)
    assert store.newest_fills(BOT, 9) == (booked[1], booked[2], booked[0])
    assert store.newest_fills(BOT, 1) == (booked[1],)
    assert store.newest_fills("other", 9) == ()


def noop(number: int) -> Order:
    one = order(number, kind=OrderKind.NOOP, side=Side.SELL)
    nothing = replace(one.intent, pair=ZERO_ADDRESS, token=ZERO_ADDRESS)
    return replace(one, intent=replace(nothing, amount_in=0, expected_out=0, min_out=0))


def test_a_no_op_costs_gas_and_touches_no_position(store: SqlStore) -> None:
    held = bought(store, 1)
    before = position(store, held)
    for number in (2, 3):  # several may be live at once
        assert store.add(noop(number))
    for number in (2, 3):
        seen = mined(store, noop(number))
        done = store.settle(seen, OK, fill(seen, tokens=0, native_wei=0, gas_wei=21), 4_000)
        assert done.state is S.CONFIRMED
    assert position(store, held) == before
    assert store.native_moved_wei(BOT) == -107 - 42
    assert store.holdings(BOT, 4_000).realised_today_wei == -42


def test_a_cancel_that_mined_costs_gas_only(store: SqlStore) -> None:
    decided(store, 1, order(1))
    out, _ = signed(store, order(1))
    out = store.move(out, Moved(E.SUBMIT), 2_001)
    out, _ = bumped(store, out, lease=leased(store))
    seen = store.move(out, Moved(E.SEE_MINED, block_number=50, block_hash=block_hash(50)), 2_600)
    cancel = Moved(E.BURY_CANCEL)
    with pytest.raises(AssertionError, match="moved anything"):
        store.settle(seen, cancel, fill(seen, tokens=5, native_wei=-9), 3_000)
    done = store.settle(seen, cancel, fill(seen, tokens=0, native_wei=0, gas_wei=21), 3_000)
    assert done.state is S.CANCELED
    assert store.positions(BOT, only_open=False) == ()
    assert store.native_moved_wei(BOT) == -21
