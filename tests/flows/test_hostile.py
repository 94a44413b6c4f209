"""The hostile run, short: every kind of attack on what is held, and each defence proven by its absence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from botctl.config.environment import environment
from botctl.core import exits
from botctl.core.invariants import INVARIANTS, OF_BOOKS
from botctl.core.invariants.rule import Rule
from botctl.core.raid import AttackKind, Fate
from botctl.core.reasons import Kind, Reason
from botctl.flows.hostile import HostileReport, hostile
from botctl.ports.store import LedgerFilter
from botctl.wiring.hostile_stage import DevnetHostileStage
from botctl.wiring.stage import StagePlan

CYCLES = 28
Run = Callable[[int], HostileReport]
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """All cycles in this process, so that what a test takes away is missing in each of them."""

    def played(cycles: int) -> HostileReport:
        plan = StagePlan(tmp_path / "stage", seed=1)
        with DevnetHostileStage(plan, environment(), process_every=0) as stage:
            return hostile(stage, cycles=cycles, show=lambda _: None)

    return played


def broken(report: HostileReport) -> set[str]:
    return {promise.name for promise in report.run.promises if not promise.kept}


def test_every_attack_on_what_we_hold_ends_within_the_promises(run: Run) -> None:
    report = run(CYCLES)
    raid = report.raid
    assert broken(report) == set(), report.run.promises
    assert {hit.attack.kind for hit in raid.hits} == set(AttackKind), "each kind hit what we held"
    fates = {hit.fate for hit in raid.hits}
    assert {Fate.SOLD, Fate.UNSELLABLE} <= fates, "some could be saved, some could not"
    assert raid.saved_wei > 0
    assert raid.lost_wei > 0
    assert raid.attacked_wei == raid.saved_wei + raid.lost_wei
    filled = sum(one.got is not None for one in raid.sandwiches)
    assert 0 < filled < len(raid.sandwiches), "some filled, some reverted at the bound"
    assert any(contract == "OwnedTrap" for contract, _, _ in raid.refused)
    assert sum(count for _, count in raid.launches) >= CYCLES // 3


def uncapped(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    found = tuple(rule for rule in rules if rule.code is not Reason.INV_EXPOSURE_OK)
    assert len(found) == len(rules) - 1
    return found


def test_without_emergency_exits_what_is_attacked_is_sold_too_late(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exits, "_emergency", lambda *_: None)
    found = broken(run(14))
    assert "what is attacked is sold in time, or could not be sold from that block on" in found


def test_without_caps_more_is_at_stake_than_stated(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botctl.core.deciding.market.OF_BOOKS", uncapped(OF_BOOKS))
    monkeypatch.setattr("botctl.flows.check_again.INVARIANTS", uncapped(INVARIANTS))
    assert "what is at stake stays within the caps" in broken(run(5))


def test_without_the_tiers_of_the_gate_a_trap_is_entered(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botctl.flows.gate._findings", lambda *_: ())
    assert "no trap is entered" in broken(run(3))


def test_code_turned_behind_a_proxy_is_left_in_the_very_next_cycle(tmp_path: Path) -> None:
    """Though what the tiers said before is young enough to stand, and every sale still works."""
    plan = StagePlan(tmp_path / "stage", seed=1)
    with DevnetHostileStage(plan, environment(), process_every=0) as stage:
        for _ in range(2):
            stage.step()
            assert stage.run("cycle") == 0
        stage.raid.strike(AttackKind.UPGRADE, "TURN1", at_once=False)
        stage.step()
        assert stage.run("cycle") == 0
        latest = stage.store.latest()
        assert latest is not None
        rows = stage.store.rows(LedgerFilter(cycle_id=latest.cycle_id, kinds=(Kind.SELL,)))
        (row,) = (row for row in rows if row.symbol == "TURN1")
        assert row.reason == Reason.EXIT_EMERGENCY
        assert "code behind the proxy" in row.detail
