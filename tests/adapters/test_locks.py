"""One run of a command at a time, and nobody locked out by a run that died."""

import subprocess
import sys
from pathlib import Path

import pytest

from botctl.adapters.locks import CommandLocks
from botctl.core.codes import Code
from botctl.core.errors import OperatorError

HOLDER = """
import sys
from pathlib import Path
from botctl.adapters.locks import CommandLocks
with CommandLocks(Path(sys.argv[1])).only_one("cycle") as ours:
    print(ours, flush=True)
    sys.stdin.read()
"""


def test_the_second_run_is_told_and_the_third_gets_in(tmp_path: Path) -> None:
    locks = CommandLocks(tmp_path / "state")
    with locks.only_one("cycle") as first, locks.only_one("cycle") as second:
        assert (first, second) == (True, False)
    with locks.only_one("cycle") as third:
        assert third


def test_other_commands_and_other_bots_are_not_held_up(tmp_path: Path) -> None:
    with (
        CommandLocks(tmp_path).only_one("cycle") as one,
        CommandLocks(tmp_path).only_one("scan") as other,
        CommandLocks(tmp_path / "b").only_one("cycle") as third,
    ):
        assert one
        assert other
        assert third


def test_a_killed_run_frees_its_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        with CommandLocks(tmp_path).only_one("cycle") as ours:
            assert not ours
        holder.kill()
        holder.wait()
    with CommandLocks(tmp_path).only_one("cycle") as ours:
        assert ours


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(OperatorError) as caught,
        CommandLocks(tmp_path / "file" / "state").only_one("cycle"),
    ):
        pass
    assert caught.value.code is Code.ERR_DB_UNWRITABLE
    assert "storage.state_dir" in caught.value.say
