"""A held market that has got worse is left in an emergency, whichever way it got worse."""

from dataclasses import replace

import pytest

from botctl.core.books import Entry
from botctl.core.deciding import decide
from botctl.core.facts import Detection, TierFinding
from botctl.core.measures import measures
from botctl.core.reasons import Kind, Reason
from botctl.core.units import ZERO_ADDRESS
from botctl.core.worsened import worsened
from tests.support.builders import (
    CLEAR,
    EXITS,
    FACTS,
    POLICY,
    TOKEN_CODE,
    WORLD,
    address,
    hash32,
    make_detection,
    make_inputs,
    make_position,
    make_probe,
)

ENTRY = Entry(
    sell_tax_bps=100,
    lp_locked_bps=9_500,
    token_supply=FACTS.token_supply,
    owner=ZERO_ADDRESS,
    token_code_hash=TOKEN_CODE,
    code_id=CLEAR.code_id,
)
SUPPLY, LP = FACTS.token_supply or 0, FACTS.lp_supply or 0
TAXED = make_probe(sell_tax_bps=400)
REFUSED = replace(CLEAR, findings=(TierFinding("LATER_SELL_REVERTED", refuses=True, words="no"),))
WARNED = replace(CLEAR, findings=(TierFinding("STATIC_MINT", refuses=False, words="may"),))

WORSE = [
    {"token_code_hash": hash32(99)},
    {"tiers": replace(CLEAR, code_id="d" * 64)},
    {"owner": address(0x77)},
    {"token_supply": SUPPLY + SUPPLY * 5 // 100},
    {"lp_locked": LP * 75 // 100},
    {"lp_locked": 0},
    {"probe": make_probe(sell_tax_bps=401)},
    {"tiers": REFUSED},
]
AS_GOOD = [
    {},
    {"tiers": None},
    {"tiers": WARNED},
    {"owner": None},
    {"token_code_hash": None},
    {"token_supply": SUPPLY + SUPPLY * 5 // 100 - 1},
    {"token_supply": SUPPLY // 2},
    {"token_supply": None},
    {"lp_locked": LP * 7_501 // 10_000},
    {"lp_locked": LP},
    {"lp_locked": None},
    {"probe": make_probe(sell_tax_bps=0)},
    {"probe": None},
]


def found(seen: Detection, entry: Entry = ENTRY) -> tuple[str, str] | None:
    return worsened(entry, seen, measures(WORLD, seen), EXITS)


@pytest.mark.parametrize("change", WORSE)
def test_each_change_for_the_worse_forces_an_exit(change: dict[str, object]) -> None:
    seen = make_detection(**change)
    assert found(seen) is not None
    made = decide(make_inputs(detection=seen, position=make_position(entry=ENTRY)), POLICY)
    assert (made.kind, made.reason) == (Kind.SELL, Reason.EXIT_EMERGENCY)
    assert made.quote is not None
    assert made.quote.slippage_bps == EXITS.emergency_slippage_bps


@pytest.mark.parametrize("change", AS_GOOD)
def test_what_is_no_worse_or_cannot_be_read_forces_nothing(change: dict[str, object]) -> None:
    assert found(make_detection(**change)) is None


@pytest.mark.parametrize("change", WORSE[:-1])
def test_what_was_not_known_at_the_entry_cannot_have_got_worse(change: dict[str, object]) -> None:
    assert found(make_detection(**change), Entry(None, None, None, None, None, None)) is None


def test_ownership_that_moves_on_is_a_change_and_giving_it_up_is_none() -> None:
    owned = replace(ENTRY, owner=address(0x55))
    assert found(make_detection(owner=address(0x56)), owned) is not None
    assert found(make_detection(owner=address(0x55)), owned) is None
    assert found(make_detection(owner=ZERO_ADDRESS), owned) is None


def test_an_emergency_is_blocked_by_no_limit_meant_for_entries() -> None:
    seen = make_detection(lp_locked=0)
    policy = replace(POLICY, risk=replace(POLICY.risk, daily_loss_max_wei=1, positions_max=1))
    inputs = make_inputs(detection=seen, position=make_position(entry=ENTRY))
    inputs = replace(inputs, books=replace(inputs.books, positions=9, realised_today_wei=-(10**20)))
    assert decide(inputs, policy).kind is Kind.SELL
