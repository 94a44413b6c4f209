"""Bad input, as a user meets it: real processes, a clear sentence, the right exit status."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from botctl.cli import app
from botctl.config.environment import environment
from botctl.wiring.stage import DevnetStage, StagePlan
from tests.cli.conftest import Botctl, Ended

LIVE_WALLET = "0x" + "ab" * 20
LIVE = {"BOTCTL_BOT__MODE": "live", "BOTCTL_WALLET__ADDRESS": LIVE_WALLET}
Capsys = pytest.CaptureFixture[str]
DONE, FAILED, USAGE, LATER, CONFIGURATION, BROKEN = 0, 1, 2, 75, 78, 70


def botctl(*words: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in environment().items() if not key.startswith("BOTCTL_")}
    return subprocess.run(
        [sys.executable, "-m", "botctl", *words],
        cwd=cwd,
        env={**env, "XDG_CACHE_HOME": str(cwd / "cache"), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def error_of(run: subprocess.CompletedProcess[str]) -> str:
    """The code in the one JSON document of a failed `--json` command."""
    code: str = json.loads(run.stdout)["error"]["code"]
    return code


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What `botctl init` wrote: it is the same each time."""
    folder = tmp_path_factory.mktemp("init")
    assert botctl("init", cwd=folder).returncode == DONE
    return (folder / "botctl.toml").read_bytes()


@pytest.fixture
def home(tmp_path: Path, written: bytes) -> Path:
    file = tmp_path / "botctl.toml"
    file.write_bytes(written)
    file.chmod(0o600)
    return tmp_path


@contextmanager
def staged(folder: Path) -> Iterator[DevnetStage]:
    with DevnetStage(StagePlan(folder / "stage", seed=3), environment()) as ready:
        ready.step()
        yield ready


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[DevnetStage]:
    with staged(tmp_path) as ready:
        yield ready


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevnetStage]:
    """One stage for all tests that leave it as it is."""
    with staged(tmp_path_factory.mktemp("untouched")) as ready:
        yield ready


