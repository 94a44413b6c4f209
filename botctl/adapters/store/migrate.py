"""Walking the schema's history with Alembic, after a backup. Loaded only by the commands that need it."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from botctl.adapters.store.backup import backup_of
from botctl.adapters.store.database import Database, open_database
from botctl.adapters.store.engine import BUSY_MS
from botctl.adapters.store.revision import REVISIONS, SCHEMA_REVISION, found_revision, mismatch


@dataclass(frozen=True, slots=True)
class UpgradeReport:
    """`backup_path` is None when there was nothing to lose: no schema yet, or already ours."""

    backup_path: Path | None
    from_revision: str | None
    to_revision: str


def upgrade(
    url: str, backup_dir: Path, *, now_ms: int, busy_ms: int = BUSY_MS
) -> UpgradeReport:
    """Backs up, then migrates in one transaction: a failing step leaves the old schema whole."""
    database = open_database(url, busy_ms=busy_ms)
    try:
        return _upgrade(database, backup_dir, now_ms)
    finally:
        database.close()


def _upgrade(database: Database, backup_dir: Path, now_ms: int) -> UpgradeReport:
    found = found_revision(database)
    if found == SCHEMA_REVISION:
        return UpgradeReport(None, found, SCHEMA_REVISION)
    if found is not None and found not in REVISIONS:
        raise mismatch(found, database.location)
    saved = None if found is None else backup_of(database, backup_dir, now_ms=now_ms)
    with database.writing() as db:
        migrate(db)
    return UpgradeReport(saved, found, SCHEMA_REVISION)


def migrate(db: Connection, to: str = SCHEMA_REVISION) -> None:
    config = _config()
    config.attributes["connection"] = db
    command.upgrade(config, to)


def heads() -> tuple[str, ...]:
    """The newest revisions in `migrations/`: one, or somebody forked the history."""
    return tuple(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("migrations")))
    config.set_main_option("path_separator", "os")
    return config
