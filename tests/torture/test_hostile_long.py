"""The hostile run at full length, as `botctl demo --hostile --cycles 200` plays it."""

from pathlib import Path

import pytest

from botctl.config.environment import environment
from botctl.core.raid import AttackKind
from botctl.flows.hostile import hostile
from botctl.wiring.hostile_stage import DevnetHostileStage
from botctl.wiring.stage import StagePlan

CYCLES = 200


@pytest.mark.torture
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_capital_is_trapped_beyond_the_stated_caps(tmp_path: Path, seed: int) -> None:
    plan = StagePlan(tmp_path / "stage", seed=seed)
    with DevnetHostileStage(plan, environment()) as stage:
        report = hostile(stage, cycles=CYCLES, show=lambda _: None)
    assert report.kept, [promise for promise in report.run.promises if not promise.kept]
    assert {hit.attack.kind for hit in report.raid.hits} == set(AttackKind)
    assert len(report.raid.regimes) > 1, "the times changed"
