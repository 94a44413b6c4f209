"""Every scenario that is shipped is survived, on both databases."""

import pytest

from botctl.adapters.faults import scenario_files
from botctl.wiring.chaos import ChaosPlan
from tests.chaos.playing import broken, report_of


@pytest.mark.timeout(
    300
)  # minutes of a bot's life: seconds on a machine that has nothing else to do
@pytest.mark.parametrize("name", scenario_files.names())
def test_it_is_survived(name: str, plan: ChaosPlan) -> None:
    report = report_of(scenario_files.shipped(name), plan)
    assert broken(report) == []
    assert report.passed
