"""Bundles in a folder: a reader never sees half a file, and a crash leaves none behind."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from botctl.core.bundle_file import wrapped
from botctl.core.codes import Code
from botctl.core.errors import CheckError
from botctl.core.units import BundleId


class DiskBundleFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def location(self) -> str:
        return str(self._folder)

    def write(self, bundle_id: BundleId, body: bytes) -> str:
        path = self._folder / f"{bundle_id}.json"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._write_whole(path, wrapped(bundle_id, body))
        return str(path)

    def read(self, path: str) -> bytes:
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise CheckError(
                Code.ERR_BUNDLE_UNREADABLE, "the file cannot be read", file=path, why=error.strerror
            ) from error

    @staticmethod
    def _write_whole(path: Path, content: bytes) -> None:
        with NamedTemporaryFile(dir=path.parent, prefix=".bundle-", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
