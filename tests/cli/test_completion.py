"""A real bash with the script that botctl installs: what it offers is what a person would type."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from botctl.wiring.hints import asked, markets, orders, pairs
from tests.cli.conftest import Botctl
from tests.cli.test_startup import NEVER
from tests.store.making import BOT, address, decided, opened, order, row

# As readline does it: the words up to the cursor, and the function that the script has registered.
ASK = """
source "$1"; shift
complete -p botctl >/dev/null || exit 9
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
"$(complete -p botctl | sed -E 's/.* -F ([^ ]+) .*/\\1/')" botctl
printf '%s\\n' "${COMPREPLY[@]}"
"""
TRAP = "$(touch owned)"
SHELLS = ("bash", "zsh", "fish")


def write_decisions(url: str) -> None:
    """About three markets, one of them named by somebody with plans; and an order."""
    rows = (row(1, pair=1), row(1, pair=2), replace(row(1, pair=3), symbol=TRAP))
    with opened(url) as store:
        decided(store, 1, order(1, pair=1), rows=rows)


@pytest.fixture
def filled(ready: Botctl, home: Path) -> Path:
    (home / "state").mkdir(mode=0o700, exist_ok=True)
    write_decisions(f"sqlite:///{home / 'state' / 'botctl.db'}")
    assert ready("status").status == 0  # the settings are validated once, and kept
    return home


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `--show-completion` prints, by shell; and a botctl that is found by its name."""
    folder = tmp_path_factory.mktemp("shell")
    command = folder / "botctl"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m botctl "$@"\n')
    command.chmod(0o755)
    env = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # noqa: TID251
    for shell in SHELLS:
        done = subprocess.run(
            [command, "--show-completion", shell], env=env, capture_output=True, check=True
        )
        (folder / shell).write_bytes(done.stdout)
    return folder


def offered(scripts: Path, home: Path, typed: str) -> list[str]:
    env = {**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}", "HOME": str(home)}  # noqa: TID251
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "ask", scripts / "bash", *typed.split(" ")],  # noqa: S607
        cwd=home, env=env, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("botctl upgr", {"upgrade-check"}),
        ("botctl config ", {"show", "migrate"}),
        ("botctl ledger v", {"verify"}),
        ("botctl ledger --mar", {"--market"}),
        ("botctl ledger --market S", {"SYM1", "SYM2"}),
        ("botctl ledger --market ", {"SYM1", "SYM2"}),
        ("botctl pause S", {"SYM1", "SYM2"}),
        ("botctl order show order", {"order-0001"}),
    ],
)
def test_bash_is_offered_commands_options_markets_and_orders(
    scripts: Path, filled: Path, typed: str, words: set[str]
) -> None:
    assert set(offered(scripts, filled, typed)) == words
    assert not (filled / "owned").exists()


def test_a_folder_without_a_bot_is_offered_nothing_and_told_nothing(
    scripts: Path, home: Path
) -> None:
    assert offered(scripts, home, "botctl ledger --market S") == []
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script_of_its_own(scripts: Path, shell: str) -> None:
    text = (scripts / shell).read_text()
    assert f"complete_{shell}" in text
    if shutil.which(shell):
        subprocess.run([shell, "-n", scripts / shell], check=True)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_can_be_installed(home: Path, shell: str) -> None:
    env = {**os.environ, "HOME": str(home), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # noqa: TID251
    asked_for = [sys.executable, "-m", "botctl", "--install-completion", shell]
    subprocess.run(asked_for, env=env, check=True, capture_output=True, timeout=60)
    written = [file.read_text() for file in home.rglob("*") if file.is_file()]
    assert any("complete_" in text and "botctl" in text for text in written)


def test_both_databases_offer_the_same(
    ready: Botctl, database_url: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_decisions(database_url)
    monkeypatch.setenv("BOTCTL_STORAGE__URL", database_url)
    assert ready("status").status == 0
    assert sorted(markets(None, "")) == ["SYM1", "SYM2"]
    assert set(pairs(None, "0x")) == {address(1), address(2), address(3)}
    assert list(orders(None, "")) == ["order-0001"]
    assert list(asked(None, "ord")) == ["order-0001"]
    assert list(asked(home / "none.toml", "ord")) == []
    assert BOT == "main"


def test_offering_loads_nothing_heavy(filled: Path) -> None:
    show = (
        "import sys; from pathlib import Path; from botctl.wiring.hints import markets;"
        "print(markets(Path('botctl.toml'), 'S')); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", show], cwd=filled, capture_output=True, text=True, check=True
    )
    assert "SYM1" in done.stdout
    assert set(done.stderr.split()) & (NEVER | {"sqlalchemy"}) == set()
