"""`botctl run`: the timetable in one process, until a signal asks it to stop."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module

import typer

from botctl.cli.frame import busy, finish, opened_with_setup
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.core.codes import Code
from botctl.core.errors import CheckError, OperatorError
from botctl.flows.cycle import cycle
from botctl.ports.runtime import Runtime
from botctl.wiring.setup import Setup
from jobs.ledger import JobLedger, Work
from jobs.scheduler import Loop
from jobs.stopper import Stopper
from jobs.timetable import BACKUP, CHECK, CYCLE, MS, Job, timetable
from jobs.triggers import trigger_of


@dataclass(frozen=True, slots=True)
class RunReport:
    """From when to when the timetable was kept."""

    started_ms: int
    stopped_ms: int


def command(
    ctx: typer.Context,
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """One job after the other, and every scheduled time is recorded: ran, late, missed or failed.

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
        started_ms = rt.clock.now_ms()
        loop = Loop(
            works(setup, rt),
            JobLedger(rt.store, rt.clock, rt.log),
            wait=stopper.wait,
            stopping=lambda: stopper.asked,
        )
        rt.log.info("run started")
        loop.run()
        report = RunReport(started_ms, rt.clock.now_ms())
        rt.log.info("run stopped", ms=report.stopped_ms - report.started_ms)
    finish(ctx, report, lines)


def lines(report: RunReport) -> Iterator[str]:
    yield f"stopped as asked, after {(report.stopped_ms - report.started_ms) // MS} s"


def works(setup: Setup, rt: Runtime) -> Sequence[tuple[Job, Work]]:
    """Raises OperatorError ERR_CONFIG_INVALID for fields that cron would read differently."""
    schedule = setup.config.schedule
    jobs = timetable(
        cycle_cron=schedule.cycle_cron,
        backup_cron=schedule.backup_cron,
        cycle_grace_s=schedule.late_max_s,
    )
    return [(_readable(job), _work(job, setup, rt)) for job in jobs]
