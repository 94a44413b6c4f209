"""What the machine tells of itself: memory, the disk beside the database, and how long a write takes."""

import os
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter_ns
from typing import Final

from botctl.core.health import MachineReading
from botctl.core.units import BPS_ONE

KEEP_MS: Final = 10_000  # a reading is good for a whole command
PAGE: Final = bytes(4_096)
MB: Final = 1_000_000
KB_PER_MB: Final = 1_000  # Linux tells kilobytes, and macOS bytes
NS: Final = 1_000_000
MEMINFO: Final = Path("/proc/meminfo")
CGROUP: Final = Path("/sys/fs/cgroup")
PROBE: Final = ".write-probe"


@dataclass(slots=True)
class ThisMachine:
    """`folder`: the state folder; one small file in it is written to measure a durable write."""

    folder: Path
    meminfo: Path = MEMINFO
    cgroup: Path = CGROUP
    _kept: tuple[int, MachineReading] | None = field(default=None, init=False)

    def reading(self, now_ms: int) -> MachineReading:
        if self._kept is None or not 0 <= now_ms - self._kept[0] <= KEEP_MS:
            self._kept = now_ms, self._read()
        return self._kept[1]

    def _read(self) -> MachineReading:
        write_ms, unwritable = _timed_write(self.folder / PROBE)
        memory = _of_cgroup(self.cgroup) or _of_machine(self.meminfo)
        return MachineReading(memory, _free_mb(self.folder), write_ms, unwritable)


def peak_mb() -> int:
    """The most memory that this process has had so far."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used // (MB if sys.platform == "darwin" else KB_PER_MB)


def _timed_write(probe: Path) -> tuple[int | None, str]:
    """Why not, when it cannot be written: then the database beside it cannot either."""
    began = perf_counter_ns()
    try:
        file = os.open(probe, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(file, PAGE, 0)
            os.fdatasync(file)
        finally:
            os.close(file)
    except FileNotFoundError:
        return None, ""  # no folder of ours here: the database is elsewhere
    except OSError as error:
        return None, f"{probe.parent}: {error.strerror}"
    return (perf_counter_ns() - began) // NS, ""


def _free_mb(folder: Path) -> int | None:
    """What an ordinary user may still write."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return None
    return disk.f_bavail * disk.f_frsize // MB


def _of_cgroup(folder: Path) -> int | None:
    """Of a container's limit; page cache counts as free. None without a limit."""
    with suppress(OSError, ValueError, KeyError, IndexError):
        limit = int((folder / "memory.max").read_text())
        used = int((folder / "memory.current").read_text())
        lines = (folder / "memory.stat").read_text().splitlines()
        told = {line.split()[0]: int(line.split()[1]) for line in lines}
        return (used - told["inactive_file"]) * BPS_ONE // limit
    return None  # "max": no limit of its own


def _of_machine(meminfo: Path) -> int | None:
    with suppress(OSError, ValueError, KeyError, ZeroDivisionError):
        lines = meminfo.read_text().splitlines()
        told = {line.split(":")[0]: int(line.split()[1]) for line in lines}
        return BPS_ONE - told["MemAvailable"] * BPS_ONE // told["MemTotal"]
    return None
