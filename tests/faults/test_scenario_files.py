"""Scenario files are read strictly: whatever is wrong is named with its place."""

from pathlib import Path

import pytest

from botctl.adapters.faults.scenario_files import names, scenario, shipped
from botctl.core.chaos.scenario import (
    Command,
    Entries,
    Exits,
    ExpectedMode,
    SetFaults,
    ShiftClock,
    Step,
)
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.health import HealthState

WHOLE = """
proves = "something"
settings = { STORAGE__BUSY_MS = "50" }
[[steps]]
at_s = 60
clock_shift_s = -5
every_s = 60
until_s = 200
[[steps]]
at_s = 0
faults = { rpc_drop_rate = 0.5, rpc_stale_head = "now" }
[[steps]]
at_s = 300
run = ["kill", "reset", "--why", "over"]
[expect]
modes = [{ state = "EXITS_ONLY", within_s = 60, at_least = false }]
exits = "during"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(text)
    return file


def test_a_whole_file(tmp_path: Path) -> None:
    read = scenario(written(tmp_path, WHOLE))
    assert (read.name, read.begins_s, read.ends_s) == ("mine", 0, 300)
    assert read.steps == (
        Step(0, SetFaults({"rpc_drop_rate": 0.5, "rpc_stale_head": "now"})),
        Step(60, ShiftClock(-5)),
        Step(120, ShiftClock(-5)),
        Step(180, ShiftClock(-5)),
        Step(300, Command(("kill", "reset", "--why", "over"))),
    )
    assert read.expect.modes == (ExpectedMode(60, HealthState.EXITS_ONLY, at_least=False),)
    assert (read.expect.entries, read.expect.exits) == (Entries.NONE, Exits.DURING)
    assert read.expect.recovers_within_s == 150


def test_it_may_say_that_it_does_not_recover(tmp_path: Path) -> None:
    text = WHOLE.replace('exits = "during"', "recovers_within_s = -1")
    assert scenario(written(tmp_path, text)).expect.recovers_within_s is None


@pytest.mark.parametrize(
    ("was", "now", "say"),
    [
        ("clock_shift_s = -5", "clock_shift = -5", "steps[0].clock_shift: no such action"),
        ("clock_shift_s = -5", 'tcp = "rude"', "steps[0].tcp: 'rude' is not a valid TcpMode"),
        ("clock_shift_s = -5", "clock_shift_s = 1\ntraps = 3", "steps[0]: a step has one action"),
        ("clock_shift_s = -5", "", "steps[0]: a step has one action, this one has 0"),
        ("clock_shift_s = -5", "traps = 0", "steps[0].traps: write a number from 1"),
        ("clock_shift_s = -5", "pull_lp_bps = 20000", "steps[0].pull_lp_bps: write bps from 1"),
        ("clock_shift_s = -5", 'run = "kill"', "steps[0].run: Expected `array`"),
        (
            "rpc_drop_rate = 0.5",
            "rpc_drop_rate = 5",
            "steps[1].faults: rpc_drop_rate: write a share",
        ),
        ("at_s = 60", 'at_s = "60"', "steps[0].at_s: write a whole number"),
        ("every_s = 60", "every_s = 0", "steps[0].every_s: write a number above 0"),
        ("until_s = 200", "until_s = 999999", "more than 500"),
        ('exits = "during"', 'exit = "during"', "expect.exit: no such key; there are modes"),
        ('exits = "during"', 'exits = "soon"', "expect: Invalid enum value 'soon'"),
        ("at_least = false", "atleast = false", "expect.modes[0].atleast: no such key"),
        ('"EXITS_ONLY"', '"TIRED"', "Invalid enum value 'TIRED'"),
        ('proves = "something"', "", "missing required field `proves`"),
        ('proves = "something"', 'proves = "x"\nprove = 1', "unknown field `prove`"),
        ('proves = "something"', "proves = ", "Invalid value"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, was: str, now: str, say: str
) -> None:
    assert was in WHOLE
    with pytest.raises(UsageError) as refused:
        scenario(written(tmp_path, WHOLE.replace(was, now)))
    assert refused.value.code is Code.ERR_USAGE
    assert say in refused.value.say
    assert "mine.toml" in refused.value.say


def test_a_name_that_is_not_there_is_told_how_to_find_one() -> None:
    with pytest.raises(UsageError, match="--list"):
        shipped("no_such")


@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_ends_its_trouble_and_says_what_it_proves(name: str) -> None:
    read = shipped(name)
    assert read.proves.endswith(".")
    assert read.begins_s < read.ends_s
    assert read.expect.exits is not Exits.ANY or read.expect.recovers_within_s is None
