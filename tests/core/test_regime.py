"""The times: each label from its number, the stricter at once, the milder after a while."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.reasons import Reason
from botctl.core.record import NOTHING, Entered, Performance, Trade
from botctl.core.risk.regime import STRICTNESS, Numbers, next_times, numbers, read, under
from botctl.core.terms import Effect, Regime
from botctl.core.units import BPS_ONE
from tests.support.builders import ETHER, NOW_MS, POLICY, REGIME

QUIET = Numbers(20, 6_000, 600, 0, 50, 0, 10, 200_000)
LIMITS = replace(REGIME, liquidity_usd=10_000)


@pytest.mark.parametrize(
    ("change", "regime"),
    [
        ({}, Regime.NORMAL),
        ({"rug_bps": 2_500}, Regime.RUG_HEAVY),
        ({"rug_bps": 2_499}, Regime.NORMAL),
        ({"slippage_bps": 150}, Regime.LOW_LIQUIDITY),
        ({"slippage_bps": 149}, Regime.NORMAL),
        ({"liquidity_usd": 9_999}, Regime.LOW_LIQUIDITY),
        ({"liquidity_usd": 10_000}, Regime.NORMAL),
        ({"liquidity_usd": None}, Regime.NORMAL),
        ({"revert_bps": 2_000}, Regime.CHOP),
        ({"win_bps": 2_999}, Regime.CHOP),
        ({"win_bps": 3_000}, Regime.NORMAL),
        ({"launches_per_hour": 120}, Regime.HOT_LAUNCH),
        ({"launches_per_hour": 119}, Regime.NORMAL),
        ({"launches_per_hour": 500, "hold_s": 1_801}, Regime.NORMAL),
        ({"launches_per_hour": 500, "hold_s": None}, Regime.HOT_LAUNCH),
        ({"rug_bps": 9_000, "win_bps": 0, "launches_per_hour": 500}, Regime.RUG_HEAVY),
    ],
)
def test_a_label_is_read_from_its_number(change: dict[str, int | None], regime: Regime) -> None:
    assert read(replace(QUIET, **change), LIMITS)[0] is regime  # type: ignore[arg-type]


def trade(age_ms: int, result: int, reason: str = Reason.EXIT_TIME) -> Trade:
    closed = NOW_MS - age_ms
    return Trade(closed - 60_000, closed, ETHER, result, str(reason))


def test_few_trades_say_nothing() -> None:
    few = Performance(tuple(trade(0, -1, "rug") for _ in range(7)), (), 7, 7)
    found = numbers(few, LIMITS, NOW_MS, launches=0, liquidities_usd=())
    assert (found.win_bps, found.rug_bps, found.revert_bps, found.hold_s) == (None,) * 4
    assert read(found, LIMITS)[0] is Regime.NORMAL


def test_only_what_lies_in_the_window_counts() -> None:
    day = 86_400_000
    old = tuple(trade(day, -1, "rug") for _ in range(30))
    new = tuple(trade(1_000, 1) for _ in range(8))
    slips = tuple(Entered(NOW_MS - day, 100, 50) for _ in range(9))
    seen = Performance((*new, *old), slips, 0, 0)
    found = numbers(seen, LIMITS, NOW_MS, launches=3, liquidities_usd=(1, 5, 9))
    assert (found.trades, found.win_bps, found.rug_bps) == (8, BPS_ONE, 0)
    assert (found.slippage_bps, found.hold_s, found.liquidity_usd) == (None, 60, 5)


def test_the_first_times_are_read_from_nothing() -> None:
    none = numbers(NOTHING, LIMITS, NOW_MS, launches=0, liquidities_usd=())
    assert next_times(None, none, LIMITS, NOW_MS).regime is Regime.NORMAL


RUGS, CALM_AGAIN = replace(QUIET, rug_bps=5_000), QUIET


def test_a_stricter_label_holds_at_once_and_a_milder_one_after_its_time() -> None:
    start = next_times(None, QUIET, LIMITS, NOW_MS)
    strict = next_times(start, RUGS, LIMITS, NOW_MS + 1)
    assert (strict.regime, strict.since_ms) == (Regime.RUG_HEAVY, NOW_MS + 1)
    soon = next_times(strict, CALM_AGAIN, LIMITS, NOW_MS + 1_800_000)
    assert (soon.regime, soon.since_ms, soon.numbers) == (
        Regime.RUG_HEAVY,
        NOW_MS + 1,
        CALM_AGAIN,
    )
    later = next_times(strict, CALM_AGAIN, LIMITS, NOW_MS + 1_800_001)
    assert (later.regime, later.since_ms) == (Regime.NORMAL, NOW_MS + 1_800_001)


EFFECTS = st.lists(
    st.builds(
        Effect,
        st.sampled_from(Regime),
        st.integers(1, BPS_ONE),
        st.integers(1, BPS_ONE),
        st.integers(0, 100),
        st.booleans(),
    ),
    max_size=5,
)


@given(EFFECTS, st.sampled_from(Regime))
def test_no_regime_ever_loosens_the_policy(table: list[Effect], regime: Regime) -> None:
    policy = replace(POLICY, regimes=tuple(table))
    held = under(policy, regime)
    assert held.risk.trade_wei <= policy.risk.trade_wei
    assert held.signals.score_min >= policy.signals.score_min
    for tight, band in zip(held.bands, policy.bands, strict=True):
        assert tight.cost_max_bps <= band.cost_max_bps
        assert tight.impact_max_bps <= band.impact_max_bps
        assert tight.slippage_bps == band.slippage_bps
    untouched = replace(held, risk=policy.risk, signals=policy.signals, bands=policy.bands)
    assert untouched == policy


def test_the_labels_are_ordered_by_what_they_take() -> None:
    assert set(STRICTNESS) == set(Regime)
    assert len(set(STRICTNESS.values())) == len(Regime)
