"""Every suite of the bench runs, on small input; what it measures then means nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from bench.__main__ import SUITES
from bench.figures import Mark
from bench.harness import Case, Sample, interleaved

ROOT: Final = Path(__file__).parents[2]


@pytest.mark.parametrize("suite", SUITES)
def test_every_suite_runs_quickly_and_tells_its_figures_as_one_document(suite: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", suite, "--quick", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["suites"]
    assert told["suite"] == suite
    figures = [line for line in told["lines"] if "value" in line]
    assert figures
    assert all(line["value"] >= 0 for line in figures)
    assert any(line["mark"] and line["verdict"] for line in figures)


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    rounds = interleaved({"a": _played(0, 2, 20, 6), "b": _played(0, 1, 10, 2)}, rounds=3)
    assert rounds.wall_ratio("a", "b") == 2
    assert rounds.wall_s("a") == 6
    assert rounds.cpu_ratio("a", "b") is None


def _played(*walls_s: float) -> Case:
    """Takes these times one after the other; the first warms up."""
    left = iter(walls_s)
    return lambda: Sample(next(left), 0)


def test_a_mark_says_by_how_much_it_was_met_or_missed() -> None:
    mark = Mark(bound=2.0, stretch=1.25)
    assert mark.verdict(1.2) == "met, and the stretch of ≤1.25x"
    assert mark.verdict(1.5) == "met with 25 % to spare"
    assert mark.verdict(3.0) == "MISSED by 50 %"
    assert Mark(bound=1.8, at_least=True).verdict(0.9) == "MISSED by 50 %"
