"""One engine a process: SQLite in WAL with full syncs, or PostgreSQL; a write says so when it begins."""

import os
import sqlite3
from pathlib import Path
from threading import Lock
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from botctl.adapters.store.failures import unwritable
from botctl.core.codes import Code
from botctl.core.errors import OperatorError

BUSY_MS: Final = 5_000
CONNECT_TIMEOUT_S: Final = 10
PRIVATE: Final = 0o600  # positions and plans are nobody else's business
WRITES: Final = "botctl_writes"  # an execution option: this transaction will write
CONNECTIONS_MAX: Final = 5
_CREATING: Final = Lock()

# A host that is cut off inside a transaction holds the wallet's row. The server ends that: at once when
# the connection is seen to be dead, and when it only seems alive, as soon as nothing came for so long.
# What we do between two statements (sign, pack a page of a backup) takes well under a second.
IDLE_IN_TRANSACTION_MS: Final = 30_000
# A dead peer is noticed within 10 + 3 * 5 s; unanswered bytes are waited for as long. Both sides ask.
_KEEPALIVE_IDLE_S, _KEEPALIVE_EVERY_S, _KEEPALIVES = 10, 5, 3
_UNANSWERED_MS: Final = 1_000 * (_KEEPALIVE_IDLE_S + _KEEPALIVES * _KEEPALIVE_EVERY_S)
_PATIENCE: Final = {  # the server's side, a session
    "synchronous_commit": "on",  # whatever the server's default: what we send must be on its disk
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
    "tcp_keepalives_idle": _KEEPALIVE_IDLE_S,
    "tcp_keepalives_interval": _KEEPALIVE_EVERY_S,
    "tcp_keepalives_count": _KEEPALIVES,
    "tcp_user_timeout": _UNANSWERED_MS,
}
_ALIVE: Final = {  # ours; libpq's names
    "keepalives_idle": _KEEPALIVE_IDLE_S,
    "keepalives_interval": _KEEPALIVE_EVERY_S,
    "keepalives_count": _KEEPALIVES,
    "tcp_user_timeout": _UNANSWERED_MS,
}

_EXAMPLES: Final = "sqlite:////var/lib/botctl/botctl.db or postgresql://user@host/botctl"


def parsed(url: str) -> URL:
    """The URL with our drivers named. Raises OperatorError when it is not one we can serve."""
    try:
        parts = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # the latter: a port that is no number
        raise _bad_url("it cannot be read as a database URL") from None
    match parts.get_backend_name():
        case "sqlite" if parts.database not in {None, "", ":memory:"}:
            return parts.set(drivername="sqlite")
        case "sqlite":
            raise _bad_url("a database in memory forgets what must survive a crash")
        case "postgresql" | "postgres":
            return parts.set(drivername="postgresql+psycopg")
        case other:
            raise _bad_url(f"{other} is not a database botctl knows")


def _bad_url(why: str) -> OperatorError:
    say = f"the database URL is unusable: {why}; write {_EXAMPLES}"
    return OperatorError(Code.ERR_CONFIG_INVALID, say, setting="database url")


def location(url: URL) -> str:
    """For people: the file, or the server and database; never the password or other parameters."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "local"
    port = f":{url.port}" if url.port else ""
    return f"postgresql {host}{port}/{url.database or ''}"


def create(url: URL, *, busy_ms: int = BUSY_MS) -> Engine:
    return _sqlite(url, busy_ms) if url.get_backend_name() == "sqlite" else _postgres(url, busy_ms)


def _sqlite(url: URL, busy_ms: int) -> Engine:
    _make_private(Path(str(url.database)))
    # The driver must not open transactions by itself: `begin` below does, and says which kind.
    arguments = {"isolation_level": None, "timeout": busy_ms / 1_000, "check_same_thread": False}
    engine = sa.create_engine(url, connect_args=arguments, pool_size=CONNECTIONS_MAX)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {setting}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader must not queue for the write lock, and a writer must take it before it reads:
        # a transaction that starts reading and writes later can fail halfway with "locked".
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make_private(file: Path) -> None:
    """SQLite would create the file readable to others; its companions take the file's mode.

    A file that is there is never opened here. POSIX drops all of a process's locks on a file as soon
    as one of its descriptors is closed, so another process would believe that nobody has the database
    open, and delete the WAL under our other connections: they would read the past, and write into
    nothing (sqlite.org/howtocorrupt.html, 2.2). The lock is for a connection of another thread, made
    between our two steps.
    """
    if not file.parent.is_dir():
        raise unwritable(f"the folder {file.parent} does not exist", str(file))
    try:
        with _CREATING:
            if not file.exists():
                os.close(os.open(file.resolve(), os.O_CREAT | os.O_RDONLY, PRIVATE))
            elif file.is_dir() or not os.access(file, os.R_OK):
                raise unwritable("it is a folder, or not ours to read", str(file))
    except OSError as error:
        raise unwritable(f"the file cannot be opened ({error.strerror})", str(file)) from None


def _postgres(url: URL, busy_ms: int) -> Engine:
    settings = {"lock_timeout": busy_ms, "timezone": "UTC", **_PATIENCE}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    arguments = {"options": options, "connect_timeout": CONNECT_TIMEOUT_S, **_ALIVE}
    return sa.create_engine(url, connect_args=arguments, pool_size=CONNECTIONS_MAX)
