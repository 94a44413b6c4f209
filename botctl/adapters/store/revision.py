"""Is this our schema, and of our age? One cheap query; an empty database is created on the spot."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import journal, schema
from botctl.adapters.store.database import Database
from botctl.core.codes import Code
from botctl.core.errors import OperatorError

# Every revision there ever was, oldest first: the last is ours. A test compares with `migrations/`.
REVISIONS: Final = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
)
SCHEMA_REVISION: Final = REVISIONS[-1]

CREATE_LOCK: Final = 0x626F7463  # "botc": two first runs on PostgreSQL create one after the other

_OLDER: Final = (
    "the database was made by an older botctl; run `botctl db upgrade`, which backs it up first"
)
_NEWER: Final = (
    "the database was made by a newer botctl and is left untouched; use that botctl again, or restore"
    " a backup made before its upgrade (`botctl db restore`)"
)
_FOREIGN: Final = "the database holds tables of something else; give botctl one of its own"


def create_or_check(database: Database) -> None:
    """Raises ERR_SCHEMA_OLDER or ERR_SCHEMA_NEWER; after it, the schema is ours."""
    found = found_revision(database)
    if found is None:
        _create(database)
    elif found != SCHEMA_REVISION:
        raise mismatch(found, database.location)


def mismatch(found: str, location: str) -> OperatorError:
    facts = {"found": found, "ours": SCHEMA_REVISION, "database": location}
    if found in REVISIONS:
        return OperatorError(Code.ERR_SCHEMA_OLDER, _OLDER, **facts)
    return OperatorError(Code.ERR_SCHEMA_NEWER, _NEWER, **facts)


def found_revision(database: Database) -> str | None:
    """None: there is no schema yet."""
    with database.reading() as db:
        return revision_of(db)


def revision_of(db: Connection) -> str | None:
    if not _has_revision_table(db):
        return None
    return db.execute(sa.select(schema.revision.c.version_num)).scalar()


def _has_revision_table(db: Connection) -> bool:
    if db.dialect.name == "postgresql":
        return bool(db.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar())
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    return bool(db.exec_driver_sql(query).scalar())


def _create(database: Database) -> None:
    with database.writing() as db:
        if db.dialect.name == "postgresql":
            db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({CREATE_LOCK})")
        if revision_of(db) is None:  # nobody was faster
            create(db, database.location)


def create(db: Connection, location: str) -> None:
    """All tables, stamped: the same as running every migration, without loading Alembic."""
    refuse_foreign(sa.inspect(db).get_table_names(), location)
    schema.metadata.create_all(db, checkfirst=False)
    db.execute(sa.insert(schema.revision).values(version_num=SCHEMA_REVISION))
    journal.begin_chain(db)


def refuse_foreign(tables: Sequence[str], location: str) -> None:
    """Raises ERR_CONFIG_INVALID when a database without our stamp is not empty."""
    if tables:
        facts = {"database": location, "tables": len(tables)}
        raise OperatorError(Code.ERR_CONFIG_INVALID, _FOREIGN, **facts)
