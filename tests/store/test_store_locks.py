"""SQLite's locks belong to the process: opening the file once more must not give them up."""

import subprocess
import sys
from pathlib import Path

import pytest

from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.units import ZERO_ADDRESS
from botctl.ports.store import Store

LOOKS_AND_LEAVES = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    print(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
db.close()
"""
STOP = PermissionSource(SourceKind.KILL, Level.EXITS_ONLY, "stop", "me", 1)


def opened(file: Path) -> Store:
    return open_store(
        f"sqlite:///{file}",
        chain_id=1,
        factory=ZERO_ADDRESS,
        bot="main",
        busy_ms=1_000,
        ids=TimeOrderedIds(),
    )


def test_another_process_that_leaves_does_not_take_the_log_of_one_that_opened_twice(
    tmp_path: Path,
) -> None:
    """`botctl run` opens the database again for each backup while it has it open; cron looks in."""
    file = tmp_path / "botctl.db"
    first = opened(file)
    first.set_source(STOP)
    opened(file).close()

    subprocess.run([sys.executable, "-c", LOOKS_AND_LEAVES, file], check=True)

    assert file.with_name("botctl.db-wal").exists()
    first.set_source(PermissionSource(SourceKind.PAUSE, Level.EXITS_ONLY, "pause", "me", 2))
    first.close()
    again = opened(file)
    assert {source.kind for source in again.sources()} == {SourceKind.KILL, SourceKind.PAUSE}
    again.close()


def test_a_file_that_may_not_be_read_is_still_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "botctl.db"
    opened(file).close()
    monkeypatch.setattr("os.access", lambda *_: False)  # whoever runs the tests may read all
    with pytest.raises(OperatorError) as refused:
        opened(file)
    assert refused.value.code is Code.ERR_DB_UNWRITABLE
