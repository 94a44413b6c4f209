"""The embedded chain is installed whole or not at all, and once."""

import sys
from pathlib import Path

import pytest

from botctl.adapters.devnet import install as devnet

# Stands where npm would: makes what npm would make, from the arguments it is given.
FAKE_NPM = """
import pathlib, sys
pathlib.Path("node_modules").mkdir()
pathlib.Path("node_modules", "arguments").write_text(" ".join(sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    _npm_is(monkeypatch, FAKE_NPM)
    return tmp_path


def test_a_second_install_has_nothing_to_do() -> None:
    assert devnet.install(dev=False)
    assert not devnet.install(dev=False)


def test_what_developers_have_serves_operators_but_not_the_other_way() -> None:
    devnet.install(dev=False)
    assert devnet.install(dev=True)
    assert not devnet.install(dev=False)


def test_operators_get_no_compiler_and_no_package_runs_a_script() -> None:
    devnet.install(dev=False)
    arguments = devnet.contract_json("", "arguments").read_text(encoding="utf-8").split()
    assert {"ci", "--omit=dev", "--ignore-scripts"} <= set(arguments)


def test_a_failed_install_leaves_the_old_one_and_no_litter(
    prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devnet.install(dev=False)
    _npm_is(monkeypatch, "import sys; sys.exit(1)")
    with pytest.raises(devnet.DevnetInstallError):
        devnet.install(dev=True)
    assert not devnet.install(dev=False)
    assert [path.name for path in (prefix / "share").iterdir()] == ["botctl-devnet"]


def test_what_is_missing_says_what_to_type() -> None:
    with pytest.raises(devnet.DevnetNotInstalledError, match="type `make setup`"):
        devnet.anvil_binary()


def _npm_is(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setattr(devnet, "npm_command", lambda: (sys.executable, "-c", script))
