"""Which decisions are followed, and what a later look makes of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.amm import amount_out
from botctl.core.deciding import decide
from botctl.core.deciding.cycle import Decided
from botctl.core.exits import UNSELLABLE
from botctl.core.facts import ProbeStatus
from botctl.core.grading import (
    HORIZONS_S,
    Fate,
    FollowUp,
    GradeRules,
    LookState,
    Outcome,
    Seen,
    change_bps,
    fate,
    followups,
    missed,
    seen_again,
    too_late,
)
from botctl.core.reasons import Kind, Reason
from botctl.core.units import BPS_ONE, share_floor
from tests.support.builders import (
    BLOCK,
    FACTS,
    NOW_MS,
    PAIR,
    POLICY,
    RESERVE_QUOTE,
    RESERVE_TOKEN,
    TRADE_WEI,
    WORLD,
    changed,
    make_detection,
    make_inputs,
    make_position,
    make_probe,
)

RULES = GradeRules(again_ms=3_600_000, rug_drop_bps=9_000, ran_bps=10_000, sample_min=3)
TAX_MAX_BPS = 300
NONE_YET: frozenset[tuple[str, str]] = frozenset()


def decided(**overrides: object) -> Decided:
    """Of a good market that is bought, with these fields of its detection or inputs."""
    position = overrides.pop("position", None)
    inputs = make_inputs(detection=make_detection(**overrides), position=position)
    return Decided(inputs, decide(inputs, POLICY))


def followed(**overrides: object) -> FollowUp:
    return followups([decided(**overrides)], NONE_YET)[0]


def test_a_decision_is_looked_at_again_after_each_horizon() -> None:
    looks = followups([decided()], NONE_YET)
    assert [look.horizon_s for look in looks] == list(HORIZONS_S) == [300, 3_600, 86_400]
    assert [look.due_ms - NOW_MS for look in looks] == [300_000, 3_600_000, 86_400_000]
    first = looks[0]
    assert (first.kind, first.reason, first.at_ms) == (Kind.BUY, Reason.ENTRY_SELECTED, NOW_MS)
    assert (first.reserve_quote, first.reserve_token) == (RESERVE_QUOTE, RESERVE_TOKEN)
    assert (first.cycle_id, first.amount_in) == (WORLD.cycle_id, TRADE_WEI)
    assert first.liquidity_usd == 400_000


def test_what_is_followed_for_this_reason_is_not_followed_again() -> None:
    one = decided()
    assert followups([one], {(PAIR, str(one.decision.reason))}) == []
    assert len(followups([one], {(PAIR, "SCORE_LOW"), ("0x", one.decision.reason)})) == 3


def test_what_is_held_is_not_followed() -> None:
    held = decided(position=make_position())
    assert held.decision.kind in {Kind.HOLD, Kind.SELL}
    assert followups([held], NONE_YET) == []


@pytest.mark.parametrize(
    "unknown",
    [
        {"reserve_quote": None},
        {"reserve_token": None},
        {"reserve_quote": 0},
        {"probe": None},
        {"reserve_token": 1},  # the trade would buy nothing
    ],
    ids=str,
)
def test_where_nothing_could_have_been_bought_there_is_nothing_to_follow(
    unknown: dict[str, object],
) -> None:
    assert followups([decided(**unknown)], NONE_YET) == []


def test_what_would_have_been_bought_is_what_arrived_in_the_simulation() -> None:
    taxed = make_probe(buy_tax_bps=500)
    assert followed(probe=taxed).bought == taxed.received < taxed.expected_out


def test_where_the_simulated_buy_failed_the_pools_price_stands_for_it() -> None:
    trapped = make_probe(status=ProbeStatus.BUY_REVERTED, received=0)
    assert followed(probe=trapped).bought == amount_out(TRADE_WEI, RESERVE_QUOTE, RESERVE_TOKEN)


@given(st.integers(0, 200_000_000))
def test_a_look_is_in_time_up_to_half_its_horizon_late(late_ms: int) -> None:
    for one in followups([decided()], NONE_YET):
        half_ms = one.horizon_s * 500
        assert too_late(one, one.due_ms + late_ms) == (late_ms > half_ms)


def test_a_missed_look_says_nothing_of_the_market() -> None:
    look = missed(followed(), BLOCK)
    assert look.state is LookState.MISSED
    assert (look.then_quote, look.then_token, look.sellable, look.worth) == (None,) * 4


@given(st.integers(1, 2**112 - 1), st.integers(1, 2**112 - 1), st.integers(0, BPS_ONE))
def test_the_worth_is_what_the_pool_pays_after_the_measured_tax(
    quote: int, token: int, tax_bps: int
) -> None:
    one, probe = followed(), make_probe(sell_tax_bps=tax_bps)
    now = Seen(changed(FACTS, reserve_quote=quote, reserve_token=token), probe)
    look = seen_again(one, BLOCK, now, tax_max_bps=TAX_MAX_BPS)
    assert (look.then_quote, look.then_token, look.sellable) == (quote, token, True)
    assert look.worth is not None
    untaxed = amount_out(one.bought, token, quote)
    assert look.worth <= untaxed
    if tax_bps == 0:
        assert look.worth == untaxed


def test_a_tax_that_was_not_measured_counts_as_the_highest_we_accept() -> None:
    one = followed()
    probe = make_probe(status=ProbeStatus.BUY_REVERTED, sent_to_pair=0)
    look = seen_again(one, BLOCK, Seen(FACTS, probe), tax_max_bps=TAX_MAX_BPS)
    left = share_floor(one.bought, BPS_ONE - TAX_MAX_BPS)
    assert look.worth == amount_out(left, RESERVE_TOKEN, RESERVE_QUOTE)
    assert look.sellable is None


@pytest.mark.parametrize("status", sorted(UNSELLABLE))
def test_what_cannot_be_sold_is_worth_nothing_whatever_its_price(status: ProbeStatus) -> None:
    now = Seen(changed(FACTS, reserve_quote=10 * RESERVE_QUOTE), make_probe(status=status))
    look = seen_again(followed(), BLOCK, now, tax_max_bps=TAX_MAX_BPS)
    assert (look.sellable, look.worth) == (False, 0)


@pytest.mark.parametrize(
    "gone", [{"reserve_quote": None, "reserve_token": None}, {"token_code_hash": None}], ids=str
)
def test_what_cannot_be_read_is_worth_nothing(gone: dict[str, object]) -> None:
    look = seen_again(
        followed(), BLOCK, Seen(changed(FACTS, **gone), None), tax_max_bps=TAX_MAX_BPS
    )
    assert (look.then_quote, look.worth) == (None, 0)


SAME = Outcome("FAIL", "SCORE_LOW", PAIR, LookState.SEEN, 1_000, 10_000, 10_000, True, 1_000)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Fate.NEITHER),
        ({"then_quote": None, "worth": 0}, Fate.RUGGED),
        ({"sellable": False}, Fate.RUGGED),
        ({"sellable": False, "worth": 9_999}, Fate.RUGGED),
        ({"sellable": None}, Fate.NEITHER),
        ({"then_quote": 1_000}, Fate.RUGGED),
        ({"then_quote": 1_001}, Fate.NEITHER),
        ({"then_quote": 1_000, "worth": 9_999}, Fate.RUGGED),
        ({"worth": 2_000}, Fate.RAN),
        ({"worth": 1_999}, Fate.NEITHER),
    ],
    ids=str,
)
def test_what_became_of_a_market(change: dict[str, object], expected: Fate) -> None:
    assert fate(replace(SAME, **change), RULES) is expected  # type: ignore[arg-type]


@given(st.integers(1, 2**112), st.integers(0, 2**113))
def test_a_gain_is_rounded_down_and_a_loss_up(paid: int, worth: int) -> None:
    change = change_bps(replace(SAME, amount_in=paid, worth=worth))
    assert change * paid <= (worth - paid) * BPS_ONE < (change + 1) * paid
