"""The key that signs sessions: made once, ours alone, and deleting its file ends every session."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import OperatorError

KEY_BYTES: Final = 32
PRIVATE: Final = 0o600


def session_key(file: Path) -> bytes:
    """Raises ERR_DB_UNWRITABLE when it can neither be read nor made."""
    try:
        with suppress(FileExistsError):
            _make(file)
        return file.read_bytes()
    except OSError as error:
        say = (
            "the key of the page's sessions cannot be kept: mend the state folder's owner and mode"
        )
        raise OperatorError(
            Code.ERR_DB_UNWRITABLE, say, path=str(file), why=error.strerror
        ) from None


def fresh_token() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(KEY_BYTES)


def _make(file: Path) -> None:
    """Whole or not at all: it is linked into place, and the first of two makers wins."""
    if file.exists():
        return
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
        os.link(aside, file)
    finally:
        os.close(descriptor)
        aside.unlink()
