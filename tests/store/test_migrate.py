"""Migrations build what `schema` says, a backup comes first, and what is newer is left alone."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

import migrations
from botctl.adapters.store import migrate
from botctl.adapters.store.backup import BackupReport, backup_of
from botctl.adapters.store.database import Database, open_database
from botctl.adapters.store.migrate import upgrade
from botctl.adapters.store.revision import REVISIONS, SCHEMA_REVISION, revision_of
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from tests.store.filled import opened
from tests.support.builders import NOW_MS

_CATALOG = {
    "sqlite": (
        (
            "SELECT t.name, c.name, c.type, c.\"notnull\", coalesce(c.dflt_value, ''), c.pk"
            " FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"
        ),
        (
            'SELECT t.name, f."table", f."from" FROM sqlite_master t'
            " JOIN pragma_foreign_key_list(t.name) f"
        ),
        (
            "SELECT t.name, i.\"unique\", i.partial, group_concat(coalesce(c.name, '()'))"
            " FROM sqlite_master t JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c"
            ' GROUP BY t.name, i.name, i."unique", i.partial'
        ),
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    ),
    "postgresql": (
        (
            "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default,"
            " numeric_precision, is_identity, identity_generation"
            " FROM information_schema.columns WHERE table_schema = 'public'"
        ),
        (
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
        ),
        (
            "SELECT tablename, replace(indexdef, 'alembic_version_pkc', 'alembic_version_pkey')"
            " FROM pg_indexes WHERE schemaname = 'public'"
        ),
    ),
}


def catalog(db: Connection) -> list[set[tuple[object, ...]]]:
    rows = [db.exec_driver_sql(query).all() for query in _CATALOG[db.dialect.name]]
    return [{tuple(row) for row in found} for found in rows]


def _rows(url: str) -> tuple[list[set[tuple[object, ...]]], list[object]]:
    database = open_database(url)
    with database.reading() as db:
        found = catalog(db), [*db.exec_driver_sql("SELECT id, seq, hash FROM journal_head")]
    database.close()
    return found


def _stamp(url: str, number: str) -> None:
    database = open_database(url)
    with database.writing() as db:
        db.execute(sa.text("UPDATE alembic_version SET version_num = :n"), {"n": number})
    database.close()


def test_the_constant_is_the_head_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(Path(str(migrations.__file__)).parent))
    known = [script.revision for script in scripts.walk_revisions()]
    assert known[::-1] == list(REVISIONS)
    assert scripts.get_heads() == [SCHEMA_REVISION]


def test_migrations_build_what_the_first_command_creates(database_url: str, tmp_path: Path) -> None:
    report = upgrade(database_url, tmp_path / "backups", now_ms=NOW_MS)
    assert (report.was, report.now, report.backup) == (None, SCHEMA_REVISION, None)
    migrated = _rows(database_url)
    database = open_database(database_url)
    with database.writing() as db:
        for table in sa.inspect(db).get_table_names():
            db.exec_driver_sql(f"DROP TABLE {table}{' CASCADE' if database.is_postgres else ''}")
    database.close()
    opened(database_url).close()
    assert migrated == _rows(database_url)


def test_an_upgrade_of_what_is_current_does_nothing(database_url: str, tmp_path: Path) -> None:
    opened(database_url).close()
    report = upgrade(database_url, tmp_path / "backups", now_ms=NOW_MS)
    assert (report.was, report.backup) == (SCHEMA_REVISION, None)
    assert not (tmp_path / "backups").exists()


def test_a_newer_schema_is_refused_by_everything(database_url: str, tmp_path: Path) -> None:
    opened(database_url).close()
    _stamp(database_url, "9999")
    with pytest.raises(OperatorError) as by_store:
        opened(database_url)
    with pytest.raises(OperatorError) as by_upgrade:
        upgrade(database_url, tmp_path, now_ms=NOW_MS)
    assert by_store.value.code is by_upgrade.value.code is Code.ERR_SCHEMA_NEWER


def test_what_is_older_is_backed_up_before_it_is_touched(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _at_first(database_url)
    with pytest.raises(OperatorError) as refused:
        opened(database_url)
    assert refused.value.code is Code.ERR_SCHEMA_OLDER
    found: list[str | None] = []

    def backed_up(database: Database, folder: Path, now_ms: int) -> BackupReport:
        with database.reading() as db:
            found.append(revision_of(db))
        return backup_of(database, folder, now_ms)

    monkeypatch.setattr(migrate, "backup_of", backed_up)
    report = upgrade(database_url, tmp_path / "backups", now_ms=NOW_MS)
    assert found == [report.was] == [REVISIONS[0]]
    assert report.backup is not None
    assert Path(report.backup).is_file()
    opened(database_url).close()


def _at_first(url: str) -> None:
    database = open_database(url)
    with database.writing() as db:
        migrate.migrate(db, REVISIONS[0], database.location)
    database.close()


def test_tables_of_something_else_are_left_alone(database_url: str, tmp_path: Path) -> None:
    database = open_database(database_url)
    with database.writing() as db:
        db.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
    database.close()
    with pytest.raises(OperatorError) as refused:
        upgrade(database_url, tmp_path, now_ms=NOW_MS)
    assert refused.value.code is Code.ERR_CONFIG_INVALID
