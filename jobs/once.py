"""`botctl jobs run`: the due time of one job, as system cron starts it, recorded as `run` records it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.ports.store import JobRun, Store
from botctl.wiring import open_books, open_runtime
from botctl.wiring.books import watch_of_books
from botctl.wiring.setup import Setup, wall_clock
from botctl.wiring.unstored import told_without_store
from jobs.ledger import JobLedger, Outcome, Work, gap
from jobs.times import between_ms, latest_ms, ms_of, untold
from jobs.timetable import Job
from jobs.work import NEEDS_NODE, Desk, chain_works, desk_works, planned

Name = Annotated[list[str], typer.Argument(metavar="JOB", help="As `botctl jobs` names it.")]


@dataclass(frozen=True, slots=True)
class OnceReport:
    """`outcome` of the time that was due; empty: another start of it had done the work before."""

    job: str
    scheduled_ms: int
    outcome: str
    missed: int  # earlier times that had passed without a run, recorded now


def command(
    ctx: typer.Context,
    name: Name,
    live: Live = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Records the time it was started for, and those of its own that passed without a run.

    Cron tells nobody about a start that it left out: the next one finds out here. A time that
    `botctl run` has done already is left alone, so both may be in use.

    Example: botctl jobs run cycle
    Example: botctl jobs run db backup
    """
    with opened_settings(ctx) as setup:
        job = _named(planned(setup), " ".join(name))
        if job.name in NEEDS_NODE:
            setup.require_live_allowed(switch=live)
        with _work_of(setup, job) as (store, work):
            report = once(JobLedger(store, wall_clock(), setup.log), job, work)
    finish(ctx, report, lines)


def once(ledger: JobLedger, job: Job, work: Work) -> OnceReport:
    """Raises what the work raised, once that is recorded."""
    now_ms = ledger.clock.now_ms()
    due_ms = latest_ms(job.cron, now_ms)
    if due_ms is None:
        raise UsageError(Code.ERR_USAGE, "no time of this job has come yet", job=job.name)
    last = ledger.store.last_runs([job.name]).get(job.name)
    missed = _missed(ledger, job, last, due_ms)
    if last is not None and last.scheduled_ms == due_ms and last.outcome != Outcome.MISSED:
        return OnceReport(job.name, due_ms, "", missed)
    failure = ledger.perform(job, due_ms, work)
    if failure is not None:
        raise failure
    done = ledger.store.last_runs([job.name])[job.name]
    return OnceReport(job.name, due_ms, done.outcome, missed)


def lines(report: OnceReport) -> Iterator[str]:
    if report.missed:
        yield f"{report.job}: {report.missed} earlier times had passed without a run"
    yield f"{report.job}: {report.outcome or 'another start has done the work of this time'}"


def _missed(ledger: JobLedger, job: Job, last: JobRun | None, due_ms: int) -> int:
    """What lies between the last time on record and this one."""
    if last is None or last.scheduled_ms >= due_ms:
        return 0
    found = untold(job.cron, last.scheduled_ms, due_ms)
    first_ms, before = ms_of(found.first), ledger.counts[Outcome.MISSED]
    if found.has_gap:
        ledger.miss(job, [first_ms], gap(found))
        first_ms = ms_of(found.since)
    ledger.miss(job, between_ms(job.cron, first_ms, due_ms), "cron did not start it")
    return ledger.counts[Outcome.MISSED] - before


def _named(jobs: tuple[Job, ...], name: str) -> Job:
    for job in jobs:
        if job.name == name:
            return job
    known = ", ".join(job.name for job in jobs)
    raise UsageError(Code.ERR_USAGE, f"no such job: one of {known}", job=name)


@contextmanager
def _work_of(setup: Setup, job: Job) -> Iterator[tuple[Store, Work]]:
    """A database that does not open is told past the outbox, which would be in it."""
    with ExitStack() as kept_open:
        with told_without_store(setup):
            opening = kept_open.enter_context
            if job.name in NEEDS_NODE:
                rt = opening(open_runtime(setup.config, setup.env, setup.log))
                found = rt.store, chain_works(setup, rt)[job.name]
            else:
                found = _at_desk(setup, opening(open_books(setup.config)), job)
        yield found


def _at_desk(setup: Setup, store: Store, job: Job) -> tuple[Store, Work]:
    books = setup.books(store)
    desk = Desk(setup, store, books.clock, lambda: watch_of_books(books))
    return store, desk_works(desk)[job.name]
