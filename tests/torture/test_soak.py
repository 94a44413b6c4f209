"""Two hours of the real loop: nothing grows that should not, and no scheduled time is missed."""

import os
from pathlib import Path

import pytest

from jobs.ledger import Outcome
from jobs.timetable import CYCLE
from tests.torture.soak import Look, _growth, _level, _problems, soak, told

MINUTES = float(os.environ.get("SOAK_MINUTES", "120"))  # noqa: TID251  a test's own length


@pytest.mark.torture
@pytest.mark.timeout(round(MINUTES * 60) + 600)
def test_a_bot_left_alone_stays_level_and_keeps_its_timetable(tmp_path: Path) -> None:
    found = soak(tmp_path, MINUTES)
    assert found.problems == (), "\n".join(told(found))
    assert sum(run.job == CYCLE.name and run.outcome == Outcome.RAN for run in found.runs) > 0


def looks(*, memory_kb: int = 0, handles: int = 0, bytes_each: int = 0) -> list[Look]:
    """40 looks; the figures are how much each one is above the one before."""
    return [
        Look(n, 100_000 + n * memory_kb, 20 + n * handles, 5, 1_000_000 + n * n * bytes_each, n * 3)
        for n in range(40)
    ]


def test_a_leak_of_memory_or_handles_would_be_seen() -> None:
    assert list(_level("memory", [look.memory_kb for look in looks(memory_kb=1_000)], 12_000))
    assert list(_level("handles", [look.handles for look in looks(handles=1)], 4))
    assert not list(_level("memory", [look.memory_kb for look in looks()], 12_000))


def test_a_database_that_grows_ever_faster_would_be_seen() -> None:
    assert list(_growth(looks(bytes_each=1_000)))
    steady = [Look(n, 1, 1, 1, 1_000_000 + n * 3_000, n * 3) for n in range(40)]
    assert not list(_growth(steady))


def test_a_time_without_a_row_would_be_seen() -> None:
    (found,) = _problems(looks(bytes_each=0), [], [], {("cycle", 60_000)})
    assert "1 scheduled times have no row" in found
