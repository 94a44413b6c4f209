"""A locked, full, damaged or refused database: one code each, one sentence, nothing half-done."""

import select
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from botctl.adapters.store import SqlStore, failures
from botctl.adapters.store.engine import IDLE_IN_TRANSACTION_MS
from botctl.core.codes import Code
from botctl.core.errors import BotError, CorruptError, OperatorError, TransientError
from botctl.core.lifecycle import OrderEvent
from botctl.ports.store import LedgerFilter, Moved
from tests.store.making import (
    batch,
    cycle,
    decided,
    leased,
    next_nonce,
    opened,
    order,
    row,
    signed,
)
from tests.support.postgres import PostgresServer

SHORT_MS = 20
REFUSED = Moved(OrderEvent.REFUSE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "botctl.db"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"


def hold(url: str) -> sqlite3.Connection:
    """Somebody else who has begun to write."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_lock_longer_than_our_patience_is_said_and_passes(url: str) -> None:
    with opened(url, busy_ms=SHORT_MS) as store:
        other = hold(url)
        with pytest.raises(TransientError) as locked:
            store.record(cycle(1), [])
        assert locked.value.code is Code.ERR_DB_LOCKED
        other.close()
        assert store.record(cycle(1), [])


def test_a_raw_write_says_the_same(url: str) -> None:
    """The path past SQLAlchemy translates too."""
    with opened(url, busy_ms=SHORT_MS) as store:
        decided(store, 1, order(1))
        other = hold(url)
        with pytest.raises(TransientError) as locked:
            store.move(order(1), REFUSED, 1)
        assert locked.value.code is Code.ERR_DB_LOCKED
        other.close()
        assert store.move(order(1), REFUSED, 1).code == ""


def test_a_reader_does_not_wait_for_a_writer(url: str) -> None:
    with opened(url, busy_ms=SHORT_MS) as store:
        decided(store, 1, order(1), rows=(row(1),))
        other = hold(url)
        other.execute("DELETE FROM ledger")
        assert list(store.rows(LedgerFilter())) == [row(1)]
        assert store.holdings("main", 0).open_entries == 1
        other.close()


def test_postgres_says_when_a_row_stays_locked(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    with opened(postgres_url, busy_ms=SHORT_MS) as store:
        store.record(cycle(1), [])
        name = postgres_url.split("/")[3].split("?", maxsplit=1)[0]
        with psycopg.connect(
            host=str(postgres_server.folder), user="postgres", dbname=name
        ) as other:
            other.execute("SELECT * FROM cycles FOR UPDATE")
            with pytest.raises(TransientError) as locked:
                store.commit(batch(1))
        assert locked.value.code is Code.ERR_DB_LOCKED
        assert store.commit(batch(1))


def test_postgres_says_when_a_wallet_stays_locked(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    """A host that hangs while it signs: the others wait, but not for ever."""
    with opened(postgres_url, busy_ms=SHORT_MS) as store:
        decided(store, 1, order(1))
        lease = leased(store)
        name = postgres_url.split("/")[3].split("?", maxsplit=1)[0]
        with psycopg.connect(
            host=str(postgres_server.folder), user="postgres", dbname=name
        ) as other:
            other.execute("SELECT * FROM nonces FOR UPDATE")
            for waits in (
                lambda: signed(store, order(1), lease=lease),
                lambda: leased(store, holder="there", now_ms=lease.until_ms),
            ):
                with pytest.raises(TransientError) as locked:
                    waits()
                assert locked.value.code is Code.ERR_DB_LOCKED
        assert signed(store, order(1), lease=lease)[0].nonce == 0


def stand_still(store: SqlStore, meanwhile: Callable[[], object]) -> None:
    """Take the wallet's row, say nothing until the server ends it, then try to write."""
    with store._db.writing() as db:
        limit = db.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar()
        assert limit == f"{IDLE_IN_TRANSACTION_MS // 1_000}s"
        db.exec_driver_sql("SELECT * FROM nonces FOR UPDATE")
        db.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 1")
        raw: psycopg.Connection | None = db.connection.driver_connection
        assert raw is not None
        last_word, _, _ = select.select([raw.fileno()], [], [], 30)
        assert last_word
        meanwhile()
        db.exec_driver_sql("UPDATE nonces SET next = 99")


def test_postgres_ends_a_transaction_that_stands_still(postgres_url: str) -> None:
    """Its locks are free then, and the run that stood still writes nothing more."""
    with opened(postgres_url) as store, opened(postgres_url) as other:
        leased(store)
        with pytest.raises(TransientError) as ended:
            stand_still(store, lambda: leased(other, now_ms=2_001))
        assert ended.value.code is Code.ERR_DB_UNREACHABLE
        assert next_nonce(other) == 0


def test_a_full_disk_is_said_and_nothing_is_written(url: str) -> None:
    with opened(url) as store:
        store.record(cycle(1), [])
        with store._db.writing() as db:
            pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
            db.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(OperatorError) as full:
            store.commit(batch(1, order(1), rows=tuple(row(1, pair=n) for n in range(500))))
        assert full.value.code is Code.ERR_DB_UNWRITABLE
        assert "full" in full.value.say
        assert store.due() is not None
        assert store.open() == ()


def test_a_read_only_database_is_said(url: str) -> None:
    with opened(url) as store:
        with store._db.engine.connect() as db:
            db.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(OperatorError) as refused:
            store.record(cycle(1), [])
        assert refused.value.code is Code.ERR_DB_UNWRITABLE
        assert store.latest() is None


def test_a_file_damaged_in_its_middle_is_corrupt_not_empty(file: Path, url: str) -> None:
    with opened(url) as store:
        for number in range(1, 20):
            decided(store, number, rows=tuple(row(number, pair=n) for n in range(20)))
        with store._db.engine.connect() as db:
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    damaged = bytearray(file.read_bytes())
    for start in range(4_096, len(damaged), 4_096):
        damaged[start : start + 512] = b"\xff" * 512
    file.write_bytes(damaged)
    with pytest.raises(CorruptError) as found, opened(url) as store:
        list(store.rows(LedgerFilter(limit=None)))
    assert found.value.code is Code.ERR_DB_CORRUPT


def test_a_truncated_file_is_corrupt(file: Path, url: str) -> None:
    with opened(url):
        pass
    with file.open("r+b") as cut:
        cut.truncate(file.stat().st_size // 2)
    for beside in file.parent.glob("botctl.db-*"):
        beside.unlink()
    with pytest.raises(CorruptError) as found, opened(url) as store:
        store.record(cycle(1), [])
    assert found.value.code is Code.ERR_DB_CORRUPT


def test_a_folder_in_place_of_the_file_is_unwritable(file: Path, url: str) -> None:
    file.mkdir()
    with pytest.raises(OperatorError) as found, opened(url):
        pass
    assert found.value.code is Code.ERR_DB_UNWRITABLE
    shutil.rmtree(file)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "botctl.db",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://x/y",
        "postgresql://u:s3cr3t@h:x/",
    ],
)
def test_a_bad_url_is_the_operators_to_mend(bad: str) -> None:
    with pytest.raises(OperatorError) as found, opened(bad):
        pass
    assert found.value.code is Code.ERR_CONFIG_INVALID
    assert "s3cr3t" not in str(found.value)
    assert found.value.__cause__ is None


