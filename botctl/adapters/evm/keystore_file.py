"""A keystore file before it is opened: is it ours alone, is it one, and whose does it say it is."""

import os
import stat
from pathlib import Path
from typing import Final

import msgspec

from botctl.adapters.evm.quantity import address_of
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.units import Address

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
FILE_BYTES_MAX: Final = 64 * 1024


def read_document(path: Path) -> dict[str, object]:
    """Raises OperatorError: missing, readable by others, or malformed."""
    try:
        return msgspec.json.decode(_read(path), type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise malformed(path) from None


def address_hint(path: Path) -> Address | None:
    """The address the file names, if it does; unproven until the key is opened."""
    found = read_document(path).get("address")
    try:
        return address_of("0x" + found.removeprefix("0x")) if isinstance(found, str) else None
    except ValueError:
        return None


def malformed(path: Path, why: str = "") -> OperatorError:
    say = why or "this is not an encrypted keystore file"
    return OperatorError(Code.ERR_KEYSTORE_MALFORMED, say, path=path)


def _read(path: Path) -> bytes:
    """Checks the mode of the file that is read, not of a name that may be swapped meanwhile."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would keep us waiting
    except (FileNotFoundError, NotADirectoryError):
        raise OperatorError(Code.ERR_KEYSTORE_MISSING, "no such file", path=path) from None
    except OSError as error:
        raise malformed(path, error.strerror or type(error).__name__) from None
    try:
        _ensure_private(os.fstat(handle).st_mode, path)
        return os.read(handle, FILE_BYTES_MAX)
    finally:
        os.close(handle)


def _ensure_private(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        raise malformed(path)
    if mode & OTHERS:
        say = f"others may read the keystore; run: chmod 600 {path}"
        raise OperatorError(Code.ERR_KEYSTORE_MODE, say, mode=f"{stat.S_IMODE(mode):o}")
