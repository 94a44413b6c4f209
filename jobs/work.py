"""What the jobs do: the very functions that the commands of the same names call."""

from collections.abc import Callable, Mapping

from botctl.core.codes import Code
from botctl.core.errors import CheckError, OperatorError
from botctl.flows.alerts import tell
from botctl.flows.cycle import cycle
from botctl.flows.follow_up import follow_up
from botctl.flows.observe import note_error, observe_quietly, observed
from botctl.flows.permit import watch_of
from botctl.ports.runtime import Runtime
from botctl.wiring import upkeep
from botctl.wiring.alerts import alert_desk, told_afterwards
from botctl.wiring.setup import Setup
from botctl.wiring.unstored import told_without_store
from jobs.apart import Apart
from jobs.ledger import Work
from jobs.timetable import (
    ALERTS,
    BACKUP,
    CHECK,
    CYCLE,
    FOLLOW_UP,
    RETENTION,
    Job,
    timetable,
)
from jobs.triggers import trigger_of


def works(setup: Setup, rt: Runtime) -> tuple[tuple[Job, Work], ...]:
    """The timetable of the settings, each job with its work."""
    schedule = setup.config.schedule
    tasks: Mapping[str, Callable[[], bool]] = {
        CYCLE.name: lambda: _cycle(setup, rt),
        FOLLOW_UP.name: lambda: _follow_up(rt),
        ALERTS.name: lambda: _alerts(setup, rt),
        BACKUP.name: lambda: _backup(setup),
        CHECK.name: lambda: _check(setup, rt),
        RETENTION.name: Apart([RETENTION.command, "--config", setup.config.source]).start,
    }
    jobs = timetable(
        cycle_cron=schedule.cycle_cron,
        backup_cron=schedule.backup_cron,
        cycle_grace_s=schedule.late_max_s,
    )
    return tuple((_readable(job), tasks[job.name]) for job in jobs)


def _readable(job: Job) -> Job:
    try:
        trigger_of(job.cron)
    except ValueError as error:
        raise OperatorError(Code.ERR_CONFIG_INVALID, f"[schedule] {error}", job=job.name) from None
    return job


def _cycle(setup: Setup, rt: Runtime) -> bool:
    """The lock is that of `botctl cycle`: cron may be running one. What came of it is told."""
    with (
        told_without_store(setup),
        told_afterwards(setup, rt, CYCLE.command, alive=True) as telling,
        rt.only_one(CYCLE.command) as ours,
    ):
        if not ours:
            telling.due = False
            return False
        with observed(watch_of(rt), rt.log, CYCLE.command):
            mismatches = cycle(rt).reconcile.mismatches
    if mismatches:
        raise CheckError(
            Code.ERR_LEDGER_MISMATCH,
            "ledger and chain differ; nothing moves until that is understood",
            tokens=", ".join(one.token for one in mismatches),
        )
    return True


def _follow_up(rt: Runtime) -> bool:
    """The lock is that of `botctl follow-up`."""
    with rt.only_one(FOLLOW_UP.command) as ours:
        if ours:
            follow_up(rt)
    return ours


def _alerts(setup: Setup, rt: Runtime) -> bool:
    """What it cannot do is logged: the next minute tries again."""
    watch = watch_of(rt)
    observe_quietly(watch, rt.log)
    tell(alert_desk(setup, rt.store, rt.clock), watch)
    return True


def _backup(setup: Setup) -> bool:
    report = upkeep.backup(setup.config, None)
    setup.log.info("database backed up", path=report.path, rows=report.rows)
    return True


def _check(setup: Setup, rt: Runtime) -> bool:
    """What it finds is told and recorded, and stops entries: health remembers damage."""
    problems = upkeep.check(setup.config).problems
    if problems:
        note_error(watch_of(rt), rt.log, Code.ERR_DB_CORRUPT, CHECK.command)
        say = "the database is damaged; see `botctl db check`, and `botctl db restore`"
        raise CheckError(Code.ERR_DB_CORRUPT, say, problems="; ".join(problems))
    return True
