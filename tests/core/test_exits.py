"""When to leave: each rule at its exact boundary, and the order in which they are asked."""

import pytest

from botctl.core.books import Position
from botctl.core.exits import ExitCall, exit_call, slippage_for
from botctl.core.facts import Detection, ProbeStatus
from botctl.core.measures import measures
from botctl.core.quotes import exit_value, exit_value_least
from botctl.core.reasons import Reason
from botctl.core.units import BPS_ONE
from tests.support.builders import (
    EXITS,
    MS,
    NOW_MS,
    POLICY,
    RESERVE_QUOTE,
    WORLD,
    changed,
    make_detection,
    make_exits,
    make_position,
    make_probe,
)

SEEN = make_detection()
VALUE = exit_value(SEEN, measures(WORLD, SEEN), make_position().quantity) or 0

FLOOR = RESERVE_QUOTE * (BPS_ONE - EXITS.emergency_liquidity_drop_bps) // BPS_ONE
FIRING = {  # each of them alone
    Reason.EXIT_EMERGENCY: make_position(cost_wei=VALUE, entry_liquidity_wei=2 * RESERVE_QUOTE),
    Reason.EXIT_STOP_LOSS: make_position(cost_wei=2 * VALUE),
    Reason.EXIT_TAKE_PROFIT: make_position(cost_wei=VALUE // 2, peak_value_wei=0),
    Reason.EXIT_TRAILING: make_position(cost_wei=VALUE, peak_value_wei=2 * VALUE),
    Reason.EXIT_TIME: make_position(cost_wei=VALUE, opened_ms=0),
}


def called(
    position: Position, seen: Detection = SEEN, now_ms: int = NOW_MS, **rules: object
) -> ExitCall | None:
    policy = changed(POLICY, exits=make_exits(**rules))
    return exit_call(position, seen, measures(WORLD, seen), policy, now_ms)


def reason(
    position: Position, seen: Detection = SEEN, now_ms: int = NOW_MS, **rules: object
) -> Reason | None:
    found = called(position, seen, now_ms, **rules)
    return found.reason if found else None


def cost_for(bps: int, *, at_most: bool) -> int:
    """The cost whose share of `bps`, rounded down, is the value: the largest or the smallest."""
    low = -(-VALUE * BPS_ONE // bps)
    high = (VALUE + 1) * BPS_ONE // bps
    high -= high * bps // BPS_ONE > VALUE
    return high if at_most else low


@pytest.mark.parametrize("wanted", FIRING)
def test_each_rule_fires_alone_and_says_why(wanted: Reason) -> None:
    found = called(FIRING[wanted])
    assert found is not None
    assert (found.reason, bool(found.actual), bool(found.limit)) == (wanted, True, True)


def test_a_position_at_its_cost_is_left_alone() -> None:
    assert called(make_position(cost_wei=VALUE)) is None


def test_the_stop_loss_fires_exactly_at_its_limit() -> None:
    cost = cost_for(BPS_ONE - EXITS.stop_loss_bps, at_most=False)
    assert reason(make_position(cost_wei=cost)) is Reason.EXIT_STOP_LOSS
    assert reason(make_position(cost_wei=cost - 2)) is None


def test_the_take_profit_fires_exactly_at_its_limit() -> None:
    cost = cost_for(BPS_ONE + EXITS.take_profit_bps, at_most=True)
    assert reason(make_position(cost_wei=cost)) is Reason.EXIT_TAKE_PROFIT
    assert reason(make_position(cost_wei=cost + 1)) is None


def test_trailing_begins_exactly_at_its_profit_and_fires_exactly_at_its_drop() -> None:
    peak = cost_for(BPS_ONE - EXITS.trailing_drop_bps, at_most=False)
    start = peak * BPS_ONE // (BPS_ONE + EXITS.trailing_start_bps)
    held = make_position(cost_wei=start, peak_value_wei=peak)
    assert reason(held, take_profit_bps=9_000) is Reason.EXIT_TRAILING
    below_the_drop = make_position(cost_wei=start, peak_value_wei=peak - 2)
    assert reason(below_the_drop, take_profit_bps=9_000) is None
    profit_too_small = make_position(cost_wei=start + 2, peak_value_wei=peak)
    assert reason(profit_too_small, take_profit_bps=9_000) is None


def test_the_time_limit_fires_exactly_at_its_second() -> None:
    held = make_position(cost_wei=VALUE, opened_ms=NOW_MS - EXITS.hold_max_s * MS)
    assert reason(held) is Reason.EXIT_TIME
    assert reason(held, now_ms=NOW_MS - 1) is None


def test_an_emergency_is_liquidity_below_its_floor() -> None:
    held = make_position(cost_wei=VALUE)
    assert reason(held, make_detection(reserve_quote=FLOOR - 1)) is Reason.EXIT_EMERGENCY
    at_floor = reason(held, make_detection(reserve_quote=FLOOR))
    assert at_floor is not Reason.EXIT_EMERGENCY


def test_an_emergency_is_a_sell_tax_raised_to_its_limit() -> None:
    held = make_position(cost_wei=VALUE)
    raised = make_detection(probe=make_probe(sell_tax_bps=1_000))
    below = make_detection(probe=make_probe(sell_tax_bps=998))
    assert reason(held, raised) is Reason.EXIT_EMERGENCY
    assert reason(held, below, stop_loss_bps=9_000) is None


@pytest.mark.parametrize("status", ProbeStatus)
def test_an_emergency_is_a_market_that_can_no_longer_be_bought(status: ProbeStatus) -> None:
    worsened = {ProbeStatus.BUY_REVERTED, ProbeStatus.BOUGHT_NOTHING}
    found = reason(make_position(cost_wei=VALUE), make_detection(probe=make_probe(status=status)))
    assert (found is Reason.EXIT_EMERGENCY) == (status in worsened)


def test_the_rules_are_asked_in_their_order() -> None:
    every = make_position(
        cost_wei=2 * VALUE,
        peak_value_wei=9 * VALUE,
        opened_ms=0,
        entry_liquidity_wei=2 * RESERVE_QUOTE,
    )
    asked = [
        reason(every),
        reason(every, emergency_liquidity_drop_bps=9_999),
        reason(every, emergency_liquidity_drop_bps=9_999, stop_loss_bps=9_999),
        reason(
            every,
            emergency_liquidity_drop_bps=9_999,
            stop_loss_bps=9_999,
            trailing_start_bps=90_000,
        ),
    ]
    assert asked == [
        Reason.EXIT_EMERGENCY,
        Reason.EXIT_STOP_LOSS,
        Reason.EXIT_TRAILING,
        Reason.EXIT_TIME,
    ]


def test_profit_is_taken_before_a_trail_or_the_time_is_looked_at() -> None:
    held = make_position(cost_wei=VALUE // 2, peak_value_wei=9 * VALUE, opened_ms=0)
    assert reason(held) is Reason.EXIT_TAKE_PROFIT


def test_an_unreadable_price_is_no_price_of_zero_and_stops_no_loss() -> None:
    blind = make_detection(reserve_quote=None)
    assert reason(make_position(), blind) is None
    assert reason(make_position(opened_ms=0), blind) is Reason.EXIT_TIME


def test_a_pool_that_would_pay_nothing_is_a_loss_and_not_unknown() -> None:
    empty = make_detection(reserve_token=0)
    assert reason(make_position(), empty) is Reason.EXIT_STOP_LOSS


OF_PROFIT = (Reason.EXIT_TAKE_PROFIT, Reason.EXIT_TRAILING)
NOT_MEASURED = make_detection(probe=make_probe(sent_to_pair=0))
LEAST = exit_value_least(
    NOT_MEASURED, measures(WORLD, NOT_MEASURED), make_position().quantity, POLICY.risk
)


def test_no_profit_is_taken_while_the_sell_tax_is_not_measured() -> None:
    for wanted in OF_PROFIT:
        assert reason(FIRING[wanted]) is wanted
        assert reason(FIRING[wanted], NOT_MEASURED) is None


@pytest.mark.parametrize("wanted", [r for r in FIRING if r not in OF_PROFIT])
@pytest.mark.parametrize("seen", [NOT_MEASURED, make_detection(probe=None)])
def test_a_sell_tax_that_is_not_measured_keeps_no_other_rule_from_firing(
    wanted: Reason, seen: Detection
) -> None:
    assert reason(FIRING[wanted], seen) is wanted


def test_a_loss_is_stopped_on_the_least_that_the_position_may_be_worth() -> None:
    assert LEAST is not None
    assert LEAST < VALUE * 98 // 100
    cost = -(-LEAST * BPS_ONE // (BPS_ONE - EXITS.stop_loss_bps))
    assert reason(make_position(cost_wei=cost), NOT_MEASURED) is Reason.EXIT_STOP_LOSS
    assert reason(make_position(cost_wei=cost - 2), NOT_MEASURED) is None
    assert reason(make_position(cost_wei=cost)) is None  # measured, there is no tax


def test_the_value_compared_is_after_tax_and_impact() -> None:
    taxed = make_detection(probe=make_probe(sell_tax_bps=900))
    value = exit_value(taxed, measures(WORLD, taxed), make_position().quantity)
    assert value is not None

    assert value < VALUE * 92 // 100


def test_only_an_emergency_accepts_the_worse_price() -> None:
    found = {r: slippage_for(r, EXITS) for r in FIRING}
    assert found.pop(Reason.EXIT_EMERGENCY) == EXITS.emergency_slippage_bps
    assert set(found.values()) == {EXITS.slippage_bps}
