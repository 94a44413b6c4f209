"""Who is asked first: nobody starves, who is sick rests, who is well again is used again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.codes import Code
from botctl.core.providers import (
    FAILED,
    RATE_MIN,
    WINDOW,
    Outcome,
    ProviderLimits,
    ProviderState,
    after_call,
    after_head,
    ranked,
    taken_up,
    usable,
    used_bps,
)

LIMITS = ProviderLimits(
    error_rate_max_bps=2_000,
    usage_max_bps=9_000,
    failures_max=3,
    cooldown_ms=120_000,
    unhealthy_ms=300_000,
    limited_ms=1_000,
    hold_max_ms=300_000,
    budget_per_s=0,
    fast_ms=50,
)
NOW = 1_800_000_000_000
WELL = Outcome(ms=10)
ILL = Outcome(ms=10, code=Code.ERR_RPC_TIMEOUT)
A, B, C = (ProviderState(name) for name in "abc")


def after(state: ProviderState, *outcomes: Outcome, at_ms: int = NOW) -> ProviderState:
    for outcome in outcomes:
        state = after_call(state, outcome, at_ms, LIMITS)
    return state


def order(*states: ProviderState, at_ms: int = NOW, limits: ProviderLimits = LIMITS) -> str:
    return "".join(states[place].name for place in ranked(states, at_ms, limits))


def test_among_equals_the_order_of_the_settings_decides() -> None:
    assert order(A, B, C) == "abc"
    assert order(C, after(B, WELL), A) == "cba"


def test_three_failures_in_a_row_rest_for_the_cooldown_and_no_longer() -> None:
    assert usable(after(A, ILL, ILL, WELL, ILL), NOW)
    resting = after(A, ILL, ILL, ILL)
    assert not usable(resting, NOW + LIMITS.cooldown_ms - 1)
    assert usable(resting, NOW + LIMITS.cooldown_ms)
    assert order(resting, B) == "ba"  # still there when nobody else is


def test_after_a_rest_one_more_failure_is_enough_and_a_success_clears_it() -> None:
    later = NOW + LIMITS.cooldown_ms
    resting = after(A, ILL, ILL, ILL)
    assert not usable(after(resting, ILL, at_ms=later), later)
    assert usable(after(resting, WELL, ILL, at_ms=later), later)


def test_a_bad_error_rate_rests_longer_even_when_every_other_call_works() -> None:
    state = A
    for _ in range(RATE_MIN // 2):
        state = after(state, WELL, ILL)
    assert state.cooldown_until_ms == NOW + LIMITS.unhealthy_ms
    assert state.recent == ()  # what it did before its rest is not held against it


@pytest.mark.parametrize("code", [Code.ERR_RPC_REFUSED, Code.ERR_CHAIN_ID_MISMATCH])
def test_a_refused_key_and_another_chain_rest_at_once(code: Code) -> None:
    assert after(A, Outcome(1, 1, code)).cooldown_until_ms == NOW + LIMITS.unhealthy_ms


def test_a_told_pause_is_kept_to_the_millisecond_and_capped() -> None:
    limited = Outcome(1, 1, Code.ERR_RPC_RATE_LIMITED, wait_ms=7_000)
    held = after(A, limited)
    assert order(held, B, at_ms=NOW + 6_999) == "b"  # not even as the last one
    assert order(held, B, at_ms=NOW + 7_000) == "ab"
    forever = after(A, replace(limited, wait_ms=10**9))
    assert forever.limited_until_ms == NOW + LIMITS.hold_max_ms


def test_an_untold_pause_doubles_and_is_only_a_doubt() -> None:
    limited = Outcome(1, 1, Code.ERR_RPC_RATE_LIMITED)
    assert after(A, limited).cooldown_until_ms == NOW + 1_000
    assert after(A, limited, limited).cooldown_until_ms == NOW + 2_000
    assert after(A, *[limited] * 40).cooldown_until_ms == NOW + LIMITS.hold_max_ms
    assert order(after(A, limited)) == "a"


def test_whoever_nears_its_budget_stands_back_until_the_next_second() -> None:
    limits = replace(LIMITS, budget_per_s=10)
    eight = after_call(A, Outcome(1, 8), NOW, limits)
    nine = after_call(eight, Outcome(1, 1), NOW, limits)
    assert (used_bps(eight, NOW, limits), used_bps(nine, NOW, limits)) == (8_000, 9_000)
    assert order(eight, B, limits=limits) == "ab"
    assert order(nine, B, limits=limits) == "ba"
    assert order(nine, B, at_ms=NOW + 1_000, limits=limits) == "ab"


def test_a_clearly_slower_one_stands_back_and_jitter_does_not() -> None:
    fast, slow = after(A, *[Outcome(30)] * RATE_MIN), after(B, *[Outcome(400)] * RATE_MIN)
    assert order(slow, fast) == "ab"
    assert order(after(B, *[Outcome(49)] * RATE_MIN), fast) == "ba"
    assert order(after(B, *[Outcome(400)] * (RATE_MIN - 1)), fast) == "ba"  # too few to tell


def test_who_is_behind_the_others_stands_back_and_a_boaster_moves_nobody() -> None:
    at = [after_head(s, n, "0x", NOW) for s, n in ((A, 9), (B, 10), (C, 10))]
    assert order(*at) == "bca"
    boaster = after_head(A, 10**12, "0x", NOW)
    assert order(at[1], at[2], boaster) == "bca"


def test_percentiles_are_those_of_the_answers_alone() -> None:
    state = after(A, *[Outcome(ms) for ms in range(1, 11)], ILL)
    assert (state.p50_ms, state.p95_ms, state.recent[-1]) == (5, 10, FAILED)
    assert (A.p50_ms, A.error_rate_bps) == (None, None)
    assert (state.errors, state.requests) == (((Code.ERR_RPC_TIMEOUT, 1),), 11)


def test_a_rest_longer_than_any_was_set_by_a_wrong_clock_and_is_forgotten() -> None:
    odd = replace(A, cooldown_until_ms=NOW + 10**9, limited_until_ms=NOW + 10**9)
    assert usable(taken_up(odd, NOW, LIMITS), NOW)
    resting = after(A, ILL, ILL, ILL)
    assert taken_up(resting, NOW, LIMITS) == resting


STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 60_000)), min_size=50, max_size=300)


@given(STEPS)
def test_a_flapping_provider_cannot_starve_the_others_and_is_used_again_when_well(
    steps: list[tuple[bool, int]],
) -> None:
    """It stands first in the settings; every question must still find its answer with the second."""
    flapping, steady, now_ms = A, B, NOW
    wasted_since: list[int] = []
    for works, pause_ms in steps:
        now_ms += pause_ms
        first = ranked((flapping, steady), now_ms, LIMITS)[0]
        if first == 0:
            flapping = after_call(flapping, WELL if works else ILL, now_ms, LIMITS)
            if works:
                continue
            wasted_since.append(now_ms)
        assert 1 in ranked((flapping, steady), now_ms, LIMITS)
        steady = after_call(steady, WELL, now_ms, LIMITS)
    for at_ms in wasted_since:  # so little is wasted on it within any one cooldown
        wasted = sum(at_ms <= one < at_ms + LIMITS.cooldown_ms for one in wasted_since)
        assert wasted <= WINDOW * LIMITS.error_rate_max_bps // 10_000 + LIMITS.failures_max
    well_at = now_ms + LIMITS.unhealthy_ms
    assert ranked((flapping, steady), well_at, LIMITS)[0] == 0
    again = after_call(flapping, WELL, well_at, LIMITS)
    assert ranked((again, steady), well_at, LIMITS)[0] == 0


@given(st.lists(st.sampled_from([WELL, ILL, Outcome(5, 3, Code.ERR_RPC_RATE_LIMITED, 500)])))
def test_counts_are_exact_and_the_window_is_bounded(outcomes: list[Outcome]) -> None:
    state = after(A, *outcomes)
    assert state.requests == len(outcomes)
    assert state.calls == sum(outcome.calls for outcome in outcomes)
    assert sum(dict(state.errors).values()) == sum(bool(outcome.code) for outcome in outcomes)
    assert len(state.recent) <= WINDOW
