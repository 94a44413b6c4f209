"""Every suite of the bench runs in its smallest size and tells its rows; what they say then means nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from bench.__main__ import SUITES

ROOT: Final = Path(__file__).parents[2]
UNMARKED: Final = {"drills", "page", "telemetry"}  # nobody set a mark for what they measure
HANGING_S: Final = 600  # several times what it takes on a busy machine


@pytest.mark.timeout(HANGING_S + 20)
def test_every_suite_runs_and_tells_rows_beside_their_marks() -> None:
    """One process for all of them, which share its imports; each row is progress, too."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANGING_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    suites = {suite["suite"]: suite["lines"] for suite in json.loads(done.stdout)["suites"]}
    assert list(suites) == list(SUITES)
    for suite, lines in suites.items():
        figures = [line for line in lines if "value" in line]
        assert figures, suite
        assert suite in UNMARKED or any(f["mark"] and f["verdict"] for f in figures), suite
        assert all(figure["value"] > 0 for figure in figures), suite
        assert all(figure["what"] in done.stderr for figure in figures), suite
