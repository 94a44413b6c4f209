"""Is there room, and may we write? Found out by writing, since quotas and limits show nowhere else."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from botctl.core.codes import Code
from botctl.core.preflight.values import DiskSeen, Trouble

PROBE_BYTES: Final = 1_000_000  # more than a cycle writes


@dataclass(frozen=True, slots=True)
class Folders:
    """A `flows.preflight.Disk`: the first that cannot be written is told."""

    folders: Sequence[Path]

    def look(self) -> DiskSeen:
        free = [_free_bytes(folder) for folder in self.folders]
        for folder in self.folders:
            why = _unwritable(folder)
            if why:
                say = f"{folder} takes no file: {why}"
                return DiskSeen(min(free), Trouble(str(Code.ERR_DB_UNWRITABLE), say))
        return DiskSeen(min(free))


def _free_bytes(folder: Path) -> int:
    """For us, not for root; of the nearest folder that exists."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    found = os.statvfs(there)
    return found.f_bavail * found.f_frsize


def _unwritable(folder: Path) -> str:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".preflight-") as probe:
            probe.write(bytes(PROBE_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""
