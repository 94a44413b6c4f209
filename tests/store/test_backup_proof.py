"""A backup has its name only when a scratch database restored from it is the one that was written."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from botctl.adapters.store.backup import Seen, backup
from botctl.adapters.store.backups_kept import kept, prune
from botctl.adapters.store.database import open_database
from botctl.adapters.store.migrate import upgrade
from botctl.adapters.store.proof import prove
from botctl.adapters.store.revision import REVISIONS
from botctl.core.backups import DAY_MS, HOUR_MS, Keep
from botctl.core.codes import Code
from botctl.core.errors import CheckError
from tests.store.filled import fill
from tests.support.builders import NOW_MS

KEEP = Keep(2, 2, 0)
WRITE = """
import sys, resource
from pathlib import Path
from botctl.adapters.store.backup import backup
from botctl.adapters.store.proof import prove
from botctl.core.errors import BotError
url, folder, room = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), int(room)))
try:
    backup(url, Path(folder), 1_800_000_000_000, prove=prove)
except BotError as error:
    print(error.code)
else:
    print("written")
"""


def _run(url: str, sql: str) -> None:
    database = open_database(url)
    with database.writing() as db:
        db.execute(sa.text(sql))
    database.close()


def test_a_proven_backup_says_so_and_leaves_no_scratch(database_url: str, tmp_path: Path) -> None:
    fill(database_url)
    report = backup(database_url, tmp_path / "b", NOW_MS, prove=prove)
    assert report.verified
    assert [*(tmp_path / "b").iterdir()] == [Path(report.path)]
    assert not backup(database_url, tmp_path / "b", NOW_MS + 1).verified


@pytest.mark.parametrize("at_bps", [1_000, 5_000, 9_900])
def test_a_file_that_is_damaged_on_its_way_to_the_disk_gets_no_name(
    tmp_path: Path, at_bps: int
) -> None:
    url = f"sqlite:///{tmp_path / 'source.db'}"
    fill(url)

    def damaged(path: Path, seen: Seen) -> None:
        whole = path.read_bytes()
        at = len(whole) * at_bps // 10_000
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        prove(path, seen)

    with pytest.raises(CheckError) as refused:
        backup(url, tmp_path / "b", NOW_MS, prove=damaged)
    assert refused.value.code is Code.ERR_BACKUP_INVALID
    assert [*(tmp_path / "b").iterdir()] == []


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE journal SET body = '{}' WHERE seq = 2", "altered"),
        ("UPDATE sources SET level = 0", "not as it was written"),
    ],
)
def test_a_database_that_was_altered_makes_no_good_backup(
    database_url: str, tmp_path: Path, sql: str, why: str
) -> None:
    fill(database_url)
    _run(database_url, sql)
    with pytest.raises(Exception, match=why):
        backup(database_url, tmp_path / "b", NOW_MS, prove=prove)
    assert [*(tmp_path / "b").iterdir()] == []


def test_another_end_of_the_journal_is_seen(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'source.db'}"
    fill(url)
    path = Path(backup(url, tmp_path, NOW_MS).path)
    with pytest.raises(CheckError) as refused:
        prove(path, Seen(4, "another hash"))
    assert "journal ends elsewhere" in refused.value.say


@pytest.mark.parametrize("room", [1_000, 100_000])
def test_a_full_disk_leaves_neither_a_backup_nor_a_scratch(tmp_path: Path, room: int) -> None:
    """The first limit ends the writing of the file, the second that of the scratch database."""
    assert resource.RLIMIT_FSIZE
    url = f"sqlite:///{tmp_path / 'source.db'}"
    fill(url)
    told = subprocess.run(
        [sys.executable, "-c", WRITE, url, str(tmp_path / "b"), str(room)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "ERR_DB_UNWRITABLE", told.stderr
    assert [*(tmp_path / "b").iterdir()] == []


def test_pruning_keeps_the_plan_and_nothing_that_is_no_backup_is_touched(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'source.db'}"
    fill(url)
    folder = tmp_path / "b"
    for hours_ago in (0, 1, 2, 30, 31, 60):
        backup(url, folder, NOW_MS - hours_ago * HOUR_MS)
    (folder / "notes.txt").write_text("mine")
    (folder / ".backup-killed").write_text("half")
    os.utime(folder / ".backup-killed", (0, (NOW_MS - 2 * DAY_MS) / 1_000))
    (folder / ".proof-killed").mkdir()
    (folder / ".proof-killed" / "scratch.db").write_text("half")
    os.utime(folder / ".proof-killed", (0, (NOW_MS - 2 * DAY_MS) / 1_000))
    (folder / ".backup-at-work").write_text("half")
    os.utime(folder / ".backup-at-work", (0, NOW_MS / 1_000))
    gone = prune(folder, KEEP, NOW_MS)
    assert {".backup-killed", ".proof-killed"} <= {*gone}
    assert not (folder / ".proof-killed").exists()
    assert [(NOW_MS - made_ms) // HOUR_MS for made_ms, _ in kept(folder)] == [0, 1, 30]
    assert {"notes.txt", ".backup-at-work"} <= {path.name for path in folder.iterdir()}
    assert prune(folder, KEEP, NOW_MS) == ()


def test_the_newest_backup_of_an_older_schema_stays_as_the_way_back(tmp_path: Path) -> None:
    from botctl.adapters.store.migrate import migrate  # noqa: PLC0415

    url, folder = f"sqlite:///{tmp_path / 'old.db'}", tmp_path / "b"
    database = open_database(url)
    with database.writing() as db:
        migrate(db, REVISIONS[0], database.location)
    database.close()
    before = upgrade(url, folder, now_ms=NOW_MS - 90 * DAY_MS).backup
    assert before is not None
    for days_ago in (50, 2, 1, 0):
        backup(url, folder, NOW_MS - days_ago * DAY_MS)
    prune(folder, KEEP, NOW_MS)
    assert [(NOW_MS - made_ms) // DAY_MS for made_ms, _ in kept(folder)] == [0, 1, 90]
