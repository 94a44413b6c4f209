"""A PostgreSQL of a test's own, which it may kill and start again; what is committed is kept."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg

from botctl.adapters.devnet.anvil import _dying_with_us
from tests.jobs.processes import until
from tests.support import postgres_keeper as keeper
from tests.support.postgres import INSTALLED, WHEEL

# The keeper's server may forget what it said was committed; one that is killed must not.
KILLABLE: Final = {**keeper.SETTINGS, "synchronous_commit": "on"}
DURABLE: Final = {**KILLABLE, "fsync": "on", "full_page_writes": "on"}  # as in production


class OwnPostgres:
    def __init__(self, command: list[str | Path], folder: Path, run_as: keeper.RunAs) -> None:
        self._command = command
        self._folder, self._run_as = folder, run_as
        self._server = self._started()
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={self._folder}"

    def start(self) -> None:
        """Returns when it answers. It refuses while a process of a killed one is still ending."""
        until(self._is_up, "PostgreSQL is up")

    def kill(self) -> None:
        """SIGKILL for the server and for every process of it that has a connection."""
        with self._admin() as admin:
            backends = backends_of(admin)
        self._server.kill()
        self._server.wait()
        kill(backends)

    def stop(self) -> None:
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(keeper.STOP_WAIT_S)

    def _is_up(self) -> bool:
        if self._server.poll() is not None:
            self._server = self._started()
        try:
            self._admin().close()
        except psycopg.OperationalError:
            return False
        return True

    def _started(self) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self._folder,
                preexec_fn=_dying_with_us(),  # noqa: PLW1509  prepared before the fork
                **self._run_as,
            )

    def _admin(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self._folder), user="postgres", dbname="postgres")


@contextmanager
def own_postgres(settings: Mapping[str, str] = KILLABLE) -> Iterator[OwnPostgres]:
    wheel = find_spec(WHEEL)
    assert wheel is not None
    assert wheel.origin is not None
    folder = Path(tempfile.mkdtemp(prefix="botctl-pg-own-"))
    try:
        run_as = keeper._unprivileged(folder)
        binaries = keeper._runnable(Path(wheel.origin).parent / INSTALLED, folder, run_as)
        keeper._make_cluster(binaries, folder, run_as)
        server = OwnPostgres(_command(binaries, folder, settings), folder, run_as)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def backends_of(admin: psycopg.Connection[tuple[object, ...]]) -> list[int]:
    """The processes behind all connections but this one to its database."""
    others = admin.execute(
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return [int(str(pid)) for (pid,) in others]


def kill(backends: list[int]) -> None:
    for pid in backends:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it went with its server


def _command(binaries: Path, folder: Path, settings: Mapping[str, str]) -> list[str | Path]:
    chosen = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [binaries / "postgres", "-D", folder / "data", "-k", folder, *chosen]
