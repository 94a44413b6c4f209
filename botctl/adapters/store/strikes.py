"""Ways in which storage fails, done to a database from outside, for drills and tests."""

import shutil
import sqlite3
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from botctl.adapters.store import engine as engines
from botctl.adapters.store import schema
from botctl.core.codes import Code
from botctl.core.errors import OperatorError

MOUNT: Final = "/bin/mount"
UMOUNT: Final = "/bin/umount"
MAINTENANCE: Final = "postgres"  # the database that every server has, to be connected to meanwhile


class Striker:
    """One database under attack; `mend` undoes whatever was done."""

    def __init__(self, url: str) -> None:
        self._url = engines.parsed(url)
        self._held: sqlite3.Connection | Connection | None = None
        self._engine: Engine | None = None
        self._filler: Path | None = None
        self._is_cut = False

    @property
    def is_postgres(self) -> bool:
        return self._url.get_backend_name() == "postgresql"

    def lock(self) -> None:
        """Nobody else writes; reading goes on."""
        if not self.is_postgres:
            other = sqlite3.connect(str(self._url.database), isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            self._held = other
            return
        self._engine = sa.create_engine(self._url)
        held = self._engine.connect()
        tables = ", ".join(table.name for table in schema.metadata.sorted_tables)
        held.execute(sa.text(f"LOCK TABLE {tables} IN EXCLUSIVE MODE"))
        self._held = held

    def fill(self) -> None:
        """The disk of a file database, to its last byte: for a disk of its own alone."""
        self._filler = Path(str(self._url.database)).parent / "filler"
        with suppress(OSError), self._filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4_096))

    def cut(self) -> None:
        """As a server that stops: every connection ends, and none is taken."""
        self._server(
            f'ALTER DATABASE "{self._url.database}" ALLOW_CONNECTIONS false',
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{self._url.database}'",
        )
        self._is_cut = True

    def mend(self) -> None:
        if self._held is not None:
            self._held.close()  # which takes its transaction back
            self._held = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        if self._filler is not None:
            self._filler.unlink(missing_ok=True)
            self._filler = None
        if self._is_cut:
            self._server(f'ALTER DATABASE "{self._url.database}" ALLOW_CONNECTIONS true')
            self._is_cut = False

    def _server(self, *commands: str) -> None:
        maintenance = self._url.set(database=MAINTENANCE)
        admin = sa.create_engine(maintenance, isolation_level="AUTOCOMMIT")
        with admin.connect() as db:
            for command in commands:
                db.execute(sa.text(command))
        admin.dispose()


def require_empty(url: str) -> None:
    """Raises ERR_USAGE's sister ERR_CONFIG_EXISTS: a drill never works on anybody's data."""
    engine = sa.create_engine(engines.parsed(url))
    try:
        found = sa.inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if found:
        say = "the drill's database holds tables: name an empty one; nothing was touched"
        raise OperatorError(Code.ERR_CONFIG_EXISTS, say, tables=len(found))


def emptied(url: str) -> None:
    """After `require_empty` said that whatever is in it is the drill's own."""
    engine = sa.create_engine(engines.parsed(url))
    with engine.begin() as db:
        db.execute(sa.text("DROP SCHEMA public CASCADE"))
        db.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()


class SmallDisk:
    """A disk of its own in memory; needs the right to mount."""

    def __init__(self, where: Path, size_bytes: int) -> None:
        self.where, self._size = where, size_bytes

    def mount(self) -> str:
        """Why it cannot be had; "" when it is there."""
        self.where.mkdir(parents=True, exist_ok=True)
        options = ["-t", "tmpfs", "-o", f"size={self._size}", "tmpfs", str(self.where)]
        if shutil.which(MOUNT) is None:
            return "there is no mount on this machine"
        made = subprocess.run([MOUNT, *options], capture_output=True, text=True, check=False)  # noqa: S603
        return made.stderr.strip() if made.returncode else ""

    def unmount(self) -> None:
        subprocess.run([UMOUNT, "--lazy", str(self.where)], check=True)  # noqa: S603
