"""Every scheduled time leaves a row: ran, late, missed, skipped or failed (LESSONS 18)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from botctl.core.errors import BotError
from botctl.ports.clock import Clock
from botctl.ports.runtime import Log
from botctl.ports.store import JobRun, StateStore
from jobs.stopper import DroppedError
from jobs.times import Untold
from jobs.timetable import Job

LATE_MS: Final = 5_000  # a later start counts as late; up to the job's grace it still runs
UNEXPECTED: Final = "UNEXPECTED"  # an error without a code: a mistake of ours
ASKED: Final = "botctl was asked to stop"
PASSED: Final = "its time passed while botctl was down, asleep or busy"


class Outcome(StrEnum):
    RAN = "ran"
    LATE = "late"  # ran, but not in time
    MISSED = "missed"  # did not start: down, asleep, or busy for too long
    SKIPPED = "skipped"  # another run of the same command was at it
    FAILED = "failed"
    DROPPED = (
        "dropped"  # given up half-way: asked to stop, and it was nothing that must be finished
    )


Work = Callable[[], bool]
"""Do the job's work. False: another run of the same command has the lock."""


def gap(untold: Untold) -> str:
    return f"{PASSED}; so did all times up to {untold.since:%F %R}Z"


@dataclass(frozen=True, slots=True)
class JobLedger:
    store: StateStore
    clock: Clock
    log: Log
    counts: Counter[str] = field(default_factory=Counter)  # outcomes since the start

    def last_ms(self, jobs: Sequence[str]) -> dict[str, int]:
        """The last recorded time of each job."""
        return {job: run.scheduled_ms for job, run in self.store.last_runs(jobs).items()}

    def miss(self, job: Job, times_ms: Sequence[int], why: str) -> None:
        """One row each; one line in the log for all of them."""
        for scheduled_ms in times_ms:
            self._record(JobRun(job.name, scheduled_ms, None, None, Outcome.MISSED, why))
        if times_ms:
            self.log.warning(
                "job missed", job=job.name, times=len(times_ms), first_ms=times_ms[0], why=why
            )

    def perform(self, job: Job, scheduled_ms: int, work: Work) -> BotError | None:
        """Run it and record how it went. Raises what is not a BotError, once it is recorded."""
        started_ms = self.clock.now_ms()
        run = JobRun(job.name, scheduled_ms, started_ms, None, Outcome.FAILED, UNEXPECTED)
        failure: BotError | None = None
        try:
            late = started_ms - scheduled_ms > LATE_MS
            done = Outcome.LATE if late else Outcome.RAN
            run = replace(run, outcome=done if work() else Outcome.SKIPPED, detail="")
        except BotError as error:
            failure, run = error, replace(run, detail=str(error.code))
        except DroppedError:
            run = replace(run, outcome=Outcome.DROPPED, detail=ASKED)
        finally:
            finished = replace(run, finished_ms=self.clock.now_ms())
            self._say(finished, failure)
            unwritable = self._record(finished)
        return failure or unwritable

    def _record(self, run: JobRun) -> BotError | None:
        """A store that takes no row is told, and does not keep a job from its work."""
        self.counts[run.outcome] += 1
        try:
            self.store.record_job(run)
        except BotError as error:
            self.log.warning("job run not recorded", job=run.job, code=error.code)
            return error
        return None

    def _say(self, run: JobRun, failure: BotError | None) -> None:
        assert run.started_ms is not None
        assert run.finished_ms is not None
        facts = {
            "job": run.job,
            "outcome": run.outcome,
            "ms": run.finished_ms - run.started_ms,
            "late_ms": run.started_ms - run.scheduled_ms,
        }
        if failure is not None:
            self.log.error("job failed", code=failure.code, say=failure.say, **facts)
        elif run.outcome is Outcome.DROPPED:
            self.log.warning("job dropped", why=ASKED, **facts)
        elif run.outcome is Outcome.SKIPPED:
            self.log.warning("job skipped", why="another run of it is at work", **facts)
        else:
            self.log.info("job done", **facts)
