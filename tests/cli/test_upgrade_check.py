"""`upgrade-check` says what an upgrade would meet, on both databases, and changes nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from botctl.adapters.codec import JsonCodec
from botctl.adapters.store.backup import backup
from botctl.adapters.store.database import open_database
from botctl.adapters.store.prospect import prospect
from botctl.adapters.store.revision import REVISIONS, SCHEMA_REVISION
from botctl.core.policy import RULE_VERSION
from botctl.core.upgrading import (
    Pending,
    RulesSeen,
    SchemaSeen,
    SettingsSeen,
    UpgradeSeen,
    notices,
    obstacles,
)
from tests.cli.conftest import Botctl
from tests.cli.test_db import altered, at_work
from tests.store.making import BOT, batch, cycle, opened, row
from tests.store.test_upgrade_filled import filled_as_first
from tests.support.builders import NOW_MS


@pytest.fixture
def old(ready: Botctl, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Botctl:
    """Settings on a database of the first revision, with orders in it."""
    filled_as_first(database_url)
    monkeypatch.setenv("BOTCTL_STORAGE__URL", database_url)
    monkeypatch.setenv("BOTCTL_BOT__NAME", BOT)
    return ready


def revision(url: str) -> object:
    database = open_database(url)
    with database.reading() as db:
        found = db.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    database.close()
    return found


def seen(document: dict[str, object]) -> dict[str, object]:
    found = document["seen"]
    assert isinstance(found, dict)
    return found


def part(document: dict[str, object], name: str) -> dict[str, object]:
    found = seen(document)[name]
    assert isinstance(found, dict)
    return found


def test_an_older_schema_is_told_with_every_migration_and_left_alone(
    old: Botctl, database_url: str
) -> None:
    ended = old("upgrade-check", "--json")
    assert ended.status == 0, ended.err
    schema = part(ended.document, "schema")
    pending = schema["pending"]
    assert isinstance(pending, list)
    assert [each["revision"] for each in pending] == list(REVISIONS[1:])
    assert all(each["what"] for each in pending)
    assert (schema["revision"], schema["ours"]) == (REVISIONS[0], SCHEMA_REVISION)
    assert schema["open_orders"] == [{"state": "created", "orders": 1}]
    assert ended.document["backup_bytes_max"] == schema["bytes"] != 0
    assert revision(database_url) == REVISIONS[0]


def test_trying_runs_every_migration_on_the_rows_and_takes_them_back(
    old: Botctl, database_url: str
) -> None:
    ended = old("upgrade-check", "--try", "--json")
    assert ended.status == 0, ended.err
    assert isinstance(part(ended.document, "schema")["tried_ms"], int)
    assert revision(database_url) == REVISIONS[0]
    assert old("db", "upgrade").status == 0
    after = old("upgrade-check")
    assert after.status == 0
    assert "there is nothing to upgrade" in after.out


def test_a_migration_that_would_fail_is_found_by_trying(old: Botctl, database_url: str) -> None:
    altered(database_url, "CREATE TABLE regimes (x INTEGER)")  # in the way of the second
    assert old("upgrade-check").status == 0
    assert old("upgrade-check", "--try").status not in {0, 1}
    assert revision(database_url) == REVISIONS[0]


def test_a_process_at_work_stands_in_the_way(old: Botctl, home: Path) -> None:
    with at_work(home / "state", "run"):
        ended = old("upgrade-check", "--json")
        tried = old("upgrade-check", "--try", "--json")
    assert ended.status == 1
    assert seen(ended.document)["at_work"] == ["run"]
    assert (tried.status, tried.error["code"]) == (75, "ERR_DB_LOCKED")
    assert old("upgrade-check").status == 0


def test_a_newer_schema_is_refused_and_the_backup_that_fits_is_named(
    old: Botctl, database_url: str, home: Path
) -> None:
    assert old("db", "upgrade").status == 0
    folder = home / "state" / "backups"
    made = backup(database_url, folder, NOW_MS + 10**12)
    (folder / "damaged.zip").write_bytes(b"PK nothing")
    altered(database_url, "UPDATE alembic_version SET version_num = '9999'")
    ended = old("upgrade-check", "--json")
    assert (ended.status, ended.error["code"]) == (78, "ERR_SCHEMA_NEWER")
    assert f"botctl db restore {made.path}" in str(ended.error["message"])


def test_without_a_database_there_is_nothing_to_upgrade(ready: Botctl) -> None:
    ended = ready("upgrade-check", "--json")
    assert ended.status == 0
    assert part(ended.document, "schema")["revision"] == ""


def test_old_names_in_the_settings_are_told(ready: Botctl, home: Path) -> None:
    (home / "botctl.toml").write_text("[live_probe]\non = true\n")
    ended = ready("upgrade-check", "--json")
    settings = part(ended.document, "settings")
    assert (settings["version"], settings["ours"]) == (1, 2)
    assert "features.live_probe" in str(settings["changes"])
    (home / "botctl.toml").write_text("version = 99\n")
    assert ready("upgrade-check").status == 78


@pytest.mark.parametrize("older", range(11))
def test_decisions_by_other_rules_are_counted(tmp_path: Path, older: int) -> None:
    """Ten cycles, the first of them by the rules before ours."""
    url = f"sqlite:///{tmp_path / 'rules.db'}"
    with opened(url) as store:
        for number in range(1, 11):
            version = "0" if number <= older else RULE_VERSION
            header = {"rule_version": version, "build_sha": f"build{version}"}
            body = JsonCodec().canonical({"header": header, "n": number})
            one = row(number)
            store.record(cycle(number), ())
            store.commit(replace(batch(number, rows=(one,)), bundles=[(one.bundle_id, body)]))
    rules = prospect(url, BOT).rules
    newest = "0" if older == 10 else RULE_VERSION
    since = None if older == 10 else 1_000 * (older + 1)
    assert rules == RulesSeen(RULE_VERSION, newest, f"build{newest}", older, since)


SCHEMA = SchemaSeen(
    "db", "0001", "0002", (Pending("0002", "more"),), 0, (), (), RulesSeen("3", "", "", 0, None)
)
SETTINGS = SettingsSeen("botctl.toml", 2, 2, ())
SEEN = UpgradeSeen("b", "b", SCHEMA, SETTINGS, (), "backups", 10**9)


def test_room_for_the_backup_is_asked_for_only_when_one_is_made() -> None:
    assert obstacles(SEEN) == ()
    full = replace(SEEN, schema=replace(SCHEMA, bytes=10**9 + 1))
    assert ["backups" in each for each in obstacles(full)] == [True]
    assert obstacles(replace(full, schema=replace(full.schema, pending=()))) == ()


def test_who_is_at_work_is_in_the_way_of_a_new_schema_alone() -> None:
    busy = replace(SEEN, at_work=("run", "cycle"))
    assert ["run, cycle" in each for each in obstacles(busy)] == [True]
    assert obstacles(replace(busy, schema=replace(SCHEMA, pending=()))) == ()


def test_what_this_build_cannot_replay_names_the_build_that_can() -> None:
    rules = RulesSeen("3", "2", "abc", 7, None)
    found = notices(replace(SEEN, schema=replace(SCHEMA, rules=rules)))
    assert len(found) == 1
    assert "7 decisions" in found[0]
    assert "build abc" in found[0]
