"""`botctl run`: the timetable in one process, until a signal asks it to stop."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import typer

from botctl.cli.frame import busy, finish, opened_with_setup
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.ports.runtime import Runtime
from botctl.wiring.setup import Setup, wall_clock
from jobs.ledger import JobLedger
from jobs.scheduler import Loop
from jobs.stopper import Stopper
from jobs.timetable import MS
from jobs.work import works


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
    loop = Loop(works(setup, rt), ledger, wait=stopper.wait, stopping=lambda: stopper.asked)
    rt.log.info("run started")
    loop.run()
    report = RunReport(started_ms, ledger.clock.now_ms(), dict(ledger.counts))
    rt.log.info("run stopped", ms=report.stopped_ms - report.started_ms, **report.outcomes)
    return report
