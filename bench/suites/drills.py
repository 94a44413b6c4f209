"""How soon each drill is noticed: seconds from its trouble to another health state, and to an alert."""

from collections.abc import Iterator
from statistics import median

from bench.figures import Figure, Line, Note
from bench.options import Options
from botctl.adapters.clock import SystemClock
from botctl.core.chaos.scenario import Scenario
from botctl.flows.chaos.play import phase_s
from botctl.flows.chaos.run import ScenarioReport, played
from botctl.wiring.chaos import ChaosPlan, scenarios, stages

SEEDS, QUICK = 20, "clock_back"


def figures(options: Options) -> Iterator[Line]:
    yield Note("in seconds of the bot's life: a cycle a minute, health looked at every 12 s")
    yield Note("the seed says when in that minute the trouble begins, and what the crowd does")
    seeds = range(1, 2 if options.quick else SEEDS + 1)
    for scenario in scenarios([QUICK] if options.quick else [], []):
        yield from _figures(scenario, [_played(scenario, seed, options) for seed in seeds])


def _played(scenario: Scenario, seed: int, options: Options) -> ScenarioReport:
    plan = ChaosPlan(options.folder / str(seed), seed)
    return played(scenario, stages(plan), SystemClock(), phase_s(seed))


def _figures(scenario: Scenario, reports: list[ScenarioReport]) -> Iterator[Line]:
    if skipped := reports[0].skipped:
        yield Note(f"{scenario.name}: {skipped}")
        return
    yield from _times(f"{scenario.name}: another mode", [one.changed_s for one in reports])
    yield from _times(f"{scenario.name}: an alert", [one.alerted_s for one in reports])
    if broken := [verdict for one in reports for verdict in one.verdicts if not verdict.kept]:
        yield Note(f"{scenario.name}: {len(broken)} BROKEN, such as {broken[0]}")


def _times(what: str, times_s: list[int | None]) -> Iterator[Line]:
    seen = [time_s for time_s in times_s if time_s is not None]
    if seen:
        value, longest = float(median(seen)), float(max(seen))
        yield Figure(what, value, "s", against="the longest", other=longest)
    if len(seen) < len(times_s):
        yield Note(f"{what}: none in {len(times_s) - len(seen)} of {len(times_s)}")
