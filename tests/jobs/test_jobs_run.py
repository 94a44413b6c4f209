"""`botctl run` on the demo's stage: it trades as the cycle does, and tells a person what it did."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from botctl.adapters.clock import SystemClock
from botctl.adapters.locks import CommandLocks
from botctl.config.environment import environment
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.ports.store import JobRun, LedgerFilter
from botctl.wiring.stage import DevnetStage
from jobs.timetable import CYCLE
from tests.notify.far_side import far_side

MINUTE_MS = 60_000
DONE = "job done"
WAIT_S = 60
Process = subprocess.Popen[str]


@contextmanager
def running(stage: DevnetStage) -> Iterator[Process]:
    """With a grace so long that a time which has just passed starts its job at once."""
    grace = {"BOTCTL_SCHEDULE__LATE_MAX_S": "3600"}
    with subprocess.Popen(
        [sys.executable, "-m", "botctl", "run", "--config", str(stage.config)],
        env={**environment(), **stage.environment(), **grace},
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


def ended(process: Process) -> str:
    """What it printed, after an end with 0."""
    told, _ = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, told
    return told


def last_ran(stage: DevnetStage, *, minutes_ago: int) -> None:
    then_ms = SystemClock().now_ms() // MINUTE_MS * MINUTE_MS - minutes_ago * MINUTE_MS
    stage.store.record_job(JobRun(CYCLE.name, then_ms, then_ms, then_ms, "ran", ""))


def outcomes(stage: DevnetStage) -> list[str]:
    """Oldest first, without the one that was there before."""
    rows = [row for row in stage.store.jobs(100) if row.job == CYCLE.name]
    return [row.outcome for row in rows[::-1]][1:]


def test_it_records_what_it_missed_and_trades_as_the_cycle_does(stage: DevnetStage) -> None:
    last_ran(stage, minutes_ago=4)
    with running(stage) as process:
        await_line(process, DONE)
        process.terminate()
        assert ended(process).startswith("stopped as asked, after ")
    assert outcomes(stage)[:3] == ["missed"] * 3
    assert outcomes(stage).count("missed") <= 4  # a minute may have begun meanwhile
    assert set(outcomes(stage)[3:]) <= {"missed", "late", "ran"}
    assert list(stage.store.rows(LedgerFilter(limit=None)))
    assert stage.mined_transactions() + len(stage.store.recent(None)) > 0


def test_a_second_one_tells_a_person_why_it_did_nothing(stage: DevnetStage) -> None:
    with CommandLocks(stage.config.parent).only_one("run") as ours:
        assert ours
        with running(stage) as process:
            told = ended(process)
    assert told == "another `botctl run` is running; this one did nothing\n"


def test_each_good_cycle_is_a_sign_of_life_and_every_minute_somebody_may_be_told(
    stage: DevnetStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with far_side() as outside:
        monkeypatch.setenv("BOTCTL_ALERTS__DEADMAN_URL", f"{outside.url}/alive")
        monkeypatch.setenv("BOTCTL_ALERTS__WEBHOOK_URL", f"{outside.url}/hook")
        stage.store.set_source(PermissionSource(SourceKind.KILL, Level.HALT_ALL, "drill"))
        last_ran(stage, minutes_ago=2)
        with running(stage) as process:
            await_line(process, DONE)
            process.terminate()
            ended(process)
    assert {got.path for got in outside.got} == {"/alive", "/hook"}
    assert [g.json["code"] for g in outside.got if g.path == "/hook"] == ["HEALTH_KILLED"]
