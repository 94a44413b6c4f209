"""chaos: several scenarios one after the other, each on a stage of its own."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import groupby

from botctl.core.chaos.observed import Observed
from botctl.core.chaos.scenario import Scenario
from botctl.core.chaos.verdict import Verdict, verdicts
from botctl.flows.chaos.play import phase_s, play
from botctl.ports.chaos import ChaosStage
from botctl.ports.clock import Clock

Open = Callable[[Scenario], AbstractContextManager[ChaosStage]]


@dataclass(frozen=True, slots=True)
class Transition:
    at_s: int
    state: str


@dataclass(frozen=True, slots=True)
class ScenarioReport:
    """`skipped` says why it could not be played here; then nothing was judged.

    `changed_s`, `alerted_s`: from the trouble's beginning to the first change of the health state
    and to the first alert; None: there was none.
    """

    name: str
    proves: str
    passed: bool
    skipped: str
    ms: int
    transitions: tuple[Transition, ...]
    told: tuple[str, ...]  # codes, in the order first heard
    changed_s: int | None
    alerted_s: int | None
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
        report = played(scenario, open_stage, clock, phase_s(seed))
        show(report)
        reports.append(report)
    return ChaosReport(seed, tuple(reports))


def played(scenario: Scenario, open_stage: Open, clock: Clock, phase_s: int = 0) -> ScenarioReport:
    started_ms = clock.now_ms()
    try:
        with open_stage(scenario) as stage:
            seen = play(scenario, stage, phase_s)
    except CannotPlayError as why:
        return ScenarioReport(
            scenario.name, scenario.proves, False, str(why), 0, (), (), None, None, ()
        )
    return _reported(scenario, seen, clock.now_ms() - started_ms)


def _reported(scenario: Scenario, seen: Observed, duration_ms: int) -> ScenarioReport:
    found, begin = verdicts(scenario, seen), scenario.begins_s
    changes = _transitions(seen)
    alerted = (told.at_s for told in seen.told if told.tier is not None and told.at_s >= begin)
    return ScenarioReport(
        name=scenario.name,
        proves=scenario.proves,
        passed=all(one.kept for one in found),
        skipped="",
        ms=duration_ms,
        transitions=changes,
        told=tuple(dict.fromkeys(told.code for told in seen.told)),
        changed_s=_since(begin, (change.at_s for change in changes if change.at_s >= begin)),
        alerted_s=_since(begin, alerted),
        verdicts=found,
    )


def _since(begin_s: int, times_s: Iterable[int]) -> int | None:
    first = next(iter(times_s), None)
    return None if first is None else first - begin_s


def _transitions(seen: Observed) -> tuple[Transition, ...]:
    """One for each change; UNKNOWN where health could not be asked."""
    runs = groupby(seen.looks, key=lambda look: look.state)
    return tuple(Transition(next(looks).at_s, str(state or "UNKNOWN")) for state, looks in runs)
