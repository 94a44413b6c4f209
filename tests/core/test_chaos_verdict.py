"""The verdict: each expectation is kept or not by what was seen, and nothing else."""

from dataclasses import replace

import pytest

from botctl.core.chaos.observed import Effects, Look, Observed, Run, Told, Trade
from botctl.core.chaos.scenario import (
    Entries,
    Exits,
    Expect,
    ExpectedAlert,
    ExpectedMode,
    Scenario,
    SetFaults,
    Step,
)
from botctl.core.chaos.verdict import verdicts
from botctl.core.health import HealthState as H
from botctl.core.intent import Side

STEPS = (Step(0, SetFaults({"https_block": True})), Step(300, SetFaults({})))
CALM = Observed(
    looks=(Look(0, H.HEALTHY), Look(120, H.EXITS_ONLY), Look(360, H.HEALTHY)),
    told=(Told(60, "ERR_RPC_TIMEOUT", 2),),
    trades=(Trade(-60, Side.BUY, "0xa"), Trade(120, Side.SELL, "0xa"), Trade(300, Side.BUY, "0xb")),
    runs=(Run(0, ""), Run(60, "ERR_RPC_TIMEOUT"), Run(120, ""), Run(360, "")),
    failed=frozenset({"INV_BLOCK_FRESH"}),
    decided=frozenset({"EXIT_TIME"}),
    held=2,
    effects=Effects(0, 5, 5, 0, (), 0, ()),
)


def broken(expect: Expect, seen: Observed = CALM) -> list[str]:
    scenario = Scenario("s", "p", STEPS, expect, {})
    return [verdict.name for verdict in verdicts(scenario, seen) if not verdict.kept]


def test_the_usual_expectations_are_kept_by_what_is_usual() -> None:
    assert broken(Expect()) == []


@pytest.mark.parametrize(
    ("mode", "kept"),
    [
        (ExpectedMode(120, H.EXITS_ONLY), True),
        (ExpectedMode(119, H.EXITS_ONLY), False),
        (ExpectedMode(120, H.DEGRADED), True),
        (ExpectedMode(120, H.DEGRADED, at_least=False), False),
        (ExpectedMode(300, H.HALTED), False),
    ],
)
def test_a_mode_is_reached_in_time_or_not(mode: ExpectedMode, kept: bool) -> None:
    assert (broken(Expect(modes=(mode,))) == []) == kept


def test_a_state_before_the_trouble_is_no_answer_to_it() -> None:
    seen = replace(CALM, looks=(Look(-12, H.EXITS_ONLY), *CALM.looks[::2]))
    assert broken(Expect(modes=(ExpectedMode(120, H.EXITS_ONLY),)), seen) != []


@pytest.mark.parametrize(("worst", "kept"), [(H.HEALTHY, False), (H.EXITS_ONLY, True)])
def test_it_stays_no_worse_than_that(worst: H, kept: bool) -> None:
    assert (broken(Expect(stays=worst)) == []) == kept


@pytest.mark.parametrize(
    ("alert", "kept"),
    [
        (ExpectedAlert("ERR_RPC_TIMEOUT", 60), True),
        (ExpectedAlert("ERR_RPC_TIMEOUT", 60, tier=2), True),
        (ExpectedAlert("ERR_RPC_TIMEOUT", 60, tier=1), False),
        (ExpectedAlert("ERR_RPC_TIMEOUT", 59), False),
        (ExpectedAlert("ERR_DB_LOCKED", 600), False),
    ],
)
def test_an_alert_is_told_in_time_in_its_tier_or_not(alert: ExpectedAlert, kept: bool) -> None:
    assert (broken(Expect(alerts=(alert,))) == []) == kept


def test_invariants_and_reasons_must_have_been_seen() -> None:
    seen = Expect(invariants=("INV_BLOCK_FRESH",), decides=("EXIT_TIME",))
    unseen = Expect(invariants=("INV_SELLABLE",), decides=("EXIT_STOP_LOSS",))
    assert broken(seen) == []
    assert broken(unseen) == ["INV_SELLABLE fails", "EXIT_STOP_LOSS is decided"]


@pytest.mark.parametrize(
    ("at_s", "after_s", "kept"), [(-1, 0, True), (0, 0, False), (12, 13, True), (300, 0, True)]
)
def test_an_entry_counts_from_the_grace_to_the_end(at_s: int, after_s: int, kept: bool) -> None:
    seen = replace(CALM, trades=(*CALM.trades, Trade(at_s, Side.BUY, "0xc")))
    assert (broken(Expect(entries_after_s=after_s), seen) == []) == kept
    assert broken(Expect(entries=Entries.ALLOWED), seen) == []


def test_exits_are_made_while_it_lasts_or_at_least_in_the_end() -> None:
    late = replace(CALM, trades=(Trade(301, Side.SELL, "0xa"),))
    left = replace(CALM, effects=replace(CALM.effects, left=("0xa",)))
    assert broken(Expect(exits=Exits.DURING)) == []
    assert broken(Expect(exits=Exits.DURING), late) == ["exits go on while it lasts"]
    assert broken(Expect(exits=Exits.LATER), late) == []
    assert broken(Expect(exits=Exits.LATER), left) == ["what was held is sold in the end"]
    assert broken(Expect(exits=Exits.ANY), left) == []


def test_cycles_count_while_it_lasts_and_when_they_end_well() -> None:
    assert broken(Expect(cycles_min=2)) == []
    assert broken(Expect(cycles_min=3)) == ["at least 3 cycles end well"]


def test_recovery_is_healthy_after_a_cycle_that_ended_well() -> None:
    no_cycle = replace(CALM, runs=CALM.runs[:-1])
    assert broken(Expect(recovers_within_s=60)) == []
    assert broken(Expect(recovers_within_s=59)) == ["HEALTHY again within 59 s"]
    assert broken(Expect(recovers_within_s=60), no_cycle) == ["HEALTHY again within 60 s"]
    assert broken(Expect(recovers_within_s=None), no_cycle) == []


@pytest.mark.parametrize(
    ("effects", "line"),
    [
        (Effects(1, 5, 5, 0, (), 0, ()), "no effect twice, none unbooked"),
        (Effects(0, 5, 6, 0, (), 0, ()), "no effect twice, none unbooked"),
        (Effects(0, 6, 5, 0, (), 0, ()), "no effect twice, none unbooked"),
        (Effects(0, 5, 5, 1, (), 0, ()), "no trap is entered"),
        (Effects(0, 5, 5, 0, (), 1, ()), "ledger equals chain"),
        (Effects(0, 5, 5, 0, (), 0, ("differs",)), "ledger equals chain"),
    ],
)
def test_no_trouble_excuses_these(effects: Effects, line: str) -> None:
    assert broken(Expect(), replace(CALM, effects=effects)) == [line]


def test_a_strangers_transaction_is_expected_where_it_is_declared() -> None:
    seen = replace(CALM, effects=Effects(0, 5, 6, 0, (), 0, ()))
    assert broken(Expect(strangers=1), seen) == []
    assert broken(Expect(strangers=1)) == ["no effect twice, none unbooked"]


def test_a_mistake_of_ours_is_never_a_good_end() -> None:
    seen = replace(CALM, runs=(*CALM.runs, Run(400, "UNEXPECTED KeyError: 1")))
    assert broken(Expect(), seen) == ["commands end well or with a code"]


def test_without_a_position_nothing_was_proven() -> None:
    assert broken(Expect(), replace(CALM, held=0)) == ["a position was held"]
