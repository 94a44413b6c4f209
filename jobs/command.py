"""`botctl run`: the timetable in one process, until a signal asks it to stop."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import typer

from botctl.cli.frame import busy, finish, opened_with_setup
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.ports.heads import Heard
from botctl.ports.runtime import Runtime
from botctl.wiring.heads import listener
from botctl.wiring.setup import Setup, wall_clock
from jobs.ledger import JobLedger, Work
from jobs.scheduler import Loop, News
from jobs.stopper import Stopper
from jobs.timetable import CYCLE, MS, Job
from jobs.wakes import Wakes, Watch
from jobs.work import works

RESTARTS: Final = "process_restarts_total"


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

    SIGTERM and Ctrl-C let the running job finish, then it ends with exit status 0. System cron may
    do the same instead, or as well: see crontab.example.

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
        report = _kept(setup, rt, stopper)
    finish(ctx, report, lines)


def lines(report: RunReport) -> Iterator[str]:
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(report.outcomes.items()))
    seconds = (report.stopped_ms - report.started_ms) // MS
    yield f"stopped as asked, after {seconds} s; scheduled times: {told or 'none yet'}"


def _kept(setup: Setup, rt: Runtime, stopper: Stopper) -> RunReport:
    """By the machine's clock, as cron does, also where the chain's was moved ahead (devnet)."""
    ledger = JobLedger(rt.store, wall_clock(), rt.log)
    started_ms = ledger.clock.now_ms()
    timetable = works(setup, rt)
    with _listening(setup, rt, stopper, timetable) as news:
        loop = Loop(timetable, ledger, wait=stopper.wait, stopping=lambda: stopper.asked, news=news)
        rt.store.count(RESTARTS)
        rt.log.info("run started", listening=news is not None)
        loop.run()
    report = RunReport(started_ms, ledger.clock.now_ms(), dict(ledger.counts))
    rt.log.info("run stopped", ms=report.stopped_ms - report.started_ms, **report.outcomes)
    return report


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
