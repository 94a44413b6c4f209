"""The first example of every command that harms nothing is typed as it stands, on a bot that has decided.

What reaches for a chain, a key or a person is parsed by another test, and run by those of its subject.
"""

import re
import shlex
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from botctl.cli.app import COMMANDS
from botctl.config.groups.chain import VenueGroup
from botctl.core.units import Address
from botctl.ports.store import Cursor
from tests.cli.test_completion import write_decisions
from tests.store.making import CHAIN, block_hash, market, opened

# Starts a chain, asks a node, waits for ever, or needs a file or a row that only its own test has.
ELSEWHERE = {
    *("demo", "chaos", "devnet install", "run", "cycle", "scan", "decide", "execute", "reconcile"),
    *("follow-up", "init", "keystore new", "keystore show", "check", "explain", "order show"),
    *("preflight", "alerts test", "nonce status", "nonce repair", "positions write-off"),
    *("snapshot open", "bundle validate", "db restore", "config show", "kill reset"),
    *("chat", "serve", "jobs run"),
}
STATUS = {"health": {0, 1}}  # no cycle has run: that is not well
HARMLESS = [name for name in COMMANDS if name not in ELSEWHERE]


def first_example(name: str) -> list[str]:
    module, _, function = COMMANDS[name].target.partition(":")
    text = getattr(import_module(module), function).__doc__
    found = re.search(r"Example: botctl (.+)", text)
    assert found is not None
    return shlex.split(found[1])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    subprocess.run([sys.executable, "-m", "botctl", "init"], cwd=folder, check=True)
    (folder / "state").mkdir(mode=0o700)
    url = f"sqlite:///{folder / 'state' / 'botctl.db'}"
    write_decisions(url)
    with opened(url, factory=Address(VenueGroup().factory)) as store:
        store.advance(Cursor(1, block_hash(1)), [replace(market(1), symbol="PEPE")], [])
    return folder


def test_what_is_left_out_exists() -> None:
    assert COMMANDS.keys() >= ELSEWHERE


@pytest.mark.parametrize("name", HARMLESS)
def test_the_first_example_runs(
    home: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("BOTCTL_CHAIN__CHAIN_ID", str(CHAIN))
    status = import_module("botctl.cli.app").run(first_example(name))
    said = capsys.readouterr()
    assert status in STATUS.get(name, {0}), said.err
