"""The ways to use the database: read a snapshot, write all or nothing, or send one statement."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from botctl.adapters.store import engine as engines
from botctl.adapters.store.failures import translated

Value = str | int | bytes | None
Params = Mapping[str, Value] | Sequence[Value]


class DriverCursor(Protocol):
    """What we use of both drivers' cursors."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Sequence[Value] | None: ...


class DriverConnection(Protocol):
    """What we use of both drivers' connections."""

    autocommit: bool  # psycopg's

    def execute(self, sql: str, params: Params = (), /) -> DriverCursor: ...


@dataclass(frozen=True, slots=True)
class Wire:
    """A driver's connection inside a transaction of ours: for statements whose price matters."""

    raw: DriverConnection
    is_postgres: bool


class Database:
    """An engine with our transactions around it; every driver error leaves here as one of ours."""

    def __init__(self, engine: Engine) -> None:
        self.engine: Final = engine
        self.is_postgres: Final = engine.dialect.name == "postgresql"
        self.location: Final = engines.location(engine.url)
        # Views of the one pool. A read on PostgreSQL sees one snapshot, as SQLite's does anyway.
        snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reads = engine.execution_options(**snapshot) if self.is_postgres else engine
        self._writes = engine.execution_options(**{engines.WRITES: True})

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot; takes no write lock."""
        with self._ours(), self._reads.connect() as db, db.begin():
            yield db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All of it or nothing. On SQLite this holds the one write lock from the start."""
        with self._ours(), self._writes.begin() as db:
            yield db

    @contextmanager
    def bare(self) -> Iterator[Wire]:
        """A write past SQLAlchemy, which would double its price.

        On PostgreSQL each statement is its own transaction: it may be one, and one round trip.
        """
        with self._ours(), closing(self.engine.raw_connection()) as pooled:
            raw: DriverConnection | None = pooled.driver_connection
            assert raw is not None
            with _alone(raw) if self.is_postgres else _immediate(raw):
                yield Wire(raw, self.is_postgres)

    @contextmanager
    def _ours(self) -> Iterator[None]:
        dbapi = self.engine.dialect.loaded_dbapi
        try:
            yield
        except (sa.exc.DBAPIError, dbapi.Error) as error:
            ours = translated(error, self.location)
            if ours is None:
                raise
            raise ours from error

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _immediate(raw: DriverConnection) -> Iterator[None]:
    """What is not committed here, the pool rolls back when it gets the connection back."""
    raw.execute("BEGIN IMMEDIATE")
    yield
    raw.execute("COMMIT")


@contextmanager
def _alone(raw: DriverConnection) -> Iterator[None]:
    raw.autocommit = True
    try:
        yield
    finally:
        raw.autocommit = False


def wire(db: Connection) -> Wire:
    raw: DriverConnection | None = db.connection.driver_connection
    assert raw is not None
    return Wire(raw, db.dialect.name == "postgresql")


def open_database(url: str, *, busy_ms: int = engines.BUSY_MS) -> Database:
    return Database(engines.create(engines.parsed(url), busy_ms=busy_ms))
