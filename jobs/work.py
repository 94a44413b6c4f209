"""What the jobs do: the very functions that the commands of the same names call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import BotError, CheckError, OperatorError
from botctl.flows.alerts import Ended, tell
from botctl.flows.cycle import cycle
from botctl.flows.days import close_days
from botctl.flows.follow_up import follow_up
from botctl.flows.key_ages import key_ages, require_young
from botctl.flows.morning import morning, send_morning
from botctl.flows.observe import note_error, observe_quietly, observed
from botctl.flows.permit import Watch, watch_of
from botctl.flows.telemetry.keep import telemetry
from botctl.ports.clock import Clock
from botctl.ports.runtime import Runtime
from botctl.ports.store import Store
from botctl.wiring import backups, upkeep
from botctl.wiring.alerts import alert_desk, told_afterwards
from botctl.wiring.key_ages import keys_of
from botctl.wiring.retention import retained
from botctl.wiring.setup import Setup
from botctl.wiring.switches import Switching
from botctl.wiring.telemetry_desk import opened_telemetry
from botctl.wiring.unstored import told_without_store
from jobs.apart import Apart
from jobs.aside import Aside
from jobs.ledger import Work
from jobs.timetable import (
    ALERTS,
    BACKUP,
    CHECK,
    CYCLE,
    DAYS,
    FOLLOW_UP,
    KEYS,
    REPORT,
    RETENTION,
    TELEMETRY,
    Job,
    timetable,
)
from jobs.triggers import trigger_of

NEEDS_NODE: Final = frozenset({CYCLE.name, FOLLOW_UP.name})


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job works with that asks no node and signs nothing."""

    setup: Setup
    store: Store
    clock: Clock
    watch: Callable[[], Watch]


def planned(setup: Setup) -> tuple[Job, ...]:
    """The timetable of the settings. Raises ERR_CONFIG_INVALID."""
    schedule = setup.config.schedule
    jobs = timetable(
        cycle_cron=schedule.cycle_cron,
        backup_cron=schedule.backup_cron,
        report_cron=schedule.report_cron,
        cycle_grace_s=schedule.late_max_s,
    )
    return tuple(_readable(job) for job in jobs)


def works(setup: Setup, rt: Runtime) -> tuple[tuple[Job, Work], ...]:
    """The timetable of the settings, each job with its work."""
    desk = Desk(setup, rt.store, rt.clock, partial(watch_of, rt))
    aside = Aside(TELEMETRY.name, lambda: _telemetry(desk), setup.log)
    tasks = {**chain_works(setup, rt), **desk_works(desk), TELEMETRY.name: aside.start}
    jobs = planned(setup)
    tasks |= {job.name: _apart(setup, job) for job in jobs if job.apart}
    return tuple((job, tasks[job.name]) for job in jobs)


def _apart(setup: Setup, job: Job) -> Work:
    return Apart(["jobs", "run", *job.name.split(), "--config", setup.config.source]).start


def chain_works(setup: Setup, rt: Runtime) -> Mapping[str, Work]:
    """Those that ask a node."""
    now = Switching(setup, rt)
    return {
        CYCLE.name: lambda: _cycle(setup, now()),
        FOLLOW_UP.name: lambda: _follow_up(now()),
    }


def desk_works(desk: Desk) -> Mapping[str, Work]:
    """Those for which the database is enough: cron may start them without a node or a key."""
    return {
        ALERTS.name: lambda: _alerts(desk),
        TELEMETRY.name: lambda: _telemetry(desk),
        BACKUP.name: lambda: _told(desk, BACKUP, _backup),
        CHECK.name: lambda: _check(desk),
        DAYS.name: lambda: _told(desk, DAYS, _close_days),
        REPORT.name: lambda: _told(desk, REPORT, _report),
        KEYS.name: lambda: _told(desk, KEYS, _key_ages),
        RETENTION.name: lambda: _told(desk, RETENTION, _retention),
    }


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
        with observed(watch_of(rt), rt.log, CYCLE.command, rt.trace):
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


def _alerts(desk: Desk) -> bool:
    """What it cannot do is logged: the next minute tries again."""
    watch = desk.watch()
    observe_quietly(watch, desk.setup.log)
    tell(alert_desk(desk.setup, desk.store, desk.clock), watch)
    return True


def _told(desk: Desk, job: Job, work: Callable[[Desk], bool]) -> bool:
    """How it ends is told: a failure raises an alert, and the next good end resolves it."""
    try:
        done = work(desk)
    except BotError as error:
        tell(alert_desk(desk.setup, desk.store, desk.clock), desk.watch(), Ended(job.name, error))
        if isinstance(error, OperatorError):  # a full disk for backups is no reason to stop exits
            raise CheckError(error.code, error.say, **error.facts) from error
        raise
    tell(alert_desk(desk.setup, desk.store, desk.clock), desk.watch(), Ended(job.name))
    return done


def _telemetry(desk: Desk) -> bool:
    """With a database of its own, so also in a thread: a slow collector keeps no cycle waiting."""
    with opened_telemetry(desk.setup) as opened:
        if opened is not None:
            telemetry(opened)
    return True


def _close_days(desk: Desk) -> bool:
    closed = close_days(desk.store, desk.setup.config.bot.name, desk.clock.now_ms())
    for day in closed:
        desk.setup.log.info("day closed", day_ms=day.day_ms, realised_wei=day.realised_wei)
    return True


def _report(desk: Desk) -> bool:
    """That a channel does not take it is told as with any other letter: it goes again."""
    setup = desk.setup
    report = morning(
        desk.watch(), mode=setup.config.bot.mode, backups_ms=backups.kept_ms(setup.config)
    )
    posted = send_morning(alert_desk(setup, desk.store, desk.clock), report)
    setup.log.info("morning report", channels=len(posted))
    return True


def _key_ages(desk: Desk) -> bool:
    config = desk.setup.config
    now_ms, days_max = desk.clock.now_ms(), config.keys.age_max_days
    require_young(key_ages(desk.store, keys_of(config), now_ms, days_max))
    return True


def _retention(desk: Desk) -> bool:
    """False: another run of it is at work."""
    return retained(desk.setup.config, dry_run=False) is not None


def _backup(desk: Desk) -> bool:
    report = backups.backup(desk.setup.config, None)
    facts = {"verified": report.verified, "sent": report.sent, "pruned": len(report.pruned)}
    desk.setup.log.info("database backed up", path=report.path, rows=report.rows, **facts)
    return True


def _check(desk: Desk) -> bool:
    """What it finds is told and recorded, and stops entries: health remembers damage."""
    problems = upkeep.check(desk.setup.config).problems
    if problems:
        note_error(desk.watch(), desk.setup.log, Code.ERR_DB_CORRUPT, CHECK.command)
        say = "the database is damaged; see `botctl db check`, and `botctl db restore`"
        raise CheckError(Code.ERR_DB_CORRUPT, say, problems="; ".join(problems))
    return True
