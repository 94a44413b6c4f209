"""chaos: several scenarios one after the other, each on a stage of its own."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import groupby

from botctl.core.chaos.observed import Observed
from botctl.core.chaos.scenario import Scenario
from botctl.core.chaos.verdict import Verdict, verdicts
from botctl.flows.chaos.play import play
from botctl.ports.chaos import ChaosStage
from botctl.ports.clock import Clock

Open = Callable[[Scenario], AbstractContextManager[ChaosStage]]


@dataclass(frozen=True, slots=True)
class Transition:
    at_s: int
    state: str


@dataclass(frozen=True, slots=True)
class ScenarioReport:
    """`skipped` says why it could not be played here; then nothing was judged."""

    name: str
    proves: str
    passed: bool
    skipped: str
    ms: int
    transitions: tuple[Transition, ...]
    told: tuple[str, ...]  # codes, in the order first heard
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class ChaosReport:
    seed: int
    scenarios: tuple[ScenarioReport, ...]

    @property
    def passed(self) -> bool:
        return all(one.passed or one.skipped for one in self.scenarios)


class CannotPlayError(Exception):
    """This machine, or this database, has no way to play the scenario: says why."""


def chaos(
    scenarios: Sequence[Scenario],
    open_stage: Open,
    clock: Clock,
    *,
    seed: int,
    show: Callable[[ScenarioReport], None],
) -> ChaosReport:
    reports = []
    for scenario in scenarios:
        report = played(scenario, open_stage, clock)
        show(report)
        reports.append(report)
    return ChaosReport(seed, tuple(reports))


def played(scenario: Scenario, open_stage: Open, clock: Clock) -> ScenarioReport:
    started_ms = clock.now_ms()
    try:
        with open_stage(scenario) as stage:
            seen = play(scenario, stage)
    except CannotPlayError as why:
        return ScenarioReport(scenario.name, scenario.proves, False, str(why), 0, (), (), ())
    return _reported(scenario, seen, clock.now_ms() - started_ms)


def _reported(scenario: Scenario, seen: Observed, duration_ms: int) -> ScenarioReport:
    found = verdicts(scenario, seen)
    return ScenarioReport(
        name=scenario.name,
        proves=scenario.proves,
        passed=all(one.kept for one in found),
        skipped="",
        ms=duration_ms,
        transitions=_transitions(seen),
        told=tuple(dict.fromkeys(told.code for told in seen.told)),
        verdicts=found,
    )


def _transitions(seen: Observed) -> tuple[Transition, ...]:
    """One for each change; UNKNOWN where health could not be asked."""
    runs = groupby(seen.looks, key=lambda look: look.state)
    return tuple(Transition(next(looks).at_s, str(state or "UNKNOWN")) for state, looks in runs)
