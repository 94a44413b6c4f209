"""Sizes: never above the policy's, small while we are new, smaller when the record asks for it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.invariants.book_rules import exposure_ok
from botctl.core.measures import measures
from botctl.core.reasons import Reason
from botctl.core.record import (
    ORDERLY,
    Record,
    Trade,
    expectancy_bps,
    half_kelly_bps,
    record,
)
from botctl.core.risk.sizing import canary_bps, expectancy_share_bps, sized
from botctl.core.terms import Cap, Caps
from botctl.core.units import BPS_ONE
from tests.support.builders import (
    ETHER,
    SIZING,
    TRADE_WEI,
    WORLD,
    changed,
    make_case,
    make_detection,
    make_policy,
    make_quote,
)

REASONS = st.sampled_from([*sorted(ORDERLY), str(Reason.EXIT_EMERGENCY), "given up by hand"])


def trade(result_bps: int, reason: str = Reason.EXIT_TAKE_PROFIT) -> Trade:
    return Trade(0, 1_000, ETHER, ETHER * result_bps // BPS_ONE, str(reason))


TRADES = st.lists(st.builds(trade, st.integers(-BPS_ONE, 3 * BPS_ONE), REASONS), max_size=60)


def of(*results: int) -> Record:
    return record([trade(result) for result in results])


@given(TRADES)
def test_no_record_makes_an_entry_larger_than_the_policy_says(trades: list[Trade]) -> None:
    policy = make_policy(canary=True, expectancy=True)
    seen = make_detection()
    may = sized(policy, record(trades), measures(WORLD, seen))
    assert 0 < may.most_wei <= policy.risk.trade_wei
    assert may.most_wei < policy.risk.trade_wei or may.why == ""


@given(TRADES)
def test_half_of_kelly_stays_between_nothing_and_a_half(trades: list[Trade]) -> None:
    assert 0 <= half_kelly_bps(record(trades)) <= BPS_ONE // 2


def test_half_of_kelly_is_that_of_the_formula() -> None:
    """W = 6/10, average win 20 %, average loss 10 %: 0.6 - 0.4 / 2 = 0.4."""
    assert half_kelly_bps(of(*[2_000] * 6, *[-1_000] * 4)) == 2_000
    assert expectancy_bps(of(*[2_000] * 6, *[-1_000] * 4)) == 800


def test_a_loss_is_rounded_up_and_a_profit_down() -> None:
    third = Trade(0, 1, 3 * ETHER, -ETHER // 10_000, "x")
    assert third.result_bps == -1
    assert trade(0).result_bps == 0
    assert Trade(0, 1, 0, -5, "x").result_bps == 0


def test_a_short_record_says_nothing_and_a_losing_one_leaves_the_least() -> None:
    rules = changed(SIZING, expectancy=True)
    assert expectancy_share_bps(rules, of(*[-1_000] * 19)) == BPS_ONE
    assert expectancy_share_bps(rules, of(*[-1_000] * 20)) == rules.share_min_bps
    assert expectancy_share_bps(rules, of(*[2_000] * 14, *[-1_000] * 6)) == 2_750
    assert expectancy_share_bps(changed(rules, expectancy=False), of(*[-1_000] * 20)) == BPS_ONE


def test_the_canary_grows_step_by_step_with_good_trades() -> None:
    rules = changed(SIZING, canary=True)
    shares = [canary_bps(rules, of(*[100] * n)) for n in (0, 4, 5, 9, 10, 40)]
    assert shares == [2_500, 2_500, 5_000, 5_000, BPS_ONE, BPS_ONE]
    assert canary_bps(changed(rules, canary=False), of()) == BPS_ONE


def test_after_an_upgrade_only_trades_since_then_let_the_canary_grow() -> None:
    rules = changed(SIZING, canary=True)
    since = [replace(trade(100), opened_ms=20) for _ in range(5)]
    trades = [*since, *(replace(trade(100), opened_ms=19) for _ in range(30))]  # newest first
    assert canary_bps(rules, record(trades)) == BPS_ONE
    assert canary_bps(rules, record(trades, 20)) == 5_000
    assert canary_bps(rules, record(trades, 21)) == 2_500
    whole, own = record(trades), record(trades, 20)
    assert replace(own, good_in_row=whole.good_in_row) == whole  # the record itself has them all


def test_a_forced_exit_sends_the_canary_back_to_its_first_step() -> None:
    rules = changed(SIZING, canary=True)
    good = [trade(100) for _ in range(12)]
    for reason in (Reason.EXIT_EMERGENCY, "UNSELLABLE: 12 sells failed"):
        newest_first = [*good[:3], trade(-9_000, reason), *good]
        assert record(newest_first).good_in_row == 3
        assert canary_bps(rules, record(newest_first)) == 2_500


def test_what_makes_an_entry_smaller_is_said() -> None:
    policy = make_policy(canary=True)
    may = sized(policy, of(), measures(WORLD, make_detection()))
    assert (may.most_wei, may.why) == (TRADE_WEI // 4, "canary 2500 bps")


@pytest.mark.parametrize(("share_bps", "ok"), [(200, True), (199, False)])
def test_a_live_probe_larger_than_its_market_may_be_is_refused_when_it_is_decided(
    share_bps: int, ok: bool
) -> None:
    """A probe of a fiftieth of the policy's size, where the market may have a little less."""
    caps = Caps(*((Cap(0, share_bps, BPS_ONE),),) * 3)
    policy = make_policy(caps=caps, on=True)
    assert policy.live_probe.trade_wei * 50 == policy.risk.trade_wei
    probe = make_quote(amount_in=policy.live_probe.trade_wei)
    answer, says, _ = exposure_ok(make_case(policy=policy, quote=probe))
    assert (answer, says.startswith("trade ")) == (ok, not ok)
