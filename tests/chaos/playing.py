"""Plays a scenario in this process, so that a test may take a defence away."""

import pytest

from botctl.adapters.clock import SystemClock
from botctl.core.chaos.scenario import Scenario
from botctl.flows.chaos.run import ScenarioReport, played
from botctl.wiring.chaos import ChaosPlan, stages


def report_of(scenario: Scenario, plan: ChaosPlan) -> ScenarioReport:
    """Skips what cannot be played on this database or this machine."""
    if scenario.needs not in {"", plan.kind}:
        pytest.skip(f"{scenario.name} is for {scenario.needs}")
    report = played(scenario, stages(plan), SystemClock())
    if report.skipped:
        pytest.skip(report.skipped)
    return report


def broken(report: ScenarioReport) -> list[str]:
    return [f"{v.name}: {v.evidence}" for v in report.verdicts if not v.kept]
