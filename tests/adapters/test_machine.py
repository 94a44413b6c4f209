"""What a machine tells of itself is read, kept for a moment, and never fails a command."""

from pathlib import Path

from botctl.adapters.machine import KEEP_MS, ThisMachine
from botctl.core.health import MachineReading

MEMINFO = "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:    4000000 kB\n"


def machine(folder: Path, *, meminfo: str = MEMINFO, cgroup: Path | None = None) -> ThisMachine:
    file = folder / "meminfo"
    file.write_text(meminfo)
    return ThisMachine(folder, meminfo=file, cgroup=cgroup or folder / "none")


def limited(folder: Path, most: str) -> Path:
    (folder / "memory.max").write_text(f"{most}\n")
    (folder / "memory.current").write_text("950\n")
    (folder / "memory.stat").write_text("anon 1\ninactive_file 50\n")
    return folder


def test_this_machine_tells_something_of_everything(tmp_path: Path) -> None:
    told = ThisMachine(tmp_path).reading(0)
    assert told.memory_bps is not None
    assert 0 < told.memory_bps <= 10_000
    assert told.disk_free_mb is not None
    assert told.write_ms is not None
    assert told.unwritable == ""


def test_used_is_what_is_not_available(tmp_path: Path) -> None:
    assert machine(tmp_path).reading(0).memory_bps == 7_500


def test_a_containers_limit_counts_before_the_machines_and_its_page_cache_does_not(
    tmp_path: Path,
) -> None:
    assert machine(tmp_path, cgroup=limited(tmp_path, "1000")).reading(0).memory_bps == 9_000
    assert machine(tmp_path, cgroup=limited(tmp_path, "max")).reading(0).memory_bps == 7_500


def test_what_cannot_be_read_is_none(tmp_path: Path) -> None:
    told = machine(tmp_path, meminfo="nothing of the kind").reading(0)
    assert told.memory_bps is None


def test_a_folder_that_takes_no_write_says_why(tmp_path: Path) -> None:
    told = machine(tmp_path)
    (tmp_path / "file").touch()
    bad = ThisMachine(tmp_path / "file", meminfo=told.meminfo, cgroup=told.cgroup).reading(0)
    assert bad.write_ms is None
    assert "Not a directory" in bad.unwritable


def test_without_a_folder_of_ours_nothing_is_told_of_it(tmp_path: Path) -> None:
    told = machine(tmp_path)
    gone = ThisMachine(tmp_path / "gone", meminfo=told.meminfo, cgroup=told.cgroup).reading(0)
    assert gone == MachineReading(7_500, None, None, "")


def test_a_reading_is_good_for_one_command_and_not_for_the_next(tmp_path: Path) -> None:
    one = machine(tmp_path)
    first = one.reading(1_000)
    one.meminfo.write_text(MEMINFO.replace("4000000", "8000000"))
    assert one.reading(1_000 + KEEP_MS) is first
    assert one.reading(1_001 + KEEP_MS).memory_bps == 5_000
    assert one.reading(0).memory_bps == 5_000  # a clock that was set back
