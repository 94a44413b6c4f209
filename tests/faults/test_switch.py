"""Toggles change while running: the file is read again when it changed, and only then."""

import os
from pathlib import Path

import pytest

from botctl.adapters.faults.switch import FaultSwitch
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.faults import QUIET, FaultToggles


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "faults.toml"


def test_without_a_file_the_settings_hold(file: Path) -> None:
    assert FaultSwitch({"https_block": "true"}).now() == FaultToggles(https_block=True)
    assert FaultSwitch({}, file).now() == QUIET


def test_a_file_that_appears_changes_and_goes_is_followed(file: Path) -> None:
    switch = FaultSwitch({"seed": "7"}, file)
    assert switch.now() == FaultToggles(seed=7)
    file.write_text("https_block = true\n")
    assert switch.now() == FaultToggles(https_block=True, seed=7)
    file.write_text("rpc_drop_rate = 0.25\nseed = 8\n")
    assert switch.now() == FaultToggles(rpc_drop_rate=2_500, seed=8)
    file.unlink()
    assert switch.now() == FaultToggles(seed=7)


def test_a_change_of_the_same_size_is_seen(file: Path) -> None:
    switch = FaultSwitch({}, file)
    file.write_text("rpc_drop_rate = 0.1\n")
    assert switch.now().rpc_drop_rate == 1_000
    file.write_text("rpc_drop_rate = 0.2\n")
    os.utime(file, ns=(1, 1))
    assert switch.now().rpc_drop_rate == 2_000


def test_an_unchanged_file_is_not_read_again(file: Path) -> None:
    file.write_text("https_block = true\n")
    switch = FaultSwitch({}, file)
    assert switch.now() is switch.now()


@pytest.mark.parametrize(
    ("text", "say"),
    [
        ("https_block = ", "not valid TOML"),
        ("https_blok = true", "https_blok: no such fault"),
        ("rpc_drop_rate = 7", "rpc_drop_rate: write a share"),
    ],
)
def test_a_file_that_cannot_be_read_is_no_silent_calm(file: Path, text: str, say: str) -> None:
    switch = FaultSwitch({}, file)
    file.write_text(text)
    with pytest.raises(OperatorError) as refused:
        switch.now()
    assert refused.value.code is Code.ERR_CONFIG_INVALID
    assert say in refused.value.say
    assert str(file) in refused.value.say
