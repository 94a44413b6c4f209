"""The tests' browser is installed whole or not at all, once, and from a lock that names no address."""

import json
import sys
from pathlib import Path

import pytest

from tests.support import browser_parts

# Stands where npm would: makes what the package holds, too small to be anything.
FAKE_NPM = """
import pathlib
place = pathlib.Path("node_modules/@sparticuz/chromium/bin")
place.mkdir(parents=True)
"""


@pytest.fixture(autouse=True)
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(browser_parts, "fits", lambda: True)
    monkeypatch.setattr(browser_parts, "npm_command", lambda: (sys.executable, "-c", FAKE_NPM))
    return tmp_path


def unpacked(packed: Path, into: Path) -> None:
    assert packed.is_dir()
    (into / "headless_shell").touch()


def test_a_second_install_has_nothing_to_do(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_parts, "_unpack", unpacked)
    assert browser_parts.install()
    assert not browser_parts.install()
    found = browser_parts.installed()
    assert found is not None
    assert found.binary == prefix / "share" / "botctl-browser" / "headless_shell"


def test_what_was_cut_short_leaves_nothing_behind(
    prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(packed: Path, into: Path) -> None:
        unpacked(packed, into)
        raise KeyboardInterrupt

    monkeypatch.setattr(browser_parts, "_unpack", cut_short)
    with pytest.raises(KeyboardInterrupt):
        browser_parts.install()
    assert list((prefix / "share").iterdir()) == []


def test_a_machine_without_a_packed_browser_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browser_parts, "fits", lambda: False)
    monkeypatch.setattr(browser_parts, "NAMES", ("no-such-browser",))
    assert not browser_parts.install()
    assert browser_parts.installed() is None
    assert "Chromium" in browser_parts.why_none()


def test_its_lock_is_hashed_and_names_no_address() -> None:
    lock = json.loads((browser_parts.PARTS / "package-lock.json").read_text(encoding="utf-8"))
    packages = lock["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == [""]
