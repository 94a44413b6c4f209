"""What is held is watched: whatever gets worse since the entry is sold in the next cycle."""

from collections.abc import Callable

import pytest

from botctl.core.reasons import Kind, Reason
from botctl.core.units import Address
from botctl.flows.promises import kept_promises
from botctl.wiring.stage import DevnetStage
from tests.flows.guarding import (
    BURNED,
    LP_BALANCES,
    OWNER,
    PATIENT,
    SUPPLY,
    assert_replays,
    at,
    balance_slot,
    code_of,
    decided,
    line_of,
    market_of,
    mine,
    put,
    recode,
    same_but_other,
    traded,
)

FRESH = {**PATIENT, "SCAN__TIERS_AGE_MAX_MS": "0"}


def raises_the_tax(stage: DevnetStage, pair: Address) -> None:
    """From nothing to 2 %, which an entry might have: the code that takes it is another."""
    recode(stage, market_of(stage, pair).token, code_of(stage, "FeeToken"))


def mints(stage: DevnetStage, pair: Address) -> None:
    token = market_of(stage, pair).token
    put(stage, token, SUPPLY, at(stage, token, SUPPLY) * 11 // 10)


def takes_the_token_back(stage: DevnetStage, pair: Address) -> None:
    put(stage, market_of(stage, pair).token, OWNER, 0xBEEF)


def changes_code(stage: DevnetStage, pair: Address) -> None:
    same_but_other(stage, market_of(stage, pair).token)


def unlocks_liquidity(stage: DevnetStage, pair: Address) -> None:
    slot = balance_slot(BURNED, LP_BALANCES)
    put(stage, pair, slot, at(stage, pair, slot) // 2)


WORSE: dict[Callable[[DevnetStage, Address], None], str] = {
    raises_the_tax: "token code 0x",
    mints: "supply grew 1000 bps",
    takes_the_token_back: "owner 0x000000000000000000000000000000000000beef",
    changes_code: "token code 0x",
    unlocks_liquidity: "LP locked ",
}


@pytest.mark.parametrize("worsen", WORSE, ids=lambda act: act.__name__)
def test_a_market_that_got_worse_is_left_at_once_and_the_others_are_kept(
    stage: DevnetStage, worsen: Callable[[DevnetStage, Address], None]
) -> None:
    first = traded(stage, FRESH)
    bought = [line.pair for line in first.lines if line.kind is Kind.BUY]
    assert len(bought) > 1
    held = {one.position.pair for one in stage.store.positions(stage.bot, only_open=True)}
    assert held == set(bought)
    worsen(stage, Address(bought[0]))
    mine(stage)
    report = traded(stage, FRESH)
    line = line_of(report, bought[0])
    assert (line.kind, line.reason) == (Kind.SELL, Reason.EXIT_EMERGENCY)
    assert line.detail.startswith(WORSE[worsen])
    assert {line_of(report, pair).kind for pair in bought[1:]} == {Kind.HOLD}
    closed = [one for one in stage.store.positions(stage.bot, only_open=False) if not one.open]
    assert [(one.position.pair, one.exit_reason) for one in closed] == [
        (bought[0], Reason.EXIT_EMERGENCY)
    ]
    assert closed[0].proceeds_wei > 0
    assert_replays(stage)
    broken = [p.name for p in kept_promises(stage, ()) if not p.kept]
    assert broken == []


def test_a_token_that_became_a_trap_is_held_and_said_to_be_unsellable(stage: DevnetStage) -> None:
    first = traded(stage, FRESH)
    bought = next(line.pair for line in first.lines if line.kind is Kind.BUY)
    recode(stage, market_of(stage, bought).token, code_of(stage, "HoneypotRevert"))
    mine(stage)
    line = line_of(decided(stage, FRESH), bought)
    assert (line.kind, line.reason) == (Kind.HOLD, Reason.INV_SELLABLE)
    assert line.detail.startswith(f"{Reason.EXIT_EMERGENCY} wanted; a sell would revert")
    assert_replays(stage)
