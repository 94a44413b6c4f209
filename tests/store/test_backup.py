"""A backup brings everything to either kind of database; a file or a row that was altered shows."""

import json
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import sqlalchemy as sa

from botctl.adapters.store.backup import backup
from botctl.adapters.store.check import TableRows, check
from botctl.adapters.store.database import open_database
from botctl.adapters.store.portable import MANIFEST
from botctl.adapters.store.restore import restore
from botctl.adapters.store.revision import SCHEMA_REVISION
from botctl.core.codes import Code
from botctl.core.errors import BotError, CheckError, OperatorError, UsageError
from tests.store.filled import batch, cycle_row, fill, opened
from tests.support.builders import NOW_MS


def _members(path: str) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}


def _run(url: str, sql: str) -> None:
    database = open_database(url)
    with database.writing() as db:
        db.execute(sa.text(sql))
    database.close()


@pytest.fixture
def sqlite_backup(tmp_path: Path) -> Path:
    url = f"sqlite:///{tmp_path / 'source.db'}"
    fill(url)
    return Path(backup(url, tmp_path / "backups", NOW_MS).path)


def test_a_backup_comes_back_on_either_database(
    database_url: str, sqlite_backup: Path, tmp_path: Path
) -> None:
    report = restore(sqlite_backup, database_url)
    assert report.entries == 4
    there = backup(database_url, tmp_path / "again", NOW_MS)
    assert _members(there.path) == _members(str(sqlite_backup))
    assert there.rows == report.rows
    home = f"sqlite:///{tmp_path / 'home.db'}"
    restore(Path(there.path), home)
    assert check(home).problems == check(database_url).problems == ()
    store = opened(database_url)  # and the numbering goes on where it was
    assert store.record(cycle_row(2), [])
    assert store.commit(batch(number=2))
    store.close()


def test_a_backup_is_private_and_leaves_nothing_beside_it(sqlite_backup: Path) -> None:
    assert sqlite_backup.stat().st_mode & 0o777 == 0o600
    assert [*sqlite_backup.parent.iterdir()] == [sqlite_backup]
    with ZipFile(sqlite_backup) as archive:
        manifest = json.loads(archive.read(MANIFEST))
    assert manifest["revision"] == SCHEMA_REVISION


def test_any_damaged_byte_is_refused_or_harmless(sqlite_backup: Path, tmp_path: Path) -> None:
    whole = sqlite_backup.read_bytes()
    refused: list[Code] = []
    known, bad = _members(str(sqlite_backup)), tmp_path / "bad.zip"
    for number, at in enumerate(range(0, len(whole), len(whole) // 60)):
        bad.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        target = tmp_path / f"t{number}.db"
        try:
            restore(bad, f"sqlite:///{target}")
        except CheckError as error:
            refused.append(error.code)
            assert not target.exists()
        else:  # a time stamp or an attribute of the archive
            assert _members(str(bad)) == known
    assert set(refused) == {Code.ERR_BACKUP_INVALID}


def test_an_altered_row_is_refused(sqlite_backup: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    with ZipFile(sqlite_backup) as old, ZipFile(bad, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"EXITS_ONLY", b"ALLOW_ALLL"))
    with pytest.raises(CheckError) as refused:
        restore(bad, f"sqlite:///{tmp_path / 'target.db'}")
    assert refused.value.code is Code.ERR_BACKUP_INVALID
    assert not (tmp_path / "target.db").exists()


def test_a_database_with_rows_is_not_overwritten(database_url: str, sqlite_backup: Path) -> None:
    fill(database_url)
    before = check(database_url)
    with pytest.raises(OperatorError) as refused:
        restore(sqlite_backup, database_url)
    assert refused.value.code is Code.ERR_CONFIG_INVALID
    assert check(database_url) == before


def test_a_schema_without_rows_counts_as_empty(database_url: str, sqlite_backup: Path) -> None:
    opened(database_url).close()
    assert restore(sqlite_backup, database_url).entries == 4


def test_a_sound_database_has_no_problem(database_url: str) -> None:
    fill(database_url)
    report = check(database_url)
    assert (report.problems, report.entries) == ((), 4)
    assert TableRows("orders", 1) in report.tables


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET body = '{}' WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 1",
        "DELETE FROM journal WHERE seq = 4",
        "DELETE FROM journal_head",
    ],
)
def test_an_altered_journal_is_found(database_url: str, sql: str) -> None:
    fill(database_url)
    _run(database_url, sql)
    (problem,) = check(database_url).problems
    assert "journal was altered" in problem


def test_a_lost_table_is_found(database_url: str) -> None:
    fill(database_url)
    _run(database_url, "DROP TABLE counters")
    assert check(database_url).problems == ("the table counters is missing",)


def test_what_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    with pytest.raises(UsageError):
        check(url)
    with pytest.raises(UsageError):
        backup(url, tmp_path, NOW_MS)
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_refuses_is_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'source.db'}"
    fill(url)
    with pytest.raises(BotError) as refused:
        backup(url, tmp_path / "source.db", NOW_MS)
    assert refused.value.code is Code.ERR_DB_UNWRITABLE
