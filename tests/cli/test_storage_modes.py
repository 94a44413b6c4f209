"""Each fault of the storage is a mode: nothing is entered, and `health` and `status` answer and say so."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from botctl.adapters.store import SqlStore, open_store
from botctl.adapters.store.engine import BUSY_MS
from botctl.core.codes import Code
from botctl.core.errors import CorruptError
from botctl.core.health import HealthCode, HealthState, Transition
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.flows.permit import Watch, look
from botctl.ports.watching import NoMachine
from tests.cli.conftest import Botctl, Ended
from tests.store.making import BOT, CHAIN, FACTORY, IDS, decided, opened, row
from tests.support.builders import NOW_MS
from tests.support.watching import WATCH_PLAN
from tests.torture.own_postgres import own_postgres

HOLD = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("PRAGMA locking_mode = EXCLUSIVE" if sys.argv[2] == "all" else "SELECT 1")
other.execute("BEGIN EXCLUSIVE" if sys.argv[2] == "all" else "BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
# Python ignores SIGXFSZ, so a file that may not grow is what a full disk is to a program.
NO_ROOM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
from botctl.cli.app import run
sys.exit(run(sys.argv[1:]))
"""
PAGE = 4_096


class _Clock:
    def now_ms(self) -> int:
        return NOW_MS


@pytest.fixture
def file(home: Path) -> Path:
    return home / "state" / "botctl.db"


@pytest.fixture
def used(ready: Botctl, monkeypatch: pytest.MonkeyPatch) -> Botctl:
    """A bot with a database, which waits for nobody long."""
    monkeypatch.setenv("BOTCTL_STORAGE__BUSY_MS", "50")
    assert ready("status").status == 0
    return ready


def holder(file: Path, what: str) -> subprocess.Popen[str]:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, file, what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


def answers_without_store(botctl: Botctl, code: Code) -> Ended:
    """In both commands: status 1, the code with its remedy, and no permission to enter."""
    for words in (("health",), ("status",), ("status", "--line")):
        ended = botctl(*words, "--json")
        told = ended.document
        assert (ended.status, told["state"]) == (1, "EXITS_ONLY"), words
        findings = told["findings"]
        assert isinstance(findings, list)
        assert [f["code"] for f in findings] == [HealthCode.HEALTH_STORAGE]
        assert findings[0]["tier"] == 1
        assert str(findings[0]["evidence"]).startswith(f"{code}: ")
        assert told["permission"]["level"] == "EXITS_ONLY"  # type: ignore[index]
    plain = botctl("health")
    assert plain.status == 1
    assert str(code) in plain.out
    return plain


def test_a_writer_elsewhere_does_not_keep_health_from_answering(used: Botctl, file: Path) -> None:
    with holder(file, "writes"):
        assert used("kill", "soft", "--why", "drill", "--json").error["code"] == "ERR_DB_LOCKED"
        assert used("health", "--json").document["state"] == "DEGRADED"
        assert used("status").status == 0


def test_a_database_held_by_another_process_alone_is_told(used: Botctl, file: Path) -> None:
    with holder(file, "all"):
        answers_without_store(used, Code.ERR_DB_LOCKED)
    assert used("status").status == 0


def test_a_damaged_database_is_told_with_its_remedy(used: Botctl, file: Path) -> None:
    file.write_bytes(b"no database" * 1_000)
    for beside in file.parent.glob("botctl.db-*"):
        beside.unlink()
    ended = answers_without_store(used, Code.ERR_DB_CORRUPT)
    assert "botctl db restore" in ended.out


