"""`botctl chaos` as it is typed: a list, a verdict as exit status, and no chain or data of others."""

from pathlib import Path

import pytest

from botctl.adapters.faults import scenario_files
from tests.cli.conftest import Botctl

# The shortest there is: nothing happens. The second expectation can be kept or not.
QUIET = """
proves = "Nothing happens."
[[steps]]
at_s = 0
faults = {{}}
[[steps]]
at_s = 60
faults = {{}}
[expect]
entries = "{entries}"
stays = "HEALTHY"
"""


def test_the_list_names_every_scenario(botctl: Botctl) -> None:
    ended = botctl("chaos", "--list")
    assert ended.status == 0
    assert all(name in ended.out for name in scenario_files.names())


@pytest.mark.parametrize(("entries", "status"), [("allowed", 0), ("none", 1)])
def test_the_status_is_the_verdict(botctl: Botctl, home: Path, entries: str, status: int) -> None:
    (home / "mine.toml").write_text(QUIET.format(entries=entries))
    ended = botctl("chaos", "--file", "mine.toml", "--json")
    assert ended.status == status
    reports = ended.document["scenarios"]
    assert isinstance(reports, list)
    assert [(one["name"], one["passed"]) for one in reports] == [("mine", status == 0)]
    assert (home / "botctl-chaos" / "mine" / "botctl.db").exists()


def test_nothing_named_is_a_question(botctl: Botctl) -> None:
    ended = botctl("chaos", "--json")
    assert (ended.status, ended.error["code"]) == (2, "ERR_USAGE")


def test_a_folder_with_other_files_is_left_alone(botctl: Botctl, home: Path) -> None:
    mine = home / "botctl-chaos" / "mine"
    mine.mkdir(parents=True)
    (mine / "precious").write_text("keep")
    (home / "mine.toml").write_text(QUIET.format(entries="none"))
    ended = botctl("chaos", "--file", "mine.toml", "--json")
    assert (ended.status, ended.error["code"]) == (78, "ERR_CONFIG_EXISTS")
    assert (mine / "precious").read_text() == "keep"


def test_a_database_that_holds_anything_is_refused(
    botctl: Botctl, home: Path, postgres_url: str
) -> None:
    (home / "botctl.toml").touch()
    assert botctl("init", "--config", "other.toml").status == 0
    settings = (home / "other.toml").read_text()
    (home / "other.toml").write_text(settings.replace("sqlite:///state/botctl.db", postgres_url))
    assert botctl("status", "--config", "other.toml").status == 0, "which makes the tables"
    ended = botctl("chaos", "--scenario", "rpc_garbage", "--database", postgres_url, "--json")
    assert (ended.status, ended.error["code"]) == (78, "ERR_CONFIG_EXISTS")
    assert botctl("status", "--config", "other.toml").status == 0
