"""Bundles in a folder: a reader never sees half a file, and a crash leaves none behind."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from botctl.core.bundle_file import wrapped
from botctl.core.codes import Code
from botctl.core.errors import CheckError, OperatorError
from botctl.core.units import BundleId


class DiskBundleFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def location(self) -> str:
        return str(self._folder)

    def write(self, bundle_id: BundleId, body: bytes) -> str:
        """Raises ERR_DB_UNWRITABLE: a full disk takes neither bundles nor records."""
        path = self._folder / f"{bundle_id}.json"
        try:
            if not path.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                _write_whole(path, wrapped(bundle_id, body))
        except OSError as error:
            raise OperatorError(
                Code.ERR_DB_UNWRITABLE, "a bundle cannot be written", file=path, why=error.strerror
            ) from error
        return str(path)

    def read(self, path: str) -> bytes:
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise CheckError(
                Code.ERR_BUNDLE_UNREADABLE, "the file cannot be read", file=path, why=error.strerror
            ) from error


def _write_whole(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=".bundle-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            Path(file.name).unlink()
            raise
    Path(file.name).replace(path)
