"""The list of known traps: what a line may be, and that a bad one is named and stops nothing but entries."""

from pathlib import Path

import pytest

from botctl.adapters.trap_list import BYTES_MAX, LISTED, TrapList, trap_list
from botctl.core.units import Hash32

ONE, TWO = Hash32("0x" + "1a" * 32), Hash32("0x" + "2b" * 32)


def listed(folder: Path, text: str | bytes) -> TrapList:
    file = folder / "traps.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return trap_list(file)


def test_a_line_is_a_hash_and_what_is_known_of_it(tmp_path: Path) -> None:
    text = f"# ours\n\n{ONE}  # sells revert # since May\r\n  {TWO.upper().replace('X', 'x')}\n"
    assert listed(tmp_path, text) == TrapList({ONE: "sells revert # since May", TWO: LISTED})


def test_an_empty_list_is_one(tmp_path: Path) -> None:
    assert listed(tmp_path, "") == TrapList({})


@pytest.mark.parametrize("bad", ["0x12", ONE[2:], f"{ONE} {TWO}", f"{ONE}0", "sells revert"])
def test_the_first_bad_line_is_named_and_the_others_hold(tmp_path: Path, bad: str) -> None:
    found = listed(tmp_path, f"{ONE}\n{bad}\nworse\n{TWO}\n")
    assert set(found.known) == {ONE, TWO}
    assert "traps.txt, line 2: write a hash as 0x and 64 hex digits" in found.unread


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in trap_list(tmp_path / "none").unread
    assert "cannot be read" in trap_list(tmp_path).unread
    assert "not UTF-8" in listed(tmp_path, b"\xff\xfe\x00").unread
    assert "larger than" in listed(tmp_path, b"#" * (BYTES_MAX + 1)).unread
