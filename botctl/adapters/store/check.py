"""Is the database sound? File, schema, references, and each row as the journal has it; all is named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.archived import OpenArchive, no_archive
from botctl.adapters.store.backup import absent, count_rows, require_there
from botctl.adapters.store.database import open_database
from botctl.adapters.store.engine import BUSY_MS
from botctl.adapters.store.portable import shapes
from botctl.adapters.store.revision import SCHEMA_REVISION, revision_of
from botctl.adapters.store.verify import verify


@dataclass(frozen=True, slots=True)
class TableRows:
    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    database: str
    revision: str
    entries: int  # of the journal, up to the first whose hash is wrong; 0 when not verified
    tables: tuple[TableRows, ...]
    problems: tuple[str, ...]


def check(url: str, *, busy_ms: int = BUSY_MS, archive: OpenArchive = no_archive) -> CheckReport:
    """Raises ERR_DB_CORRUPT when it cannot even be read, ERR_NOT_FOUND when there is none."""
    require_there(url)
    database = open_database(url, busy_ms=busy_ms)
    try:
        with database.reading() as db:
            revision = revision_of(db)
            if revision is None:
                raise absent(database.location)
            return _report(db, database.location, revision, archive)
    finally:
        database.close()


def _report(db: Connection, location: str, revision: str, archive: OpenArchive) -> CheckReport:
    problems = list(_of_file(db))
    entries = 0
    if revision != SCHEMA_REVISION:
        problems.append(f"the schema is {revision}, and this botctl's is {SCHEMA_REVISION}")
        return CheckReport(location, revision, entries, (), tuple(problems))
    found = {shape.name: set(shape.columns) for shape in shapes(db)}
    missing = list(_of_schema(found))
    problems += missing
    if not missing:  # else the rows cannot be read
        verified = verify(db, archive)
        entries = verified.entries
        problems += [f"{one.row}: {one.say} (entry {one.entry})" for one in verified.altered]
    tables = tuple(TableRows(name, count_rows(db, name)) for name in sorted(found))
    return CheckReport(location, revision, entries, tables, tuple(problems))


def _of_file(db: Connection) -> Iterator[str]:
    if db.dialect.name != "sqlite":
        return  # PostgreSQL checks its pages and its references itself
    for (line,) in db.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield f"SQLite: {line}"
    for table, row, parent, _ in db.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} refers to nothing in {parent}"


def _of_schema(found: Mapping[str, set[str]]) -> Iterator[str]:
    for table in schema.metadata.sorted_tables:
        if table.name == schema.revision.name:
            continue
        if table.name not in found:
            yield f"the table {table.name} is missing"
        elif missing := {c.name for c in table.columns} - found[table.name]:
            yield f"the table {table.name} lacks {', '.join(sorted(missing))}"
