"""How the timetable is doing: each job's last run, its next time, and what was missed in a week."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from botctl.ports.store import JobRun, StateStore
from jobs.ledger import Outcome
from jobs.times import next_ms
from jobs.timetable import Job

WEEK_MS: Final = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class JobLine:
    """`late_ms`: how long after its time the last run began; counts are of the last seven days."""

    job: str
    cron: str
    command: str
    why: str
    last_scheduled_ms: int | None
    last_started_ms: int | None
    last_finished_ms: int | None
    last_outcome: str  # empty: it never came to one
    last_detail: str
    late_ms: int | None
    next_ms: int
    ran: int
    late: int
    missed: int
    skipped: int
    failed: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Board:
    now_ms: int
    jobs: tuple[JobLine, ...]


def board(timetable: Iterable[Job], store: StateStore, now_ms: int) -> Board:
    jobs = tuple(timetable)
    last, counts = store.last_runs([job.name for job in jobs]), store.job_counts(now_ms - WEEK_MS)

    def line(job: Job) -> JobLine:
        run = last.get(job.name)
        found = {outcome: counts.get((job.name, outcome), 0) for outcome in Outcome}
        return JobLine(
            job=job.name,
            cron=job.cron,
            command=job.command,
            why=job.why,
            last_scheduled_ms=run.scheduled_ms if run else None,
            last_started_ms=run.started_ms if run else None,
            last_finished_ms=run.finished_ms if run else None,
            last_outcome=run.outcome if run else "",
            last_detail=run.detail if run else "",
            late_ms=_late_ms(run),
            next_ms=next_ms(job.cron, now_ms),
            ran=found[Outcome.RAN],
            late=found[Outcome.LATE],
            missed=found[Outcome.MISSED],
            skipped=found[Outcome.SKIPPED],
            failed=found[Outcome.FAILED],
            dropped=found[Outcome.DROPPED],
        )

    return Board(now_ms, tuple(line(job) for job in jobs))


def _late_ms(run: JobRun | None) -> int | None:
    if run is None or run.started_ms is None:
        return None
    return max(0, run.started_ms - run.scheduled_ms)
