"""The register of risks names drills that exist, sorted by what they could cost."""

import re
from pathlib import Path

from botctl.adapters.faults import scenario_files

ROW = re.compile(r"^\| (?!risk|-)(.+?) \| (\d) \| (\d) \| .+ \| `(\w+)` \|$", re.MULTILINE)
PAGE = Path(__file__).parents[2] / "runbooks" / "risks.md"


def test_the_ten_risks_stand_in_order_and_each_has_a_drill() -> None:
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert len(rows) == 10
    weights = [int(likelihood) * int(impact) for _, likelihood, impact, _ in rows]
    assert weights == sorted(weights, reverse=True)
    assert {drill for *_, drill in rows} <= set(scenario_files.names())
