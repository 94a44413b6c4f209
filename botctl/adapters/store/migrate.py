"""Bring a database to our schema: back up first, then every missing migration in one transaction."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from botctl.adapters.store.backup import backup_of
from botctl.adapters.store.database import Database, open_database
from botctl.adapters.store.engine import BUSY_MS
from botctl.adapters.store.revision import (
    CREATE_LOCK,
    REVISIONS,
    SCHEMA_REVISION,
    found_revision,
    mismatch,
    refuse_foreign,
    revision_of,
)


@dataclass(frozen=True, slots=True)
class UpgradeReport:
    database: str
    was: str | None  # None: it was empty
    now: str
    backup: str | None  # where; None when there was nothing to lose


def upgrade(url: str, backups_dir: Path, *, now_ms: int, busy_ms: int = BUSY_MS) -> UpgradeReport:
    """Raises ERR_SCHEMA_NEWER for a revision we do not know, and changes nothing then."""
    database = open_database(url, busy_ms=busy_ms)
    try:
        was, backup = _prepared(database, backups_dir, now_ms)
        if was != SCHEMA_REVISION:
            with database.writing() as db:
                migrate(db, SCHEMA_REVISION, database.location)
        return UpgradeReport(database.location, was, SCHEMA_REVISION, backup)
    finally:
        database.close()


def _prepared(database: Database, backups_dir: Path, now_ms: int) -> tuple[str | None, str | None]:
    was = found_revision(database)
    if was is not None and was not in REVISIONS:
        raise mismatch(was, database.location)
    if was in {None, SCHEMA_REVISION}:
        return was, None
    return was, str(backup_of(database, backups_dir, now_ms).path)


def migrate(db: Connection, to: str, location: str) -> None:
    """Inside the caller's transaction. One at a time: whoever comes second finds nothing to do."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({CREATE_LOCK})")
    found = revision_of(db)
    if found is None:
        refuse_foreign(sa.inspect(db).get_table_names(), location)
    elif found not in REVISIONS:
        raise mismatch(found, location)
    command.upgrade(_config(db), to)


def _config(db: Connection) -> Config:
    spec = find_spec("migrations")
    assert spec is not None
    assert spec.origin is not None
    config = Config()
    folder = str(Path(spec.origin).parent)
    config.set_main_option("script_location", folder.replace("%", "%%"))  # it interpolates
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = db
    return config
