"""Archived files on the disk: written whole and proven, or not there; read in the order of their rows.

A file's name holds its content's hash, so that writing it twice makes one file, and no other is ever
written over. None is ever deleted here: after a restore, a file that no book names may be the only copy.
"""

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
import msgspec

from botctl.adapters.store.archive.shapes import (
    BYTES,
    COLUMNS,
    TEXT,
    Cell,
    Cells,
    Where,
    Written,
    line,
    sendable,
)
from botctl.core.codes import Code
from botctl.core.errors import CorruptError, OperatorError
from botctl.ports.retention import ArchiveKind

AT_ONCE: Final = 1_000  # rows in memory
READ_BYTES: Final = 1 << 20
NAME_DIGITS: Final = 16
# Small, so that a market or an hour is found without reading the day.
GROUP_ROWS: Final = {
    ArchiveKind.LEDGER: 20_480,
    ArchiveKind.BUNDLES: 2_048,
    ArchiveKind.FOLLOWUPS: 20_480,
}
# One thread and little memory: the loop trades beside it. And nothing is ever fetched from outside.
CONFIG: Final[dict[str, str | int | float | list[str]]] = {
    "threads": 1,
    "memory_limit": "1GB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class ArchiveFiles:
    """The folder of one database's archive. Raises ERR_ARCHIVE_INVALID for a file that cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connected: Final = cache(_connected)  # one, when the first file is opened

    def write(self, kind: ArchiveKind, bot: str, day: str, rows: Iterator[Cells]) -> Written | None:
        """Proven by reading it back, on the disk with its name; None when there are no rows."""
        place = Path(kind.value) / f"bot={bot}" / f"day={day}"
        target = self._folder / place
        try:
            _make_private(self._folder, target, scratch_of(bot))
            with TemporaryDirectory(dir=self._folder, prefix=scratch_of(bot)) as scratch:
                part = Path(scratch) / "part.parquet"
                count, digest = _spill(kind, rows, Path(scratch) / "rows.jsonl")
                if not count:
                    return None
                _convert(kind, Path(scratch) / "rows.jsonl", part)
                part.chmod(0o600)
                found = self._proof(kind, part)
                if found != (count, digest):
                    say = "an archived file is not what was to be written; nothing was deleted"
                    raise CorruptError(Code.ERR_ARCHIVE_INVALID, say, day=day, rows=count)
                name = place / f"{digest[:NAME_DIGITS]}.parquet"
                made = Written(str(name), count, digest, _sha256(part), part.stat().st_size)
                _sync(part)
                part.replace(self._folder / name)
                _sync(target)
        except OSError as error:
            say = f"the archive cannot be written ({error.strerror}); nothing was deleted"
            raise OperatorError(Code.ERR_DB_UNWRITABLE, say, folder=str(self._folder)) from None
        return made

    def rows(
        self, kind: ArchiveKind, file: str, where: Where, order: str = ""
    ) -> Iterator[tuple[Cell, ...]]:
        """All columns, in the order they were written in, or in `order`."""
        return self.select(file, ", ".join(COLUMNS[kind]), where, order)

    def select(
        self, file: str, what: str, where: Where, order: str = ""
    ) -> Iterator[tuple[Cell, ...]]:
        path = self._there(file)
        sql = f"SELECT {what} FROM read_parquet(?) WHERE {where.sql} {order}"
        with closing(self._connected().cursor()) as db:
            try:
                found = db.execute(sql, [str(path), *where.values])
                while some := found.fetchmany(AT_ONCE):
                    yield from some
            except duckdb.Error as error:
                raise self._unusable(file, "it cannot be read") from error

    def sha256(self, file: str) -> str:
        return _sha256(self._there(file))

    def _there(self, file: str) -> Path:
        path = self._folder / file
        if not path.is_file():
            raise self._unusable(file, "it is not there")
        return path

    def _unusable(self, file: str, why: str) -> OperatorError:
        say = f"an archived file cannot be used: {why}; bring it back from a copy"
        return OperatorError(Code.ERR_ARCHIVE_INVALID, say, file=str(self._folder / file))

    def _proof(self, kind: ArchiveKind, path: Path) -> tuple[int, str]:
        digest, count = sha256(), 0
        for row in self.select(str(path), ", ".join(COLUMNS[kind]), Where()):
            digest.update(line(row))
            count += 1
        return count, digest.hexdigest()


def _connected() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config=CONFIG)


def _spill(kind: ArchiveKind, rows: Iterator[Cells], path: Path) -> tuple[int, str]:
    """JSON keeps what CSV confuses: no text and empty text."""
    names, encoder, digest, count = tuple(COLUMNS[kind]), msgspec.json.Encoder(), sha256(), 0
    with path.open("xb") as file:
        for row in rows:
            digest.update(line(row))
            file.write(encoder.encode(dict(zip(names, sendable(row), strict=True))) + b"\n")
            count += 1
    return count, digest.hexdigest()


def _convert(kind: ArchiveKind, source: Path, target: Path) -> None:
    columns = COLUMNS[kind]
    told = ", ".join(f"{name}: '{TEXT if k == BYTES else k}'" for name, k in columns.items())
    picked = ", ".join(
        f"from_base64({name}) AS {name}" if k == BYTES else name for name, k in columns.items()
    )
    read = f"read_json('{_quoted(source)}', format = 'newline_delimited', columns = {{{told}}})"
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS[kind]}"
    with closing(_connected()) as db:
        db.execute(f"COPY (SELECT {picked} FROM {read}) TO '{_quoted(target)}' ({options})")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def scratch_of(bot: str) -> str:
    return f".archive-{bot}-"


def _make_private(folder: Path, target: Path, scratch: str) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(f"{scratch}*"):  # of a run that was killed
        with suppress(OSError):
            for file in left.iterdir():
                file.unlink()
            left.rmdir()
    target.mkdir(mode=0o700, parents=True, exist_ok=True)


def _sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while some := file.read(READ_BYTES):
            digest.update(some)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    """A folder too: the name must survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
