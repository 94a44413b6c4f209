"""A machine that sleeps, as a process sees it: frozen over full minutes, then woken. LESSONS 18."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.adapters.clock import SystemClock, pause_ms
from jobs.times import between_ms, latest_ms, next_ms
from jobs.timetable import CYCLE
from tests.jobs.processes import MINUTE_MS, Home, until
from tests.jobs.test_jobs_process import ended
from tests.support.chain import Chain, chain, demo_chain

__all__ = ["chain", "demo_chain"]
MINUTES = 2
POLL_MS = 100


@pytest.fixture
def home(chain: Chain, tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, chain, chain.anvil.url)
    yield home
    home.close()


@pytest.mark.torture
@pytest.mark.timeout(600)
def test_minutes_that_passed_while_frozen_are_on_record_and_the_next_one_runs(home: Home) -> None:
    clock = SystemClock()
    home.make_one_due()
    process = home.start("run")
    until(lambda: bool(home.started()), "it works")

    process.send_signal(signal.SIGSTOP)
    asleep_ms = clock.now_ms()
    wake_ms = next_ms(CYCLE.cron, asleep_ms) + MINUTES * MINUTE_MS + 1_000
    while clock.now_ms() < wake_ms:
        pause_ms(POLL_MS)
    process.send_signal(signal.SIGCONT)

    due_ms = latest_ms(CYCLE.cron, clock.now_ms())
    assert due_ms is not None
    due = (CYCLE.name, due_ms)
    until(lambda: due in {(r.job, r.scheduled_ms) for r in home.started()}, "it goes on")
    process.terminate()
    ended(process, 0)
    store = home.store()
    slept_over = between_ms(CYCLE.cron, next_ms(CYCLE.cron, asleep_ms), due_ms)
    rows = {run.scheduled_ms: run.outcome for run in store.job_rows("cycle", asleep_ms, due_ms)}
    store.close()
    assert len(slept_over) >= MINUTES
    assert [rows[at_ms] for at_ms in slept_over] == ["missed"] * len(slept_over)
    assert rows[due_ms] in {"ran", "late"}
