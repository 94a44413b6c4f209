"""A backup into an empty database of either kind: proven whole first, then all of it or nothing."""

import struct
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  a class, whatever its spelling

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import journal
from botctl.adapters.store.backup import AT_ONCE, count_rows
from botctl.adapters.store.database import Database, open_database
from botctl.adapters.store.engine import BUSY_MS
from botctl.adapters.store.migrate import migrate
from botctl.adapters.store.portable import (
    FORM,
    MANIFEST,
    Manifest,
    Member,
    Row,
    Shape,
    member_name,
    shapes,
)
from botctl.adapters.store.revision import (
    REVISIONS,
    SCHEMA_REVISION,
    mismatch,
    revision_of,
)
from botctl.core.codes import Code
from botctl.core.errors import CheckError, OperatorError
from botctl.ports.progress import Tick, silent

_OCCUPIED: Final = (
    "the database holds rows already and is left untouched; name an empty one in storage.url, or"
    " move this one away first"
)
_INVALID: Final = "the backup cannot be trusted and nothing was restored: {why}; use another one"

_DAMAGED: Final = "it is damaged, or no backup"
# What zipfile raises, depending on which of its bytes is wrong.
DAMAGE: Final = (BadZipFile, ZlibError, EOFError, OSError, RuntimeError, struct.error, ValueError)

_ROW: Final = msgspec.json.Decoder(Row)
_MANIFEST: Final = msgspec.json.Decoder(Manifest)
_HEAD: Final = "journal_head"  # the one row a new schema is born with


@dataclass(frozen=True, slots=True)
class RestoreReport:
    database: str
    revision: str
    rows: int
    entries: int  # of the journal, its chain verified


def restore(path: Path, url: str, *, busy_ms: int = BUSY_MS, tick: Tick = silent) -> RestoreReport:
    """Raises ERR_BACKUP_INVALID; ERR_CONFIG_INVALID when the target is not empty."""
    with _opened(path) as archive:
        manifest = verified(archive, str(path))
        database = open_database(url, busy_ms=busy_ms)
        try:
            return _fill(database, Archived(archive, manifest, str(path)), tick)
        finally:
            database.close()


def _opened(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except OSError as error:
        raise _invalid(f"it cannot be read ({error.strerror})", str(path)) from None
    except DAMAGE:
        raise _invalid(_DAMAGED, str(path)) from None


def verified(archive: ZipFile, path: str) -> Manifest:
    """Every member as the manifest says, and nothing beside them. Raises ERR_BACKUP_INVALID."""
    try:
        manifest = manifest_of(archive, path)
        named = [MANIFEST, *(member_name(member.table) for member in manifest.tables)]
        if sorted(named) != sorted(archive.namelist()):
            raise _invalid("its files are not those its manifest lists", path)
        for member in manifest.tables:
            _verify_member(archive, member, path)
    except DAMAGE as error:
        raise _invalid(_DAMAGED, path) from error
    return manifest


def manifest_of(archive: ZipFile, path: str) -> Manifest:
    try:
        manifest = _MANIFEST.decode(archive.read(MANIFEST))
    except (KeyError, msgspec.DecodeError) as error:
        raise _invalid("it has no readable manifest", path) from error
    if manifest.form != FORM:
        raise _invalid(f"its form is {manifest.form}, not {FORM}", path)
    if manifest.revision not in REVISIONS:
        raise mismatch(manifest.revision, path)
    return manifest


def _verify_member(archive: ZipFile, member: Member, path: str) -> None:
    digest, count = sha256(), 0
    with archive.open(member_name(member.table)) as lines:
        for line in lines:
            digest.update(line)
            count += 1
    if (digest.hexdigest(), count) != (member.sha256, member.rows):
        raise _invalid(f"{member.table} is not what was backed up", path)


@dataclass(frozen=True, slots=True)
class Archived:
    """A backup that was proven whole."""

    archive: ZipFile
    manifest: Manifest
    path: str


def _fill(database: Database, kept: Archived, tick: Tick) -> RestoreReport:
    manifest = kept.manifest
    with database.writing() as db:
        _require_empty(db, database.location)
        # First as it was, so that the rows fit; then on to ours, with what migrations do to rows.
        migrate(db, manifest.revision, database.location)
        db.execute(sa.delete(sa.table(_HEAD)))
        _insert_all(db, kept, tick)
        migrate(db, SCHEMA_REVISION, database.location)
        entries = journal.verify(db)
    rows = sum(member.rows for member in manifest.tables)
    return RestoreReport(database.location, SCHEMA_REVISION, rows, entries)


def _require_empty(db: Connection, location: str) -> None:
    """A schema without a row counts as empty: every command creates it."""
    if revision_of(db) is None:
        return  # `migrate` refuses tables of something else
    for shape in shapes(db):
        if count_rows(db, shape.name) > (1 if shape.name == _HEAD else 0):
            raise OperatorError(
                Code.ERR_CONFIG_INVALID, _OCCUPIED, database=location, table=shape.name
            )


def _insert_all(db: Connection, kept: Archived, tick: Tick) -> None:
    manifest, path = kept.manifest, kept.path
    there = {shape.name: shape for shape in shapes(db)}
    if there.keys() != {member.table for member in manifest.tables}:
        raise _invalid("its tables are not those of its schema", path)
    try:
        for member in manifest.tables:
            _insert(db, kept.archive, there[member.table], tick)
    except (msgspec.DecodeError, ValueError, ArithmeticError, sa.exc.IntegrityError) as error:
        raise _invalid("a row does not fit its table", path) from error


def _insert(db: Connection, archive: ZipFile, shape: Shape, tick: Tick) -> None:
    with archive.open(member_name(shape.name)) as lines:
        while batch := [shape.native(_ROW.decode(line)) for line in islice(lines, AT_ONCE)]:
            db.execute(shape.insert(), batch)
            tick(len(batch))
    if shape.counter is not None:
        _continue_counting(db, shape.name, shape.counter)


def _continue_counting(db: Connection, table: str, column: str) -> None:
    """PostgreSQL's own numbering does not notice rows that bring their number along."""
    db.execute(
        sa.text(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'),"
            f" coalesce(max({column}), 0) + 1, false) FROM {table}"
        )
    )


def _invalid(why: str, path: str) -> CheckError:
    return CheckError(Code.ERR_BACKUP_INVALID, _INVALID.format(why=why), file=path)