def test_a_server_that_does_not_answer_is_for_later(tmp_path: Path) -> None:
    with (
        pytest.raises(TransientError) as found,
        opened(f"postgresql://me:s3cr3t@/botctl?host={tmp_path}"),
    ):
        pass
    assert found.value.code is Code.ERR_DB_UNREACHABLE
    assert "s3cr3t" not in f"{found.value} {found.value.__cause__}"


def test_a_database_that_does_not_exist_is_the_operators_to_mend(
    postgres_server: PostgresServer,
) -> None:
    with pytest.raises(OperatorError) as found, opened(postgres_server.url("nothing_here")):
        pass
    assert found.value.code is Code.ERR_DB_UNREACHABLE


class _Postgres(Exception):  # noqa: N818  stands for psycopg's
    def __init__(self, sqlstate: str) -> None:
        super().__init__("said the server")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("53100", Code.ERR_DB_UNWRITABLE),
        ("25006", Code.ERR_DB_UNWRITABLE),
        ("42501", Code.ERR_DB_UNWRITABLE),
        ("55P03", Code.ERR_DB_LOCKED),
        ("40P01", Code.ERR_DB_LOCKED),
        ("40001", Code.ERR_DB_LOCKED),
        ("XX001", Code.ERR_DB_CORRUPT),
        ("57P01", Code.ERR_DB_UNREACHABLE),
        ("25P03", Code.ERR_DB_UNREACHABLE),
        ("08006", Code.ERR_DB_UNREACHABLE),
        ("53300", Code.ERR_DB_UNREACHABLE),
    ],
)
def test_each_state_of_the_server_has_its_code(state: str, code: Code) -> None:
    translated = failures.translated(_Postgres(state), "here")
    assert isinstance(translated, BotError)
    assert translated.code is code


def test_a_mistake_of_ours_is_seen_whole(store: SqlStore) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="no_such_table"), store._db.reading() as db:
        db.exec_driver_sql("SELECT * FROM no_such_table")
