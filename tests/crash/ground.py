"""What a scenario happens on: the demo's chain, put back for every point, and a database copied for it."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import psycopg
from psycopg import sql

from botctl.adapters.devnet import control
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.ports.runtime import Runtime
from botctl.ports.store import Store
from botctl.wiring.stage import DevnetStage
from tests.support.postgres import PostgresServer
from tests.support.staged import OFFSET, runtime_on

BLOCK_S: Final = 12
# A start is this much later than what was prepared at the same head, which took a few seconds: to a
# clock that runs back botctl rightly answers with no more entries.
LATE_MS: Final = 10_000
# Settings differ from run to run here: kept ones would only push the user's own out of the cache.
NO_CACHE: Final = {"XDG_CACHE_HOME": "nowhere"}  # a relative path means none
BUSY_MS: Final = 5_000


class Database(Protocol):
    """One place, whose content can be kept and brought back while nobody is connected."""

    kind: str
    url: str

    def empty(self) -> None: ...
    def keep(self) -> None: ...
    def bring_back(self) -> None: ...


class SqliteFile:
    kind = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._file, self._kept = folder / "point.db", folder / "kept.db"
        self.url = f"sqlite:///{self._file}"

    def empty(self) -> None:
        for name in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + name).unlink(missing_ok=True)

    def keep(self) -> None:
        """The last to close has written the log back, so one file is all of it."""
        assert not self._file.with_name(self._file.name + "-wal").exists()
        shutil.copyfile(self._file, self._kept)

    def bring_back(self) -> None:
        self.empty()
        shutil.copyfile(self._kept, self._file)


class PostgresDatabase:
    """Rows are kept in a schema beside: to copy a whole database costs a second on a slow disk."""

    kind = "PostgreSQL"

    def __init__(self, server: PostgresServer) -> None:
        self.url = server.url("point")
        self._folder = str(server.folder)
        self._tables: list[str] = []
        self._counters: list[tuple[str, int]] = []

    def empty(self) -> None:
        with self._connected("postgres") as admin:
            admin.execute("DROP DATABASE IF EXISTS point WITH (FORCE)")
            admin.execute("CREATE DATABASE point")

    def keep(self) -> None:
        with self._connected("point") as db:
            found = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            self._tables = [str(name) for (name,) in found]
            counted = db.execute("SELECT sequencename, last_value FROM pg_sequences")
            self._counters = [(str(n), int(v)) for n, v in counted if v is not None]
            db.execute("CREATE SCHEMA kept")  # an emptied database has none
            for name in map(sql.Identifier, self._tables):
                db.execute(sql.SQL("CREATE TABLE kept.{0} AS TABLE public.{0}").format(name))

    def bring_back(self) -> None:
        """The server may not have noticed yet that its client was killed: its sessions end first."""
        with self._connected("point") as db, db.transaction():
            db.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = 'point' AND pid <> pg_backend_pid()"
            )
            db.execute(
                "SET LOCAL session_replication_role = replica"
            )  # no foreign key is in the way
            for name in map(sql.Identifier, self._tables):
                db.execute(sql.SQL("DELETE FROM public.{}").format(name))
                db.execute(sql.SQL("INSERT INTO public.{0} TABLE kept.{0}").format(name))
            for counter, value in self._counters:
                db.execute("SELECT setval(%s::regclass, %s)", (counter, value))

    @contextmanager
    def _connected(self, database: str) -> Iterator["psycopg.Connection[psycopg.rows.TupleRow]"]:
        with psycopg.connect(
            host=self._folder, user="postgres", dbname=database, autocommit=True
        ) as one:
            yield one


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where every point of a scenario starts: the chain's snapshot, and the bytes in its pool."""

    snapshot: str
    pool: Sequence[bytes]


class Ground:
    """One chain and a database. Times are the chain's: a block is 12 s, and nothing waits for it."""

    database: Database

    def __init__(self, stage: DevnetStage) -> None:
        self.stage = stage
        self.first_block = control.head(stage.rpc).number + 1
        self._base = control.snapshot(stage.rpc)

    def from_the_start(self, database: Database) -> None:
        """The chain with its markets, and a database that has seen nothing."""
        self._base = self._reverted(self._base)
        self.database = database
        self.database.empty()

    def keep(self, pool: Sequence[bytes]) -> Waiting:
        self.database.keep()
        return Waiting(control.snapshot(self.stage.rpc), pool)

    def bring_back(self, waiting: Waiting) -> Waiting:
        """The snapshot is used up, so the next one is in what is returned."""
        snapshot = self._reverted(waiting.snapshot)
        self.publish(waiting.pool)
        self.database.bring_back()
        return Waiting(snapshot, waiting.pool)

    def publish(self, pool: Sequence[bytes]) -> None:
        for raw in pool:
            self.stage.rpc.call("eth_sendRawTransaction", f"0x{raw.hex()}")

    def empty_pool(self) -> None:
        self.stage.rpc.call("anvil_dropAllTransactions")

    def mine(self, blocks: int) -> None:
        """With everything that is in the pool."""
        at_s = control.head(self.stage.rpc).timestamp_s
        for ahead in range(1, blocks + 1):
            control.mine_at(self.stage.rpc, at_s + ahead * BLOCK_S)

    def settings(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"STORAGE__URL": self.database.url, **more}

    def environment(self) -> dict[str, str]:
        there = {**self.stage.environment(), **NO_CACHE}
        return {**there, OFFSET: str(int(there[OFFSET]) + LATE_MS)}

    def runtime(self, more: Mapping[str, str]) -> AbstractContextManager[Runtime]:
        return runtime_on(self.stage, self.settings(more))

    @contextmanager
    def store(self) -> Iterator[Store]:
        deployment = self.stage.deployment
        store = open_store(
            self.database.url,
            chain_id=deployment.chain_id,
            factory=deployment.factory,
            bot=self.stage.bot,
            busy_ms=BUSY_MS,
            ids=TimeOrderedIds(),
        )
        try:
            yield store
        finally:
            store.close()

    def _reverted(self, snapshot: str) -> str:
        self.empty_pool()
        control.revert(self.stage.rpc, snapshot)
        return control.snapshot(self.stage.rpc)