def test_a_newer_schema_is_told_with_its_remedy(used: Botctl, file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    ended = answers_without_store(used, Code.ERR_SCHEMA_NEWER)
    assert "newer botctl" in ended.out


def test_a_database_server_that_is_gone_is_told_and_comes_back(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_postgres() as server:
        monkeypatch.setenv("BOTCTL_STORAGE__URL", server.url)
        assert ready("status").status == 0
        server.kill()
        answers_without_store(ready, Code.ERR_DB_UNREACHABLE)
        server.start()
        assert ready("status").status == 0


def without_room(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", NO_ROOM, *words],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("in_use", [False, True])
def test_a_full_disk_enters_nothing_and_is_told(
    used: Botctl, home: Path, file: Path, *, in_use: bool
) -> None:
    """With the database open elsewhere its shared memory is there, and it can still be read."""
    other = sqlite3.connect(file) if in_use else None
    if other is not None:
        other.execute("SELECT count(*) FROM ledger").fetchall()
    asked = without_room(home, "health", "--json")
    assert asked.returncode == 1, asked.stderr
    told = json.loads(asked.stdout)
    assert told["state"] == "EXITS_ONLY"
    assert told["permission"]["level"] == "EXITS_ONLY"
    assert "HEALTH_STORAGE" in [finding["code"] for finding in told["findings"]]
    kill = without_room(home, "kill", "soft", "--why", "drill", "--json")
    assert json.loads(kill.stdout)["error"]["code"] == "ERR_DB_UNWRITABLE"
    assert kill.returncode == 78
    if other is not None:
        other.close()
    assert used("health", "--json").document["state"] == "DEGRADED"  # there is room again


def watch(store: SqlStore) -> Watch:
    return Watch(BOT, store, _Clock(), WATCH_PLAN, NoMachine())


def flip(file: Path, name: str) -> None:
    """The root page of one table or index is no longer what SQLite wrote."""
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(page,)] = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,))
    whole = bytearray(file.read_bytes())
    whole[(page - 1) * PAGE : page * PAGE] = b"\xff" * PAGE
    file.write_bytes(whole)


def test_damage_in_what_health_reads_stops_entries_and_leaves_exits(tmp_path: Path) -> None:
    """Lesson 3: the ledger's pages are bad, the orders' are not: what is held can still be sold."""
    file = tmp_path / "b.db"
    with opened(f"sqlite:///{file}") as one:
        for number in range(1, 6):
            decided(one, number, rows=tuple(row(number, pair=n) for n in range(20)))
        assert look(watch(one)).permission.exits
    flip(file, "ix_ledger_time")
    with opened(f"sqlite:///{file}") as one:
        seen = look(watch(one))
        assert one.open() == ()
    assert (seen.permission.entries, seen.permission.exits) == (False, True)
    assert seen.health.findings[0].code is HealthCode.HEALTH_STORAGE
    assert seen.health.state is HealthState.EXITS_ONLY


def test_who_cannot_read_the_switch_does_not_go_on(tmp_path: Path) -> None:
    file = tmp_path / "b.db"
    with opened(f"sqlite:///{file}") as one:
        one.set_source(PermissionSource(SourceKind.KILL, Level.HALT_ALL, "drill", "ann", 1))
    flip(file, "sources")
    with opened(f"sqlite:///{file}") as one, pytest.raises(CorruptError):
        look(watch(one))


def test_a_write_ahead_log_cut_short_is_an_earlier_state_and_a_sound_one(tmp_path: Path) -> None:
    """A torn tail is forgotten as a whole: no half of a transaction, and a journal that verifies."""
    file, copy = tmp_path / "b.db", tmp_path / "copy" / "b.db"
    log = Path(f"{file}-wal")
    rows: list[int] = []
    with opened(f"sqlite:///{file}") as one:
        for number in range(1, 8):
            pauses = PermissionSource(SourceKind.PAUSE, Level.EXITS_ONLY, f"{number}", "ann", 1)
            one.set_source(pauses)
            one.record_transition(Transition(number, HealthState.HEALTHY, HealthState.DEGRADED, ()))
        whole = log.stat().st_size
        for cut in range(0, whole, whole // 12):
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(file, copy)
            shutil.copy(log, f"{copy}-wal")
            with Path(f"{copy}-wal").open("r+b") as torn:
                torn.truncate(cut)
            rows.append(state_of(copy))
            shutil.rmtree(copy.parent)
    assert rows == sorted(rows)  # the more is left, the later the state
    assert rows[-1] > rows[0]


def state_of(file: Path) -> int:
    """How many changes of health it knows; its journal verifies."""
    one = open_store(
        f"sqlite:///{file}", chain_id=CHAIN, factory=FACTORY, bot=BOT, ids=IDS, busy_ms=BUSY_MS
    )
    try:
        assert one.verify().altered == ()
        sources, known = one.sources(), one.transitions(100)
        assert len(sources) == int(bool(known)) or int(sources[0].reason) == len(known) + 1
        return len(known)
    finally:
        one.close()
