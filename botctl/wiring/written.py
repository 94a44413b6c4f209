"""A file of ours for people: whole or not at all, and never over another without being told."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from botctl.core.codes import Code
from botctl.core.errors import OperatorError

MODE = 0o600  # what was earned is nobody else's business


def write_new(path: Path, text: str, *, force: bool) -> int:
    """Its size in bytes. Raises ERR_CONFIG_EXISTS without `force`, ERR_DB_UNWRITABLE for a bad place."""
    if path.exists() and not force:
        say = f"{path} exists and is kept: --force replaces it"
        raise OperatorError(Code.ERR_CONFIG_EXISTS, say, path=str(path))
    body = text.encode()
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            try:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).chmod(MODE)
                Path(file.name).replace(path)
            finally:
                Path(file.name).unlink(missing_ok=True)
    except OSError as error:
        say = f"{path} cannot be written: {error.strerror}"
        raise OperatorError(Code.ERR_DB_UNWRITABLE, say, path=str(path)) from None
    return len(body)
