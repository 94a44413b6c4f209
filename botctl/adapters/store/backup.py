"""One portable file of everything: a snapshot, written whole or not at all, readable to us alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EEXIST
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import engine as engines
from botctl.adapters.store.database import Database, open_database
from botctl.adapters.store.failures import unwritable
from botctl.adapters.store.portable import (
    FORM,
    MANIFEST,
    Manifest,
    Member,
    Shape,
    member_name,
    shapes,
)
from botctl.adapters.store.revision import revision_of
from botctl.core.backups import name_of
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.ports.progress import Tick, silent, ticked

AT_ONCE: Final = 1_000  # rows in memory

_EMPTY: Final = "there is no database of botctl yet, so nothing to do"


@dataclass(frozen=True, slots=True)
class BackupReport:
    path: str
    revision: str
    rows: int
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """The end of the journal in the very snapshot that was written."""

    entries: int
    head: str


class Prove(Protocol):
    def __call__(self, path: Path, seen: Seen, /) -> None:
        """Raises BotError unless the file brings everything back."""


def backup(
    url: str,
    folder: Path,
    now_ms: int,
    *,
    busy_ms: int = engines.BUSY_MS,
    prove: Prove | None = None,
    tick: Tick = silent,
) -> BackupReport:
    """Raises ERR_NOT_FOUND when there is no database, ERR_DB_UNWRITABLE when the folder refuses."""
    require_there(url)
    database = open_database(url, busy_ms=busy_ms)
    try:
        return backup_of(database, folder, now_ms, prove, tick)
    finally:
        database.close()


def require_there(url: str) -> None:
    """Opening a SQLite file that is missing would make it, and then report it empty."""
    parts = engines.parsed(url)
    if parts.get_backend_name() == "sqlite" and not Path(str(parts.database)).exists():
        raise absent(engines.location(parts))


def absent(location: str) -> UsageError:
    return UsageError(Code.ERR_NOT_FOUND, _EMPTY, database=location)


def backup_of(
    database: Database,
    folder: Path,
    now_ms: int,
    prove: Prove | None = None,
    tick: Tick = silent,
) -> BackupReport:
    """With `prove`, the file gets its name only after that."""
    path = folder / name_of(now_ms)
    try:
        with _whole(path) as file:
            with database.reading() as db:
                revision = revision_of(db)
                if revision is None:
                    raise absent(database.location)
                rows, seen = _write(db, file, (revision, now_ms), tick), seen_in(db)
            _to_disk(file)
            if prove is not None:
                prove(Path(file.name), seen)
    except OSError as error:
        say = f"the backup cannot be written ({error.strerror})"
        raise unwritable(say, database.location, file=str(path)) from None
    return BackupReport(str(path), revision, rows, verified=prove is not None)


def seen_in(db: Connection) -> Seen:
    row = db.execute(sa.text("SELECT seq, hash FROM journal_head")).first()
    return Seen(0, "") if row is None else Seen(row[0], row[1])


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that has its name only once all of it is on the disk; its mode is 0600 from the start."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".backup-", delete=False) as file:
        try:
            yield file
            _to_disk(file)
            if path.exists():  # of two backups in one millisecond the first stays
                raise FileExistsError(EEXIST, os.strerror(EEXIST))
            Path(file.name).replace(path)
        finally:
            Path(file.name).unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """The name, too, must survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(db: Connection, file: IO[bytes], of: tuple[str, int], tick: Tick) -> int:
    revision, now_ms = of
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        members = [_write_table(db, archive, shape, tick) for shape in shapes(db)]
        manifest = Manifest(
            form=FORM, revision=revision, made_ms=now_ms, source=db.dialect.name, tables=members
        )
        archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return sum(member.rows for member in members)


def _write_table(db: Connection, archive: ZipFile, shape: Shape, tick: Tick) -> Member:
    encoder, digest, count = msgspec.json.Encoder(), sha256(), 0
    found = db.execute(shape.select(), execution_options={"yield_per": AT_ONCE}).mappings()
    with archive.open(member_name(shape.name), "w", force_zip64=True) as member:
        for row in ticked(found, tick):
            line = encoder.encode(shape.plain({**row})) + b"\n"
            digest.update(line)
            member.write(line)
            count += 1
    return Member(table=shape.name, rows=count, sha256=digest.hexdigest())


def count_rows(db: Connection, table: str) -> int:
    query = sa.select(sa.func.count()).select_from(sa.table(table))
    return int(db.execute(query).scalar_one())
