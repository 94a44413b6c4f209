"""`botctl run` as a process of its own, on the demo's stage: signals, its lock, its records."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from botctl.adapters.clock import SystemClock
from botctl.adapters.locks import CommandLocks
from botctl.config.environment import environment
from botctl.core.codes import Code
from botctl.ports.store import JobRun, LedgerFilter
from botctl.wiring.stage import DevnetStage
from jobs.timetable import CYCLE

MINUTE_MS = 60_000
STARTED, DONE, SKIPPED = "run started", "job done", "job skipped"
WAIT_S = 60
Process = subprocess.Popen[str]


def command_line(stage: DevnetStage) -> list[str]:
    return [sys.executable, "-m", "botctl", "run", "--config", str(stage.config)]


def surroundings(stage: DevnetStage, more: Mapping[str, str]) -> dict[str, str]:
    """With a grace so long that a time which has just passed starts its job at once."""
    grace = {"BOTCTL_SCHEDULE__LATE_MAX_S": "3600"}
    return {**environment(), **stage.environment(), **grace, **more}


@contextmanager
def running(stage: DevnetStage, more: Mapping[str, str] | None = None) -> Iterator[Process]:
    with subprocess.Popen(
        command_line(stage),
        env=surroundings(stage, more or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def await_line(process: Process, text: str) -> None:
    """Bounded by the end of the process, and by the time every test has."""
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if text in line:
            return
    pytest.fail(f"ended without {text!r}: {''.join(seen)}")


def ended(process: Process, with_signal: signal.Signals) -> tuple[int, str]:
    process.send_signal(with_signal)
    out, _ = process.communicate(timeout=WAIT_S)
    return process.returncode, out


def last_ran(stage: DevnetStage, *, minutes_ago: int) -> None:
    then_ms = SystemClock().now_ms() // MINUTE_MS * MINUTE_MS - minutes_ago * MINUTE_MS
    stage.store.record_job(JobRun(CYCLE.name, then_ms, then_ms, then_ms, "ran", ""))


def outcomes(stage: DevnetStage) -> list[str]:
    """Oldest first, without the one that was there before."""
    rows = [row for row in stage.store.jobs(100) if row.job == CYCLE.name]
    return [row.outcome for row in rows[::-1]][1:]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_waits_ends_it_well(stage: DevnetStage, number: signal.Signals) -> None:
    with running(stage) as process:
        await_line(process, STARTED)
        status, out = ended(process, number)
    assert status == 0
    assert out.startswith("stopped as asked")


def test_a_second_one_says_so_and_does_nothing(stage: DevnetStage) -> None:
    with running(stage) as first:
        await_line(first, STARTED)
        second = subprocess.run(
            command_line(stage),
            env=surroundings(stage, {}),
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )
        assert (second.returncode, second.stdout) == (
            0,
            "another `botctl run` is running; this one did nothing\n",
        )
        assert ended(first, signal.SIGTERM)[0] == 0


def test_it_records_what_it_missed_and_trades_as_the_cycle_does(stage: DevnetStage) -> None:
    last_ran(stage, minutes_ago=4)
    with running(stage) as process:
        await_line(process, DONE)
        assert ended(process, signal.SIGTERM)[0] == 0
    assert outcomes(stage)[:3] == ["missed"] * 3
    assert outcomes(stage).count("missed") <= 4  # a minute may have begun meanwhile
    assert set(outcomes(stage)[3:]) <= {"missed", "late", "ran"}
    assert list(stage.store.rows(LedgerFilter(limit=None)))
    assert stage.mined_transactions() + len(stage.store.recent(None)) > 0


def test_a_signal_in_a_cycle_lets_it_finish(stage: DevnetStage) -> None:
    last_ran(stage, minutes_ago=2)
    with running(stage) as process:
        await_line(process, STARTED)
        assert ended(process, signal.SIGTERM)[0] == 0
    rows = [row for row in stage.store.jobs(100) if row.started_ms is not None]
    assert all(row.finished_ms is not None for row in rows)
    assert "failed" not in outcomes(stage)


def test_a_cycle_that_cron_runs_meanwhile_is_left_to_it(stage: DevnetStage) -> None:
    last_ran(stage, minutes_ago=2)
    with CommandLocks(stage.config.parent).only_one("cycle") as ours:
        assert ours
        with running(stage) as process:
            await_line(process, SKIPPED)
            assert ended(process, signal.SIGTERM)[0] == 0
    assert "skipped" in outcomes(stage)


def test_what_only_a_person_can_mend_ends_it_with_78(stage: DevnetStage) -> None:
    last_ran(stage, minutes_ago=2)
    with running(stage, {"BOTCTL_PASSPHRASE": "wrong"}) as process:
        _, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 78
    assert Code.ERR_KEYSTORE_PASSPHRASE in err
    assert outcomes(stage)[-1] == "failed"
