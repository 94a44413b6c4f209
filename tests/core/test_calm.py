"""Nervous pools: jumps are seen whichever way they go, and a sandwich is never underrated."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botctl.adapters.codec import JsonCodec
from botctl.core.amm import amount_out
from botctl.core.deciding.judge import judge
from botctl.core.deciding.size import entry_size
from botctl.core.facts import Past
from botctl.core.invariants.market_rules import market_calm
from botctl.core.measures import measures
from botctl.core.quotes import entry_quote
from botctl.core.risk.calm import flicker_bps, sandwich_profit_wei
from botctl.core.units import BPS_ONE
from tests.support.builders import (
    ETHER,
    NOW_MS,
    POLICY,
    RESERVE_QUOTE,
    RESERVE_TOKEN,
    WORLD,
    make_case,
    make_detection,
    make_inputs,
    make_policy,
    make_probe,
)

RESERVES = st.integers(10**15, 10**30)


@given(RESERVES, RESERVES, RESERVES, RESERVES)
def test_a_jump_is_the_same_from_either_end(a: int, b: int, c: int, d: int) -> None:
    there = make_detection(reserve_token=a, reserve_quote=b, past=Past(1, c, d))
    back = make_detection(reserve_token=c, reserve_quote=d, past=Past(1, a, b))
    assert flicker_bps(there) == flicker_bps(back)


def test_what_was_not_seen_before_has_not_jumped() -> None:
    assert flicker_bps(make_detection(past=None)) is None
    assert flicker_bps(make_detection(reserve_quote=None, past=Past(1, 1, 1))) is None


@pytest.mark.parametrize(("ago_ms", "calm"), [(0, False), (599_999, False), (600_000, True)])
def test_after_a_jump_entries_wait_out_the_pause(ago_ms: int, calm: bool) -> None:
    quiet = Past(1, RESERVE_TOKEN, RESERVE_QUOTE, jumped_ms=NOW_MS - ago_ms)
    answer, says, _ = market_calm(
        make_case(inputs=make_inputs(detection=make_detection(past=quiet)))
    )
    assert answer is calm
    assert ("s to wait" in says) is not calm


JUMPED = Past(1, RESERVE_TOKEN, RESERVE_QUOTE * 2)
QUIET = Past(1, RESERVE_TOKEN, RESERVE_QUOTE)
LONG_AGO = replace(QUIET, jumped_ms=7)


@pytest.mark.parametrize(
    ("past", "jumped_ms"),
    [(None, None), (QUIET, None), (JUMPED, WORLD.fetched_at_ms), (LONG_AGO, 7)],
)
def test_a_jump_is_remembered_from_cycle_to_cycle(past: Past | None, jumped_ms: int | None) -> None:
    codec, seen = JsonCodec(), make_detection(past=past)
    left, _ = codec.read_before(codec.canonical(seen), POLICY.calm.flicker_bps)
    assert left == Past(seen.provenance.block, RESERVE_TOKEN, RESERVE_QUOTE, jumped_ms)


def test_a_pool_that_could_not_be_read_keeps_the_jump_of_before() -> None:
    codec, seen = JsonCodec(), make_detection(past=LONG_AGO, reserve_quote=None)
    assert codec.read_before(codec.canonical(seen), 1)[0] == LONG_AGO


def test_liquidity_that_leaves_in_step_is_a_jump_too() -> None:
    halved = Past(1, RESERVE_TOKEN * 2, RESERVE_QUOTE * 2)
    assert flicker_bps(make_detection(past=halved)) == 7_500 // 2


def best_sandwich(amount: int, min_out: int, x: int, y: int) -> int:
    """By trying stakes one by one, as an attacker would."""
    best = 0
    for stake in range(0, x, max(1, x // 4_000)):
        bought = amount_out(stake, x, y)
        ours = amount_out(amount, x + stake, y - bought)
        if ours < min_out:
            break
        back = amount_out(bought, y - bought - ours, x + stake + amount)
        best = max(best, back - stake)
    return best


@settings(max_examples=60)
@given(
    st.integers(10**17, 10**21),
    st.integers(10**20, 10**26),
    st.integers(1, 2_000),
    st.integers(1, 5_000),
)
def test_a_sandwich_is_worth_at_least_what_an_attacker_finds(
    x: int, y: int, share_bps: int, slippage_bps: int
) -> None:
    amount = max(1, x * share_bps // BPS_ONE)
    seen = make_detection(reserve_quote=x, reserve_token=y, probe=None)
    quote = entry_quote(WORLD, seen, measures(WORLD, seen), POLICY, amount=amount)
    assert quote is not None
    expected = amount_out(amount, x, y)
    quote = replace(quote, min_out=expected * (BPS_ONE - slippage_bps) // BPS_ONE)
    found = best_sandwich(amount, quote.min_out, x, y)
    assert sandwich_profit_wei(quote, seen) >= found - x // 1_000 // 10


def test_a_bound_without_room_leaves_nothing_to_take() -> None:
    seen = make_detection()
    quote = entry_quote(WORLD, seen, measures(WORLD, seen), POLICY)
    assert quote is not None
    assert sandwich_profit_wei(replace(quote, min_out=quote.expected_out), seen) == 0


def large(sandwich_gas: int) -> tuple[int, str, str]:
    """An entry of a fifth of the pool under a wide bound, at 10 gwei."""
    amount = RESERVE_QUOTE // 5
    policy = make_policy(trade_wei=amount, sandwich_gas=sandwich_gas)
    policy = replace(policy, bands=tuple(replace(b, slippage_bps=1_000) for b in policy.bands))
    inputs = make_inputs(detection=make_detection(probe=make_probe(amount_in=amount)))
    size = entry_size(judge(inputs, policy), inputs)
    return 0 if size.quote is None else size.quote.amount_in, size.why, size.unsafe


def test_an_entry_is_halved_until_nobody_gains_by_sandwiching_it() -> None:
    whole, why, _ = large(sandwich_gas=10**9)
    assert (whole, why) == (RESERVE_QUOTE // 5, "")
    smaller, why, unsafe = large(sandwich_gas=10_000_000)
    assert 0 < smaller < whole
    assert "against sandwiching" in why
    assert unsafe == ""


def test_an_entry_that_is_worth_a_sandwich_at_any_size_is_not_made() -> None:
    policy = make_policy(trade_wei=20 * ETHER, trade_min_wei=10 * ETHER, sandwich_gas=1)
    policy = replace(policy, bands=tuple(replace(b, slippage_bps=1_000) for b in policy.bands))
    inputs = make_inputs(detection=make_detection(probe=make_probe(amount_in=20 * ETHER)))
    assert "sandwich" in entry_size(judge(inputs, policy), inputs).unsafe
