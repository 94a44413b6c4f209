"""The paper book on disk: a reader never sees half of it, and two writers never lose an entry."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, TypeVar

import msgspec

from botctl.adapters.paper.book import Book
from botctl.core.codes import Code
from botctl.core.errors import CorruptError, OperatorError
from botctl.core.units import Address

FORMAT: Final = 1
PRIVATE: Final = 0o600
T = TypeVar("T")


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """`sha256` is that of `book` byte for byte, so that a single changed digit is noticed."""

    format: int
    chain_id: int
    wallet: Address
    sha256: str
    book: msgspec.Raw


@dataclass(frozen=True, slots=True)
class BookFile:
    """The book of one wallet on one chain; it starts with `start_wei` when there is no file yet."""

    path: Path
    chain_id: int
    wallet: Address
    start_wei: int

    def read(self) -> Book:
        """Raises CorruptError for anything but a whole book of this wallet on this chain."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return Book(self.start_wei)
        except OSError as error:
            raise self._unusable(error) from error
        return self._read(content)

    def change(self, change: Callable[[Book], tuple[Book, T]]) -> T:
        """Read, change and write under one lock; on return it is on the disk."""
        with self._locked():
            before = self.read()
            after, answer = change(before)
            if after != before:
                self._write(after)
        return answer

    def _read(self, content: bytes) -> Book:
        try:
            file = msgspec.json.decode(content, type=_File)
            book = msgspec.json.decode(file.book, type=Book)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._corrupt(
                "it is not a whole book: cut off, or written by something else"
            ) from None
        if file.format != FORMAT:
            raise self._corrupt(f"it has format {file.format}, this botctl knows {FORMAT}")
        if file.sha256 != sha256(file.book).hexdigest():
            raise self._corrupt("its content does not have the hash it says: it was changed")
        if (file.chain_id, file.wallet) != (self.chain_id, self.wallet):
            raise self._corrupt(f"it belongs to wallet {file.wallet} on chain {file.chain_id}")
        return book

    def _write(self, book: Book) -> None:
        body = msgspec.json.encode(book)
        digest = sha256(body).hexdigest()
        file = _File(FORMAT, self.chain_id, self.wallet, digest, msgspec.Raw(body))
        try:
            _replace(self.path, msgspec.json.encode(file))
        except OSError as error:
            raise self._unusable(error) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """A kernel lock beside the file: it is gone with the process that held it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, PRIVATE)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _corrupt(self, why: str) -> CorruptError:
        say = (
            f"the paper book cannot be used: {why}; put a copy back, or move it away together with"
            " the database to start paper trading afresh"
        )
        return CorruptError(Code.ERR_DB_CORRUPT, say, file=self.path)

    def _unusable(self, error: OSError) -> OperatorError:
        say = "the paper book cannot be read or written; check the folder's owner and free space"
        return OperatorError(Code.ERR_DB_UNWRITABLE, say, file=self.path, why=error.strerror)


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all: the new file is on the disk before it gets its name (mode 0600)."""
    with NamedTemporaryFile(dir=path.parent, prefix=".paper-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
