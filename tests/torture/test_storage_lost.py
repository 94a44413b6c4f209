"""The database is gone between the broadcast and the next write: one effect, and books that say so."""

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from botctl.core.codes import Code
from botctl.core.errors import BotError
from botctl.core.lifecycle import OrderState
from botctl.core.orders import SendCode
from botctl.flows.execute import execute
from tests.jobs.processes import until
from tests.torture.crew import Child, Crew, Told
from tests.torture.field import Field, assert_one_effect_each
from tests.torture.own_postgres import backends_of, kill, own_postgres
from tests.torture.strikes import StruckAfter

ORDERS = 2
BRIEF = {"STORAGE__BUSY_MS": "100"}  # the lock is held until the test lets go of it
DISK_BYTES = 4 * 1024 * 1024
MOUNT, UMOUNT = "/bin/mount", "/bin/umount"
HELD, LET_GO = "held", "let go"


def test_a_lock_longer_than_the_busy_timeout_on_sqlite(tmp_path: Path) -> None:
    """Lesson 3."""
    file = tmp_path / "botctl.db"
    with on(tmp_path, f"sqlite:///{file}") as field, Crew() as crew:
        holder = crew.start(lambda told: _hold(file, told))
        struck(field, lambda: _locked_by(holder), Code.ERR_DB_LOCKED)
        holder.say(LET_GO)
        holder.result()
        comes_back(field)


def test_a_lock_longer_than_the_lock_timeout_on_postgresql(
    tmp_path: Path, postgres_url: str
) -> None:
    """Lesson 3."""
    with on(tmp_path, postgres_url) as field, connected(postgres_url) as other:
        lock = "LOCK TABLE attempts IN ACCESS EXCLUSIVE MODE"
        struck(field, lambda: other.execute(lock), Code.ERR_DB_LOCKED)
        other.rollback()
        comes_back(field)


def test_a_full_disk(tmp_path: Path) -> None:
    """Lesson 3."""
    with small_disk(tmp_path / "disk") as disk, on(tmp_path, f"sqlite:///{disk}/b.db") as field:
        struck(field, lambda: _fill(disk / "filler"), Code.ERR_DB_UNWRITABLE)
        (disk / "filler").unlink()
        comes_back(field)


def test_a_killed_connection_of_postgresql(tmp_path: Path, postgres_url: str) -> None:
    """Lesson 3: the server ends every other connection too, and recovers."""
    with connected(postgres_url) as admin:
        admin.execute(f'ALTER DATABASE "{admin.info.dbname}" SET synchronous_commit = on')
        admin.commit()
    with on(tmp_path, postgres_url) as field:
        struck(field, lambda: _kill_backends(postgres_url), Code.ERR_DB_UNREACHABLE)
        until(lambda: _answers(postgres_url), "PostgreSQL has recovered")
        comes_back(field)


def test_a_killed_postgresql(tmp_path: Path) -> None:
    """Lesson 3."""
    with own_postgres() as server, on(tmp_path, server.url) as field:
        struck(field, server.kill, Code.ERR_DB_UNREACHABLE)
        with pytest.raises(BotError) as still:
            field.execute()
        assert still.value.code is Code.ERR_DB_UNREACHABLE
        server.start()
        comes_back(field)


@contextmanager
def on(tmp_path: Path, url: str) -> Iterator[Field]:
    with Field(tmp_path / "field", ORDERS + 1, url) as field:
        field.decide(ORDERS)
        yield field


def struck(field: Field, strike: Callable[[], object], code: Code) -> None:
    """The first bytes are out; what comes next is a write, and it fails aloud."""
    with field.runtime(BRIEF) as rt:
        hit = replace(rt, sender=StruckAfter(rt.sender, strike))
        with pytest.raises(BotError) as raised:
            execute(hit)
    assert raised.value.code is code, raised.value


def comes_back(field: Field) -> None:
    """The first has gone out, the second has not; both go on from what is on disk."""
    first, second = field.orders()
    assert [first.state, second.state] == [OrderState.SUBMITTED, OrderState.SIGNED]
    with field.store() as store:
        signed = [store.attempts(o.id) for o in (first, second)]
    assert field.execute() == [SendCode.ALREADY_KNOWN, SendCode.ACCEPTED]
    field.bury()
    assert_one_effect_each(field, ORDERS)
    with field.store() as store:
        told = [store.attempts(o.id) for o in (first, second)]
    assert [[a.raw for a in all_] for all_ in told] == [[a.raw for a in all_] for all_ in signed]


def _hold(file: Path, told: Told) -> None:
    """Another process: it takes the one write lock when it is told to."""
    told.hear()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    told.say(HELD)
    told.hear()
    other.execute("ROLLBACK")


def _locked_by(holder: Child[None]) -> None:
    holder.say("now")
    holder.hear(HELD)


@contextmanager
def small_disk(where: Path) -> Iterator[Path]:
    where.mkdir()
    made = subprocess.run(
        [MOUNT, "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", where],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip(f"a disk of its own needs the right to mount: {made.stderr.strip()}")
    try:
        yield where
    finally:
        subprocess.run([UMOUNT, "--lazy", where], check=True)


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(4096))
            except OSError:
                return


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    parts = make_url(url)
    with psycopg.connect(
        host=str(parts.query["host"]), user=parts.username, dbname=parts.database
    ) as one:
        yield one


def _kill_backends(url: str) -> None:
    with connected(url) as admin:
        backends = backends_of(admin)
    assert os.getpid() not in backends
    kill(backends)


def _answers(url: str) -> bool:
    try:
        with connected(url) as admin:
            admin.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
