"""`botctl run` as a service: what it finishes, what it drops, what its manager hears, what is on record."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from botctl.adapters.service_manager import ServiceManager, service_manager
from botctl.core.lifecycle import OPEN, OrderState
from botctl.ports.store import JobRun
from botctl.wiring.stage import DevnetStage
from tests.jobs.gate import Gate
from tests.jobs.news import News, news
from tests.jobs.processes import Home, until
from tests.jobs.test_jobs_process import ended, outcomes
from tests.jobs.test_jobs_run import Process, last_ran, running
from tests.support.chain import Chain
from tests.support.providers import Provider, provider

BEAT_MS = 200
STALL_MS = 1_500  # several beats long


@pytest.fixture
def gate(chain: Chain) -> Iterator[Gate]:
    with Gate(chain.anvil.port) as gate:
        yield gate


@pytest.fixture
def home(chain: Chain, gate: Gate, tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, chain, gate.url)
    yield home
    home.close()


@pytest.fixture
def manager(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[News]:
    with news(tmp_path, abstract=getattr(request, "param", False)) as line:
        monkeypatch.setenv("NOTIFY_SOCKET", line.address)
        monkeypatch.setenv("WATCHDOG_USEC", str(2 * BEAT_MS * 1_000))
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        yield line


@pytest.mark.parametrize("manager", [False, True], indirect=True, ids=["path", "abstract"])
def test_the_manager_hears_ready_then_beats_then_stopping(
    home: Home, gate: Gate, manager: News
) -> None:
    gate.open()
    process = home.start("run")
    manager.until("READY=1")
    assert not [line for line in manager.heard if line.startswith("WATCHDOG")]
    for _ in range(3):
        manager.until("WATCHDOG=1")
    process.terminate()
    manager.until("STOPPING=1")
    ended(process, 0)
    assert any(line.startswith("STATUS=keeps the timetable") for line in manager.heard)


def test_a_loop_that_stands_still_sends_no_beat_and_one_that_goes_on_does(
    home: Home, gate: Gate, manager: News
) -> None:
    home.make_one_due()
    process = home.start("run")
    until(gate.reached.is_set, "the cycle hangs at the node")
    while manager.listen(BEAT_MS * 2):
        pass  # what it had sent before
    assert manager.silent_for(STALL_MS, "WATCHDOG=1")
    gate.open()
    manager.until("WATCHDOG=1")
    process.terminate()
    ended(process, 0)


def test_a_process_that_is_frozen_sends_no_beat(home: Home, gate: Gate, manager: News) -> None:
    gate.open()
    process = home.start("run")
    manager.until("WATCHDOG=1")
    process.send_signal(signal.SIGSTOP)
    while manager.listen(BEAT_MS * 2):
        pass  # what it had sent before
    assert manager.silent_for(STALL_MS, "WATCHDOG=1")
    process.send_signal(signal.SIGCONT)
    manager.until("WATCHDOG=1")
    process.terminate()
    ended(process, 0)


def test_a_manager_that_went_away_stops_nothing(home: Home, gate: Gate, manager: News) -> None:
    gate.open()
    home.make_one_due()
    manager.line.close()
    Path(manager.address).unlink()
    process = home.start("run")
    until(lambda: bool(home.started()), "it works all the same")
    process.terminate()
    ended(process, 0)


def test_without_a_manager_nothing_is_told_and_for_another_process_no_beat_is_due() -> None:
    assert service_manager({}) == ServiceManager("", None)
    assert ServiceManager("", None).tell("READY=1")
    asked = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "3000000"}
    assert service_manager(asked).beat_s == 1.5
    assert service_manager({**asked, "WATCHDOG_PID": str(os.getpid())}).beat_s == 1.5
    assert service_manager({**asked, "WATCHDOG_PID": "1"}).beat_s is None
    for wrong in ("0", "", "soon", "-5"):
        assert service_manager({**asked, "WATCHDOG_USEC": wrong}).beat_s is None
    assert not ServiceManager("/nowhere/at/all", None).tell("READY=1")


def test_each_life_is_on_record_and_a_killed_one_has_no_end(home: Home, gate: Gate) -> None:
    gate.open()
    home.make_one_due()
    first = home.start("run")
    until(lambda: bool(home.started()), "the first one works")
    first.kill()
    first.wait()
    second = home.start("run")
    until(lambda: len(lives(home)) == 2, "the second one is on record")
    second.terminate()
    ended(second, 0)
    assert lives(home) == ["", "stopped"]
    report, _ = home.start("report", "morning").communicate(timeout=60)
    (again,) = json.loads(report)["restarts"]
    assert again["after"] == "killed"


def lives(home: Home) -> list[str]:
    store = home.store()
    try:
        return [start.how for start in store.starts(0)]
    finally:
        store.close()


@contextmanager
def held_at_send(
    stage: DevnetStage, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Process, threading.Event]]:
    """A loop whose first transaction a node has taken, without saying so until the event is set."""
    reached, release = threading.Event(), threading.Event()

    def late(method: str, _params: list[object], result: object) -> object:
        if method == "eth_sendRawTransaction":
            reached.set()
            release.wait(30)
        return result

    with provider(stage.url) as between:
        assert isinstance(between, Provider)
        between.alter = late
        monkeypatch.setenv("BOTCTL_CHAIN__URLS", between.url)
        last_ran(stage, minutes_ago=2)
        with running(stage) as process:
            try:
                until(reached.is_set, "something is sent")
                yield process, release
            finally:
                release.set()


def cycles(stage: DevnetStage) -> list[JobRun]:
    """Those that began, but for the made-up one before them."""
    runs = [run for run in stage.store.jobs(100) if run.job == "cycle" and run.started_ms]
    return runs[:-1]


def test_a_send_in_flight_is_finished(stage: DevnetStage, monkeypatch: pytest.MonkeyPatch) -> None:
    with held_at_send(stage, monkeypatch) as (process, release):
        process.terminate()
        release.set()
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 0, told
    (run,) = cycles(stage)
    assert run.outcome in {"ran", "late"}
    assert stage.store.open([OrderState.SUBMITTED]) == ()
    assert stage.store.open([OrderState.PENDING])


def test_a_send_that_never_ends_is_given_up_in_time_and_known_to_the_next_run(
    stage: DevnetStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_RUN__DRAIN_S", "1")
    monkeypatch.setenv("BOTCTL_CHAIN__TIMEOUT_MS", "25000")
    with held_at_send(stage, monkeypatch) as (process, _):
        process.terminate()
        told, _said = process.communicate(timeout=20)
    assert process.returncode == 0, told
    (run,) = cycles(stage)
    assert run.outcome == "dropped"
    (order, *_) = stage.store.open([OrderState.SUBMITTED])
    assert order.state in OPEN


def test_a_second_signal_kills_at_once(stage: DevnetStage, monkeypatch: pytest.MonkeyPatch) -> None:
    with held_at_send(stage, monkeypatch) as (process, _):
        process.terminate()
        while process.poll() is None:  # the first may not have been taken yet
            process.terminate()
        assert process.returncode == -signal.SIGTERM


def test_what_was_dropped_is_told_apart_in_the_report(home: Home, gate: Gate) -> None:
    home.make_one_due()
    process = home.start("run")
    until(gate.reached.is_set, "the cycle hangs at the node")
    process.terminate()
    assert outcomes(ended(process, 0))["dropped"] == 1
