"""What a start imports: the promise of a quick start, held without a stopwatch."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Botctl

NEVER = {"web3", "eth_account", "eth_abi", "sqlalchemy.orm", "aiohttp", "httpx", "duckdb"}
NEVER |= {"fastapi", "uvicorn", "jinja2", "limits", "itsdangerous"}
NEVER |= {"pydantic", "pydantic_settings", "loguru", "apscheduler", "alembic", "rich", "psycopg"}
NOT_FOR_HELP = NEVER | {"typer", "msgspec", "sqlalchemy", "botctl.wiring"}
SHOW = """
import sys
from botctl.cli.app import run
status = run(sys.argv[1:])
print(*sorted(sys.modules), file=sys.stderr)
sys.exit(status)
"""


def loaded_by(*words: str, expect: int = 0) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == expect, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("--version",)])
def test_help_and_version_come_from_the_table_alone(home: Path, words: tuple[str, ...]) -> None:
    assert home.is_dir()
    assert loaded_by(*words) & NOT_FOR_HELP == set()


def test_the_help_of_a_group_imports_no_command(home: Path) -> None:
    assert home.is_dir()
    loaded = loaded_by("db", "--help")
    assert loaded & NEVER == set()
    assert {name for name in loaded if name.startswith("botctl.cli.commands.")} == set()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("status",), 0),
        (("health", "--json"), 1),
        (("ledger", "--limit", "20"), 0),
        (("alerts",), 0),
        (("alerts", "send"), 0),
        (("serve", "token", "list"), 0),
        (("snapshot", "list"), 0),
    ],
)
def test_looking_loads_nothing_heavy(ready: Botctl, words: tuple[str, ...], status: int) -> None:
    ready("status")  # the first run validates the settings, and that is what the cache saves
    assert loaded_by(*words, expect=status) & NEVER == set()


def test_nothing_to_send_loads_no_http(ready: Botctl) -> None:
    ready("status")
    assert loaded_by("alerts", "send") & {"http.client"} == set()


def test_one_command_does_not_import_the_others(ready: Botctl) -> None:
    ready("status")
    commands = {name for name in loaded_by("orders") if name.startswith("botctl.cli.commands.")}
    assert commands == {"botctl.cli.commands.orders"}


def test_the_version_is_that_of_the_package(botctl: Botctl) -> None:
    ended = botctl("--version")
    assert (ended.status, ended.out) == (0, "botctl 0.1.0 (dev-0.1.0)\n")
