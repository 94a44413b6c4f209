"""`botctl` as its own processes, in a folder of its own, over a chain that may be gated."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from botctl.adapters.clock import SystemClock, pause_ms
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.ports.store import JobRun, Store
from botctl.wiring.stage_settings import stage_settings
from jobs.ledger import Outcome
from tests.support.chain import Chain

PATIENCE_S = 60.0
POLL_MS = 10
MINUTE_MS = 60_000
MADE_UP = "made up by a test"
ROOT = Path(__file__).parents[2]


class Home:
    """A paper bot's folder. A start a minute late is still good here, so that no test waits."""

    def __init__(self, folder: Path, chain: Chain, url: str) -> None:
        deployment = chain.deployment
        self.folder = folder
        self.settings = folder / "botctl.toml"
        told = stage_settings(
            deployment,
            url=url,
            wallet=deployment.factory,
            bot="main",
            seed=1,
            database_url="",
        )
        schedule = "\n[schedule]\nlate_max_s = 300\n"
        self.settings.write_text(told.replace('"devnet"', '"paper"') + schedule)
        self.settings.chmod(0o600)
        self._scope = (deployment.chain_id, deployment.factory)
        self._started: list[subprocess.Popen[str]] = []

    def store(self) -> Store:
        chain_id, factory = self._scope
        url = f"sqlite:///{self.folder / 'botctl.db'}"
        ids = TimeOrderedIds()
        return open_store(
            url, chain_id=chain_id, factory=factory, bot="main", busy_ms=5_000, ids=ids
        )

    def started(self) -> list[JobRun]:
        """The times at which the loop started a job, oldest first."""
        store = self.store()
        try:
            return [
                row for row in store.jobs(100)[::-1] if row.detail != MADE_UP and row.started_ms
            ]
        finally:
            store.close()

    def make_one_due(self) -> None:
        """As if botctl had run until a few minutes ago: the newest time is due at once."""
        now_ms = SystemClock().now_ms()
        due_ms = now_ms - now_ms % MINUTE_MS - 2 * MINUTE_MS
        store = self.store()
        store.record_job(JobRun("cycle", due_ms, due_ms, due_ms, Outcome.RAN, MADE_UP))
        store.close()

    def start(self, *command: str) -> "subprocess.Popen[str]":
        with (self.folder / "stderr").open("a") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "botctl", *command, "--config", self.settings, "--json"],
                cwd=ROOT,
                env=os.environ,  # noqa: TID251  a child's
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        self._started.append(process)
        return process

    def close(self) -> None:
        """Nothing outlives a test, not even a failed one."""
        for process in self._started:
            process.kill()
            process.communicate()


def until(holds: Callable[[], bool], what: str) -> None:
    """Polls, with a bound: a test never sleeps for a guess."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline_s, f"not within {PATIENCE_S} s: {what}"
        pause_ms(POLL_MS)
