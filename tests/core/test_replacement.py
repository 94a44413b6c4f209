"""One escalator for one nonce: bounded, over both fee fields, and never against permission (LESSONS 7, 8)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Attempt, AttemptKind, Order, OrderKind
from botctl.core.permission import Level, Permission
from botctl.core.plans import SendPlan
from botctl.core.replacement import Act, Fees, Line, Move, next_move, raised
from tests.support.builders import GWEI, changed, hash32, make_intent, make_order, make_send_plan

PLAN = make_send_plan(bump_after_ms=36_000, bumps_max=3, cancels_max=4)
ALL, EXITS, NOTHING = (Permission(level, ()) for level in Level)
SIGNED_MS = 1_000_000
LATE_MS = SIGNED_MS + PLAN.bump_after_ms
QUIET = Fees(1 * GWEI, 1)


def order(side: Side = Side.BUY, kind: OrderKind = OrderKind.SWAP) -> Order:
    return make_order(kind=kind, intent=make_intent(side=side, deadline_s=2_000), nonce=7)


def attempt(number: int, kind: AttemptKind = AttemptKind.SEND, fee: int = 10 * GWEI) -> Attempt:
    return Attempt(
        order_id=order().id,
        number=number,
        nonce=7,
        raw=b"",
        hash=hash32(number),
        fee_max_wei=fee,
        priority_fee_wei=GWEI,
        signed_ms=SIGNED_MS,
        kind=kind,
        sends=2,
    )


def line(*attempts: Attempt, **overrides: object) -> Line:
    usual = Line(order(), attempts or (attempt(1),), LATE_MS, 1_000, QUIET, ALL)
    return changed(usual, **overrides)


def move(one: Line, plan: SendPlan = PLAN) -> Move:
    return next_move(one, plan)


def test_what_was_signed_a_moment_ago_is_waited_for() -> None:
    assert move(line(now_ms=LATE_MS - 1)).act is Act.WAIT


def test_what_was_never_sent_goes_out_as_it_is() -> None:
    assert move(line(changed(attempt(1), sends=0))).act is Act.PUBLISH


def test_the_wait_begins_when_a_node_took_it() -> None:
    once = changed(attempt(1), sends=1)
    taken = changed(order(), state=OrderState.PENDING, changed_ms=SIGNED_MS + 5_000)
    assert move(line(once, order=taken)).act is Act.WAIT
    assert move(line(once, order=taken, now_ms=LATE_MS + 5_000)).act is Act.BUMP
    assert move(line(order=taken)).act is Act.BUMP, "sent again and again: it is not being kept"


def test_both_fee_fields_rise_by_an_eighth_rounded_up() -> None:
    assert raised(Fees(1_001, 3), 1_250) == Fees(1_127, 4)
    assert move(line()).fees == Fees(10 * GWEI * 9 // 8, GWEI * 9 // 8)


@given(st.integers(0, 2**100), st.integers(0, 2**100))
def test_a_raise_satisfies_every_pool_that_wants_an_eighth(fee: int, tip: int) -> None:
    more = raised(Fees(fee, tip), 1_250)
    assert more.fee_max_wei * 10_000 >= fee * 11_250
    assert more.priority_fee_wei * 10_000 >= tip * 11_250
    assert more.fee_max_wei > fee
    assert more.priority_fee_wei > tip


def test_the_chains_price_is_paid_when_it_is_above_the_least_raise() -> None:
    assert move(line(suggested=Fees(30 * GWEI, 5 * GWEI))).fees == Fees(30 * GWEI, 5 * GWEI)


def test_a_raise_over_the_ceiling_publishes_the_same_bytes() -> None:
    high = attempt(1, fee=PLAN.bump_fee_max_wei)
    assert move(line(high)) == replace(move(line(high)), act=Act.PUBLISH, fees=None)


def test_the_chains_price_never_lifts_a_raise_over_the_ceiling() -> None:
    fees = move(line(suggested=Fees(10**6 * GWEI, 10**6 * GWEI))).fees
    assert fees == Fees(PLAN.bump_fee_max_wei, PLAN.bump_fee_max_wei)


def test_after_the_last_raise_it_is_canceled() -> None:
    bumps = [attempt(n, AttemptKind.BUMP) for n in range(2, 5)]
    assert move(line(attempt(1), *bumps[:2])).act is Act.BUMP
    assert move(line(attempt(1), *bumps)).act is Act.CANCEL


@pytest.mark.parametrize("now_ms", [SIGNED_MS, LATE_MS])
def test_past_its_deadline_it_is_canceled_at_once(now_ms: int) -> None:
    assert move(line(now_ms=now_ms, block_time_s=2_000)).act is Act.CANCEL
    assert move(line(now_ms=now_ms, block_time_s=1_999)).act is not Act.CANCEL


def test_a_cancel_is_raised_too_and_never_becomes_a_trade_again() -> None:
    canceled = line(attempt(1), attempt(2, AttemptKind.CANCEL), block_time_s=2_000)
    assert move(canceled).act is Act.CANCEL
    assert move(changed(canceled, now_ms=LATE_MS - 1)).act is Act.WAIT
    most = [attempt(n, AttemptKind.CANCEL) for n in range(2, 6)]
    assert move(line(attempt(1), *most)).act is Act.PUBLISH


@pytest.mark.parametrize(
    ("side", "allowed", "act"),
    [
        (Side.BUY, ALL, Act.BUMP),
        (Side.BUY, EXITS, Act.CANCEL),
        (Side.SELL, EXITS, Act.BUMP),
        (Side.SELL, NOTHING, Act.CANCEL),
    ],
)
def test_a_replacement_that_could_fill_needs_permission(
    side: Side, allowed: Permission, act: Act
) -> None:
    assert move(line(order=order(side), permission=allowed)).act is act


def test_a_no_op_is_only_ever_raised() -> None:
    gap = line(order=order(Side.SELL, OrderKind.NOOP), block_time_s=10**9, permission=EXITS)
    assert move(gap).act is Act.BUMP


@given(
    st.lists(st.sampled_from(AttemptKind), max_size=12),
    st.integers(0, 10**6),
    st.integers(0, 3_000),
    st.sampled_from([ALL, EXITS, NOTHING]),
    st.integers(0, 500),
)
def test_whatever_came_before_bounds_and_ceilings_hold(
    kinds: list[AttemptKind], waited_ms: int, block_time_s: int, allowed: Permission, base: int
) -> None:
    attempts = [attempt(1), *(attempt(n, kind) for n, kind in enumerate(kinds, 2))]
    made = move(
        line(
            *attempts,
            now_ms=SIGNED_MS + waited_ms,
            block_time_s=block_time_s,
            permission=allowed,
            suggested=Fees(base * GWEI, GWEI),
        )
    )
    if made.act is Act.BUMP:
        assert kinds.count(AttemptKind.BUMP) < PLAN.bumps_max
        assert allowed.entries
        assert block_time_s < 2_000
        assert attempts[-1].kind is not AttemptKind.CANCEL
    if made.fees is not None:
        ceiling = PLAN.bump_fee_max_wei if made.act is Act.BUMP else PLAN.cancel_fee_max_wei
        assert attempts[-1].fee_max_wei < made.fees.fee_max_wei <= ceiling
        assert made.fees.priority_fee_wei <= made.fees.fee_max_wei
