"""Play one scenario: time passes block by block, a cycle runs each minute, steps come when they are due."""

from collections.abc import Iterator
from typing import Final

from botctl.core.chaos.observed import Observed
from botctl.core.chaos.scenario import WARM_S, Scenario
from botctl.flows.chaos.eyes import Eyes
from botctl.ports.chaos import ChaosStage

BLOCK_S: Final = 12
CYCLE_S: Final = 60
TAIL_S: Final = 360  # after the end: longer than any position is held on this stage
SETTLE_STEPS_MAX: Final = 10


def phase_s(seed: int) -> int:
    """How late the first cycle of the trouble is: 0 with seed 1, and five seeds play every block of a minute."""
    return -(seed - 1) * BLOCK_S % CYCLE_S


def play(scenario: Scenario, stage: ChaosStage, phase_s: int = 0) -> Observed:
    """Everything that was seen, from the first quiet minute until nothing is in between.

    `phase_s`: the first cycle after the trouble began is so late.
    """
    eyes = Eyes(stage, scenario)
    steps = list(scenario.steps)
    for now_s in _times(scenario):
        stage.advance(BLOCK_S)
        eyes.now_s = now_s
        if now_s >= scenario.begins_s:
            eyes.note_held()
        while steps and steps[0].at_s <= now_s:
            stage.apply(steps.pop(0).do)
        if (now_s - phase_s) % CYCLE_S == 0:
            eyes.run_cycle()
        eyes.look()
    _settle(stage, eyes)
    return eyes.observed()


def _times(scenario: Scenario) -> Iterator[int]:
    end = scenario.ends_s + max(TAIL_S, scenario.expect.recovers_within_s or 0)
    return iter(range(-WARM_S, end + 1, BLOCK_S))


def _settle(stage: ChaosStage, eyes: Eyes) -> None:
    """What is still out is mined and buried, so that ledger and chain can be compared."""
    for _ in range(SETTLE_STEPS_MAX):
        for _ in range(CYCLE_S // BLOCK_S):
            stage.advance(BLOCK_S)
        eyes.run_reconcile()
        if not stage.store.open():
            return