def on(stage: DevnetStage, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    there = {**stage.environment(), **settings}
    return botctl(*words, "--config", str(stage.config), cwd=stage.config.parent, **there)


@pytest.fixture
def here(stage: DevnetStage, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> Botctl:
    """The same command line on the stage, in this process: for what a start of its own adds nothing."""
    for name in [name for name in environment() if name.startswith("BOTCTL_")]:
        monkeypatch.delenv(name)

    def run(*words: str) -> Ended:
        for name, value in stage.environment().items():
            monkeypatch.setenv(name, value)
        status = app.run([*words, "--config", str(stage.config)])
        return Ended(status, *capsys.readouterr())

    return run


def test_no_settings_file_says_init(tmp_path: Path) -> None:
    run = botctl("status", "--json", cwd=tmp_path)
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_CONFIG_MISSING")
    assert "botctl init" in run.stdout


def test_init_does_not_overwrite(home: Path) -> None:
    before = (home / "botctl.toml").read_bytes()
    run = botctl("init", "--json", cwd=home)
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_CONFIG_EXISTS")
    assert (home / "botctl.toml").read_bytes() == before


def test_a_live_template_names_its_blanks_until_they_are_filled_in(tmp_path: Path) -> None:
    assert botctl("init", "--mode", "live", cwd=tmp_path).returncode == DONE
    file = tmp_path / "botctl.toml"
    run = botctl("status", "--json", cwd=tmp_path)
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_CONFIG_INVALID")
    assert "chain.urls and wallet.address" in run.stdout
    text = file.read_text()
    for own in ("http://127.0.0.1:9", LIVE_WALLET):
        text = text.replace("FILL IN", own, 1)
    file.write_text(text)
    assert botctl("status", "--json", cwd=tmp_path).returncode == DONE


def test_an_unknown_setting_is_refused_with_the_nearest_name(home: Path) -> None:
    run = botctl("status", "--json", cwd=home, BOTCTL_RISK__TRADE_WIE="1 ether")
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_CONFIG_UNKNOWN_KEY")
    assert "trade_wei" in run.stdout.lower()


def test_live_without_the_second_switch_does_not_start(home: Path) -> None:
    run = botctl("scan", "--json", cwd=home, **LIVE)
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_LIVE_NOT_ALLOWED")


def test_live_without_a_key_does_not_start(home: Path) -> None:
    run = botctl("scan", "--json", cwd=home, BOTCTL_BOT__LIVE_ALLOWED="true", **LIVE)
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_KEYSTORE_MISSING")


def test_an_unreachable_node_is_for_later(home: Path) -> None:
    nobody = {"BOTCTL_CHAIN__URLS": "http://127.0.0.1:9", "BOTCTL_CHAIN__TRIES_MAX": "1"}
    run = botctl("scan", "--json", cwd=home, **nobody)
    assert (run.returncode, error_of(run)) == (LATER, "ERR_RPC_UNREACHABLE")


def test_a_node_of_another_chain_needs_the_operator(untouched: DevnetStage) -> None:
    run = on(untouched, "cycle", "--json", BOTCTL_CHAIN__CHAIN_ID="1")
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_CHAIN_ID_MISMATCH")


def test_a_wrong_passphrase_sends_nothing_and_loses_nothing(stage: DevnetStage) -> None:
    run = on(stage, "cycle", "--json", BOTCTL_PASSPHRASE="wrong")
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_KEYSTORE_PASSPHRASE")
    assert stage.store.open()  # still there, still unsigned
    assert on(stage, "execute", "--json").returncode == DONE
    stage.step()
    assert stage.mined_transactions() == 3


def test_a_corrupt_database_stops_and_is_left_as_it_is(home: Path) -> None:
    database = home / "botctl.db"
    database.write_bytes(b"this is not a database at all, and it is long enough to be read" * 40)
    before = database.read_bytes()
    url = f"sqlite:///{database}"
    run = botctl("positions", "--json", cwd=home, BOTCTL_STORAGE__URL=url)
    assert (run.returncode, error_of(run)) == (BROKEN, "ERR_DB_CORRUPT")
    asked = botctl("health", "--json", cwd=home, BOTCTL_STORAGE__URL=url)
    assert asked.returncode == FAILED
    assert "ERR_DB_CORRUPT" in asked.stdout
    assert database.read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_names_the_setting(home: Path) -> None:
    home.chmod(0o500)
    run = botctl("positions", "--json", cwd=home)
    home.chmod(0o700)
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_DB_UNWRITABLE")


def test_a_half_written_bundle_fails_the_check_and_names_the_file(home: Path) -> None:
    (home / "half.json").write_text('{"body":{"header"')
    run = botctl("replay", "half.json", "--json", cwd=home)
    assert run.returncode == FAILED
    assert "ERR_BUNDLE_UNREADABLE" in run.stdout
    assert "half.json" in run.stdout


def test_an_unknown_command_is_a_matter_of_usage(tmp_path: Path) -> None:
    assert botctl("scna", cwd=tmp_path).returncode == USAGE


def test_explaining_what_was_never_seen_says_where_to_look(untouched: DevnetStage) -> None:
    run = on(untouched, "explain", "NOBODY", "--json")
    assert (run.returncode, error_of(run)) == (USAGE, "ERR_NOT_FOUND")
    assert "botctl ledger" in run.stdout


def test_a_refused_entry_is_exit_status_three_and_not_an_error(
    stage: DevnetStage, here: Botctl
) -> None:
    assert here("kill", "soft", "--why", "a drill", "--json").status == DONE
    assert on(stage, "cycle", "--json").returncode == 3
    assert here("status", "--json").status == DONE
    assert here("health", "--json").status == FAILED
    assert here("kill", "reset", "--why", "over", "--yes", "--json").status == DONE
    stage.step()
    assert on(stage, "cycle", "--json").returncode == DONE


def test_what_a_user_types_after_the_demo_answers(
    stage: DevnetStage, here: Botctl, tmp_path: Path
) -> None:
    assert on(stage, "cycle", "--json").returncode == DONE
    assert here("ledger", "--json", "--limit", "20").document
    assert "ENTRY_SELECTED" in here("explain", "CEDAR").out
    assert here("replay", "--since", "1h", "--json").status == DONE
    for name in ("rows.csv", "rows.parquet"):
        out = tmp_path / name
        assert here("ledger", "--to", str(out), "--json").status == DONE
        assert out.stat().st_size > 0
    for words in (["orders"], ["positions"], ["status"], ["config", "show"]):
        assert here(*words, "--json").status == DONE
        assert here(*words).out


@pytest.mark.parametrize("name", ["run", "db restore"])
def test_help_reaches_the_terminal(tmp_path: Path, name: str) -> None:
    """A start of its own for one word and for two; test_help looks at every command's."""
    run = botctl(*name.split(), "--help", cwd=tmp_path)
    assert run.returncode == DONE
    assert f"Example: botctl {name}" in run.stdout
