"""`botctl run`: the timetable in one process, until a signal asks it to stop."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import typer

from botctl.cli.frame import busy, finish, opened_with_setup
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.core.errors import BotError
from botctl.ports.heads import Heard
from botctl.ports.runtime import Runtime
from botctl.wiring.heads import listener
from botctl.wiring.service import READY, STOPPING, WATCHDOG, ServiceManager, service_manager
from botctl.wiring.setup import Setup, wall_clock
from jobs.ledger import UNEXPECTED, JobLedger, Work
from jobs.scheduler import Loop, News
from jobs.stopper import Stopper, noted
from jobs.timetable import CYCLE, MS, Job
from jobs.wakes import Wakes, Watch
from jobs.work import works

RESTARTS: Final = "process_restarts_total"
STOPPED: Final = "stopped"  # as asked


@dataclass(frozen=True, slots=True)
class RunReport:
    """From when to when the timetable was kept; `outcomes` counts the times recorded meanwhile."""

    started_ms: int
    stopped_ms: int
    outcomes: Mapping[str, int]


def command(
    ctx: typer.Context,
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """One job after the other; every scheduled time is recorded: ran, late, missed, skipped, failed.

    SIGTERM and Ctrl-C end it with exit status 0: a job that has begun to sign or send is finished
    (run.drain_s at most), any other is dropped. A second one kills. Under systemd it tells when it is
    ready, that it moves on (WatchdogSec), and that it stops. System cron may do the same instead, or
    as well: see crontab.example.

    Exit status 78: a person must change something; 70: stored data is damaged. Do not restart.

    Example: botctl run --config botctl.toml
    """
    with (
        Stopper() as stopper,
        opened_with_setup(ctx) as (setup, rt),
        rt.only_one("run") as ours,
    ):
        if not ours:
            busy(ctx, "run")
        stopper.drain_s = setup.config.run.drain_s
        report = _lived(setup, noted(rt, stopper), stopper)
    finish(ctx, report, lines)


def lines(report: RunReport) -> Iterator[str]:
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(report.outcomes.items()))
    seconds = (report.stopped_ms - report.started_ms) // MS
    yield f"stopped as asked, after {seconds} s; scheduled times: {told or 'none yet'}"


def _lived(setup: Setup, rt: Runtime, stopper: Stopper) -> RunReport:
    """This life of `run` on record: a start without an end was killed."""
    clock = wall_clock()
    started_ms = clock.now_ms()
    _noted_start(rt, lambda: rt.store.run_started(started_ms))
    how = UNEXPECTED
    try:
        report = _kept(setup, rt, stopper, started_ms)
        how = STOPPED
    except BotError as error:
        how = str(error.code)
        raise
    finally:
        _noted_start(rt, lambda: rt.store.run_stopped(started_ms, clock.now_ms(), how))
    return report


def _noted_start(rt: Runtime, note: Callable[[], None]) -> None:
    """A store that takes no row keeps nobody from trading what it can, nor from ending as it would."""
    try:
        note()
    except BotError as error:
        rt.log.warning("start or end not recorded", code=error.code)


def _kept(setup: Setup, rt: Runtime, stopper: Stopper, started_ms: int) -> RunReport:
    """By the machine's clock, as cron does, also where the chain's was moved ahead (devnet)."""
    ledger = JobLedger(rt.store, wall_clock(), rt.log)
    manager = service_manager(setup.env)
    timetable = [(job, _dropped_when_asked(work, stopper)) for job, work in works(setup, rt)]
    with _listening(setup, rt, stopper, timetable) as news:
        loop = Loop(
            timetable,
            ledger,
            wait=_telling(manager, stopper, ledger),
            stopping=lambda: stopper.asked,
            news=news,
        )
        rt.store.count(RESTARTS)
        rt.log.info("run started", listening=news is not None)
        stopper.on_asked = partial(manager.tell, STOPPING, "STATUS=stops as asked")
        manager.tell(READY, "STATUS=keeps the timetable")
        loop.run()
    report = RunReport(started_ms, ledger.clock.now_ms(), dict(ledger.counts))
    rt.log.info("run stopped", ms=report.stopped_ms - report.started_ms, **report.outcomes)
    return report


def _dropped_when_asked(work: Work, stopper: Stopper) -> Work:
    def done() -> bool:
        with stopper.working():
            return work()

    return done


def _telling(
    manager: ServiceManager, stopper: Stopper, ledger: JobLedger
) -> Callable[[float], None]:
    """The loop waits only when it moves on, so that is when the watchdog hears of it.

    Never from a thread of its own: that would go on while the loop stands still.
    """

    def wait(seconds: float) -> None:
        if manager.beat_s is None:
            stopper.wait(seconds)
            return
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(ledger.counts.items()))
        manager.tell(WATCHDOG, f"STATUS=keeps the timetable: {told or 'nothing yet'}")
        stopper.wait(min(seconds, manager.beat_s))

    return wait


@contextmanager
def _listening(
    setup: Setup, rt: Runtime, stopper: Stopper, timetable: Sequence[tuple[Job, Work]]
) -> Iterator[News | None]:
    """News of the chain wake the loop; with nobody to hear them, the timetable is all there is."""
    clock, schedule = wall_clock(), setup.config.schedule
    watch = Watch(rt.store, clock, rt.log)
    watch.lift()  # what an earlier process left
    socket = listener(setup.config)
    if socket is None:
        yield None
        return
    wakes = Wakes(schedule.wake, schedule.wake_min_ms, clock)

    def tell(heard: Heard) -> None:
        wakes.hear(heard)
        stopper.wake()

    socket.start(tell)
    try:
        work = next(work for job, work in timetable if job.name == CYCLE.name)
        yield News(wakes, watch, work)
    finally:
        socket.close()
        watch.lift()
