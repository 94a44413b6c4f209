"""Bad input, as a user meets it: real processes, a clear sentence, the right exit status."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.config.environment import environment
from botctl.wiring.stage import DevnetStage, StagePlan

LIVE = {"BOTCTL_BOT__MODE": "live", "BOTCTL_WALLET__ADDRESS": "0x" + "ab" * 20}
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


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert botctl("init", cwd=tmp_path).returncode == DONE
    return tmp_path


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[DevnetStage]:
    with DevnetStage(StagePlan(tmp_path / "stage", seed=3), environment()) as ready:
        ready.step()
        yield ready


def on(stage: DevnetStage, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    there = {**stage.environment(), **settings}
    return botctl(*words, "--config", str(stage.config), cwd=stage.config.parent, **there)


def test_no_settings_file_says_init(tmp_path: Path) -> None:
    run = botctl("status", "--json", cwd=tmp_path)
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_CONFIG_MISSING")
    assert "botctl init" in run.stdout


def test_init_does_not_overwrite(home: Path) -> None:
    before = (home / "botctl.toml").read_bytes()
    run = botctl("init", "--json", cwd=home)
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_CONFIG_EXISTS")
    assert (home / "botctl.toml").read_bytes() == before


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
    run = botctl("scan", "--json", cwd=home, BOTCTL_CHAIN__URLS='["http://127.0.0.1:9"]')
    assert (run.returncode, error_of(run)) == (LATER, "ERR_RPC_UNREACHABLE")


def test_a_node_of_another_chain_needs_the_operator(stage: DevnetStage) -> None:
    run = on(stage, "cycle", "--json", BOTCTL_CHAIN__CHAIN_ID="1")
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
    run = botctl("status", "--json", cwd=home, BOTCTL_STORAGE__URL=url)
    assert (run.returncode, error_of(run)) == (BROKEN, "ERR_DB_CORRUPT")
    assert database.read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_names_the_setting(home: Path) -> None:
    home.chmod(0o500)
    run = botctl("status", "--json", cwd=home)
    home.chmod(0o700)
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_DB_UNWRITABLE")


def test_a_newer_schema_is_refused(stage: DevnetStage) -> None:
    with sqlite3.connect(stage.config.parent / "botctl.db") as db:
        db.execute("update alembic_version set version_num = '9999'")
    run = on(stage, "status", "--json")
    assert (run.returncode, error_of(run)) == (CONFIGURATION, "ERR_SCHEMA_NEWER")


def test_a_half_written_bundle_fails_the_check_and_names_the_file(home: Path) -> None:
    (home / "half.json").write_text('{"body":{"header"')
    run = botctl("replay", "half.json", "--json", cwd=home)
    assert run.returncode == FAILED
    assert "ERR_BUNDLE_UNREADABLE" in run.stdout
    assert "half.json" in run.stdout


def test_an_unknown_command_is_a_matter_of_usage(tmp_path: Path) -> None:
    assert botctl("scna", cwd=tmp_path).returncode == USAGE


def test_explaining_what_was_never_seen_says_where_to_look(stage: DevnetStage) -> None:
    run = on(stage, "explain", "NOBODY", "--json")
    assert (run.returncode, error_of(run)) == (USAGE, "ERR_NOT_FOUND")
    assert "botctl ledger" in run.stdout


def test_a_refused_entry_is_exit_status_three_and_not_an_error(stage: DevnetStage) -> None:
    assert on(stage, "kill", "soft", "--why", "a drill", "--json").returncode == DONE
    assert on(stage, "cycle", "--json").returncode == 3
    assert on(stage, "status", "--json").returncode == DONE
    assert on(stage, "health", "--json").returncode == FAILED
    assert on(stage, "kill", "reset", "--why", "over", "--json").returncode == DONE
    stage.step()
    assert on(stage, "cycle", "--json").returncode == DONE


def test_what_a_user_types_after_the_demo_answers(stage: DevnetStage, tmp_path: Path) -> None:
    assert on(stage, "cycle", "--json").returncode == DONE
    assert json.loads(on(stage, "ledger", "--json", "--limit", "20").stdout)
    assert "ENTRY_SELECTED" in on(stage, "explain", "CEDAR").stdout
    assert on(stage, "replay", "--since", "1h", "--json").returncode == DONE
    for name in ("rows.csv", "rows.parquet"):
        out = tmp_path / name
        assert on(stage, "ledger", "--to", str(out), "--json").returncode == DONE
        assert out.stat().st_size > 0
    for words in (["orders"], ["positions"], ["status"], ["config", "show"]):
        assert on(stage, *words, "--json").returncode == DONE
        assert on(stage, *words).stdout


def test_help_of_every_command_has_an_example(tmp_path: Path) -> None:
    from botctl.cli.app import COMMANDS  # noqa: PLC0415

    for name in COMMANDS:
        run = botctl(*name.split(), "--help", cwd=tmp_path)
        assert run.returncode == DONE, name
        assert "Example" in run.stdout, name


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["status"], ["health", "--json"]])
def test_looking_loads_nothing_heavy(stage: DevnetStage, words: list[str]) -> None:
    probe = (
        "import sys, runpy\n"
        f"sys.argv = ['botctl', *{words!r}]\n"
        "try: runpy.run_module('botctl', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "heavy = {'web3', 'eth_account', 'eth_abi', 'sqlalchemy.orm', 'aiohttp'} & set(sys.modules)\n"
        "sys.stderr.write(repr(sorted(heavy)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=stage.config.parent,
        env={**environment(), **stage.environment(), "BOTCTL_CONFIG": str(stage.config)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.stderr.endswith("[]")
