"""Every signal: it passes at its threshold, fails one step beyond, and unknown never passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.measures import measures
from botctl.core.reasons import Reason
from botctl.core.signals import SIGNALS, WEIGHT_TOTAL, Score, score
from botctl.core.units import DEAD_ADDRESS, ZERO_ADDRESS
from tests.support.builders import (
    BLOCK_TIME_S,
    ETHER,
    RESERVE_QUOTE,
    RESERVE_TOKEN,
    WALLET,
    WORLD,
    changed,
    make_detection,
    make_probe,
    make_window,
)
from tests.support.builders import SIGNALS as THRESHOLDS

S = Reason


def scored(**facts: object) -> Score:
    seen = make_detection(**facts)
    return score(seen, measures(WORLD, seen), THRESHOLDS)


def failed(found: Score) -> list[str]:
    return [check.code for check in found.checks if not check.ok]


def unknown(found: Score) -> list[str]:
    return [check.code for check in found.checks if check.ok is None]


def reserves(quote: int, token: int = RESERVE_TOKEN) -> dict[str, object]:
    return {
        "reserve_quote": quote,
        "reserve_token": token,
        "pair_quote_balance": quote,
        "pair_token_balance": token,
        "token_supply": 10 * token,
    }


def volume(buys: int, sells: int) -> dict[str, object]:
    return {"short": make_window(buy_quote_nano=buys, sell_quote_nano=sells)}


def supply(times: int) -> dict[str, object]:
    """A fully diluted value of `times` the quote reserve: half as many times the liquidity."""
    return {"token_supply": times * RESERVE_TOKEN}


PASSES = [
    (S.SIG_LIQUIDITY, reserves(5 * ETHER)),  # 20,000 dollars, both sides
    (S.SIG_AGE, {"created_s": BLOCK_TIME_S - 3_600}),
    (S.SIG_SWAPS, {"long": make_window(buys=10, sells=10)}),
    (S.SIG_TRADERS, {"long": make_window(traders=10)}),
    (S.SIG_SELLERS, {"long": make_window(sells=3)}),
    (S.SIG_BUY_SHARE, volume(4, 6)),
    (S.SIG_BUY_SHARE, volume(8, 2)),
    (S.SIG_LP_LOCKED, {"lp_supply": 10, "lp_locked": 8}),
    (S.SIG_OWNER, {"owner": None}),
    (S.SIG_OWNER, {"owner": ZERO_ADDRESS}),
    (S.SIG_OWNER, {"owner": DEAD_ADDRESS}),
    (S.SIG_TAX, {"probe": make_probe(buy_tax_bps=199, sell_tax_bps=199)}),
    (S.SIG_FDV, {"token_supply": RESERVE_TOKEN // 4}),  # 50,000 dollars
    (S.SIG_FDV, supply(500)),  # 100,000,000 dollars
    (S.SIG_FDV_LIQUIDITY, supply(100)),  # 50 times
    (S.SIG_METADATA, {"decimals": 30, "token_supply": 2**160}),
    (S.SIG_METADATA, {"decimals": 0, "name": None}),
    (S.SIG_SKEW, {"pair_token_balance": RESERVE_TOKEN * 99 // 100}),
    (S.SIG_SKEW, {"pair_quote_balance": RESERVE_QUOTE * 99 // 100}),
]
FAILS = [
    (S.SIG_LIQUIDITY, reserves(5 * ETHER - 10**15)),
    (S.SIG_AGE, {"created_s": BLOCK_TIME_S - 3_599}),
    (S.SIG_SWAPS, {"long": make_window(buys=10, sells=9)}),
    (S.SIG_TRADERS, {"long": make_window(traders=9)}),
    (S.SIG_SELLERS, {"long": make_window(sells=2)}),
    (S.SIG_BUY_SHARE, volume(3_999, 6_001)),
    (S.SIG_BUY_SHARE, volume(8_001, 1_999)),
    (S.SIG_LP_LOCKED, {"lp_supply": 10_001, "lp_locked": 8_000}),
    (S.SIG_OWNER, {"owner": WALLET}),
    (S.SIG_TAX, {"probe": make_probe(buy_tax_bps=200, sell_tax_bps=201)}),
    (S.SIG_FDV, {"token_supply": RESERVE_TOKEN // 4 - ETHER}),
    (S.SIG_FDV, {"token_supply": 500 * RESERVE_TOKEN + ETHER * 100}),
    (S.SIG_FDV_LIQUIDITY, {"token_supply": 100 * RESERVE_TOKEN + 100 * ETHER}),
    (S.SIG_METADATA, {"decimals": None}),
    (S.SIG_METADATA, {"decimals": 31}),
    (S.SIG_METADATA, {"symbol": None}),
    (S.SIG_METADATA, {"token_supply": None}),
    (S.SIG_METADATA, {"token_supply": 0}),
    (S.SIG_METADATA, {"token_supply": 2**160 + 1}),
    (S.SIG_SKEW, {"pair_token_balance": RESERVE_TOKEN * 99 // 100 - 1}),
    (S.SIG_SKEW, {"pair_quote_balance": RESERVE_QUOTE * 102 // 100}),
]
UNKNOWN = [
    (S.SIG_LIQUIDITY, {"reserve_quote": None}),
    (S.SIG_AGE, {"created_s": None}),
    (S.SIG_BUY_SHARE, volume(0, 0)),
    (S.SIG_LP_LOCKED, {"lp_supply": None}),
    (S.SIG_LP_LOCKED, {"lp_locked": None}),
    (S.SIG_TAX, {"probe": None}),
    (S.SIG_TAX, {"probe": make_probe(sent_to_pair=0)}),
    (S.SIG_FDV, {"token_supply": None}),
    (S.SIG_FDV_LIQUIDITY, {"token_supply": None}),
    (S.SIG_FDV_LIQUIDITY, {"reserve_quote": 0}),
    (S.SIG_SKEW, {"pair_token_balance": None}),
    (S.SIG_SKEW, {"reserve_quote": None}),
]


def test_the_good_market_passes_every_signal_with_the_full_score() -> None:
    found = scored()
    assert (failed(found), found.passes, found.points) == ([], len(SIGNALS), 100)


@pytest.mark.parametrize(("code", "facts"), PASSES)
def test_a_signal_passes_exactly_at_its_threshold(code: str, facts: dict[str, object]) -> None:
    assert code not in failed(scored(**facts))


@pytest.mark.parametrize(("code", "facts"), FAILS)
def test_a_signal_fails_one_step_beyond_its_threshold(code: str, facts: dict[str, object]) -> None:
    found = scored(**facts)
    assert code in failed(found)
    assert code not in unknown(found)


@pytest.mark.parametrize(("code", "facts"), UNKNOWN)
def test_a_signal_without_its_input_is_unknown_and_does_not_pass(
    code: str, facts: dict[str, object]
) -> None:
    found = scored(**facts)
    assert code in unknown(found)
    assert found.passes < len(SIGNALS)


def test_every_signal_has_a_case_of_each_kind_that_it_can_answer() -> None:
    codes = {signal.code for signal in SIGNALS}
    assert {code for code, _ in PASSES} == codes
    assert {code for code, _ in FAILS} == codes
    always_known = {S.SIG_SWAPS, S.SIG_TRADERS, S.SIG_SELLERS, S.SIG_OWNER, S.SIG_METADATA}
    assert {code for code, _ in UNKNOWN} == codes - always_known


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_failing_signal_costs_its_own_weight_and_no_more(
    signal: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = next(s for s in SIGNALS if s is signal)
    broken = tuple(s._replace(ask=lambda *_: (False, "", "")) if s is one else s for s in SIGNALS)
    monkeypatch.setattr("botctl.core.signals.SIGNALS", broken)
    found = scored()
    assert failed(found) == [one.code]
    assert found.passes == len(SIGNALS) - 1
    assert found.points == (WEIGHT_TOTAL - one.weight) * 100 // WEIGHT_TOTAL


@given(st.lists(st.sampled_from([facts for _, facts in FAILS + UNKNOWN]), max_size=5))
def test_the_score_is_the_share_of_the_weights_that_passed_rounded_down(
    troubles: list[dict[str, object]],
) -> None:
    facts: dict[str, object] = {}
    for trouble in troubles:
        facts |= trouble
    found = scored(**facts)
    weights = {signal.code: signal.weight for signal in SIGNALS}
    passed = [Reason(check.code) for check in found.checks if check.ok is True]
    assert found.passes == len(passed)
    assert found.points == sum(weights[code] for code in passed) * 100 // WEIGHT_TOTAL
    assert [check.code for check in found.checks] == [signal.code for signal in SIGNALS]


def test_thresholds_are_read_from_the_policy_and_not_built_in() -> None:
    seen = make_detection()
    strict = changed(
        THRESHOLDS,
        liquidity_usd_min=400_001,
        age_min_s=86_401,
        swaps_min=51,
        traders_min=26,
        sells_min=21,
        buy_share_min_bps=6_001,
        lp_locked_min_bps=9_501,
        tax_total_max_bps=-1,
        fdv_usd_min=2_000_001,
        fdv_liquidity_max=4,
        skew_max_bps=-1,
    )
    found = score(seen, measures(WORLD, seen), strict)
    assert set(failed(found)) == {s.code for s in SIGNALS} - {S.SIG_OWNER, S.SIG_METADATA}
