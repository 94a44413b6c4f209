"""The loop of `botctl run`: APScheduler keeps the times, everything else is told, never silent.

Its own defaults drop a start that is a second late and merge those that piled up, without a word
(LESSONS 18). Here it hands over every time that has come, and each of them is recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from apscheduler.executors.base import BaseExecutor  # type: ignore[import-untyped]
from apscheduler.job import Job as Entry  # type: ignore[import-untyped]
from apscheduler.schedulers.blocking import BlockingScheduler  # type: ignore[import-untyped]

from botctl.core.errors import CheckError, TransientError
from jobs.ledger import PASSED, JobLedger, Work, gap
from jobs.times import ms_of, time_of, untold
from jobs.timetable import CYCLE, MS, Job
from jobs.triggers import trigger_of
from jobs.wakes import Wakes, Watch

WAIT_MAX_S: Final = 30.0  # a clock that was set back is noticed within this time
JUMP_MS: Final = 5_000  # so much between asked and passed time is sleep, or a clock that was set
GOES_ON: Final = (TransientError, CheckError)  # the next run may find it mended


@dataclass(frozen=True, slots=True)
class News:
    """What is heard between scheduled times, what it means for us, and the work it starts."""

    wakes: Wakes
    watch: Watch
    work: Work


class Loop:
    """`wait` returns after the seconds it is given, or earlier; `stopping` is asked between jobs."""

    def __init__(
        self,
        timetable: Sequence[tuple[Job, Work]],
        ledger: JobLedger,
        *,
        wait: Callable[[float], None],
        stopping: Callable[[], bool],
        news: News | None = None,
    ) -> None:
        # The library starts what is due at once by its id: the number keeps the timetable's order.
        self._timetable: Mapping[str, tuple[Job, Work]] = {
            f"{number:02} {one[0].name}": one for number, one in enumerate(timetable)
        }
        self._ledger = ledger
        self._wait = wait
        self._stopping = stopping
        self._news = news
        self._failure: BaseException | None = None
        self._seen_ms = ledger.clock.now_ms()
        self._scheduler = _Scheduler(self)

    def run(self) -> None:
        """Until it is asked to stop. Raises the error that makes going on senseless."""
        last_ms = self._ledger.last_ms([job.name for job, _ in self._timetable.values()])
        for key, (job, _) in self._timetable.items():
            self._scheduler.add_job(
                int,  # a name for the library to hold; the executor below does the work
                trigger=trigger_of(job.cron),
                id=key,
                next_run_time=self._first_after(job, last_ms.get(job.name, self._seen_ms)),
                coalesce=False,
                max_instances=1,
                misfire_grace_time=job.grace_s,
            )
        self._scheduler.start()
        if self._failure is not None:
            raise self._failure

    @property
    def over(self) -> bool:
        return self._failure is not None or self._stopping()

    def perform(self, key: str, times: Sequence[datetime]) -> None:
        """All times of one job that have come: only the last can still be worth a start."""
        if self.over:
            return  # unrecorded: the next start of botctl finds and tells them
        try:
            failure = self._performed(*self._timetable[key], [ms_of(time) for time in times])
        except BaseException as error:  # noqa: BLE001  the library would log it and go on
            failure = error
        if failure is not None and not isinstance(failure, GOES_ON):
            self._failure = failure

    def pause(self, seconds: float) -> None:
        """Wait, and look at the clock afterwards: it may say something unexpected."""
        due_ms = None if self._news is None else self._news.wakes.wait_ms
        asked_ms = int(min(seconds, WAIT_MAX_S) * MS)
        asked_ms = asked_ms if due_ms is None else min(asked_ms, due_ms)
        before_ms = self._ledger.clock.now_ms()
        self._wait(asked_ms / MS)
        now_ms = self._ledger.clock.now_ms()
        if now_ms < self._seen_ms - JUMP_MS:
            self._begin_again("the clock was set back", self._seen_ms, now_ms)
        elif now_ms > before_ms + asked_ms + JUMP_MS:
            self._forget_the_oldest(
                "the machine slept, or the clock was set ahead", before_ms, now_ms
            )
        self._seen_ms = now_ms

    def woken(self) -> None:
        """What was heard meanwhile; the cycle it asks for, when that may start."""
        if self._news is None or self.over:
            return
        failure: BaseException | None
        try:
            failure = self._woken(self._news)
        except BaseException as error:  # noqa: BLE001  as in `perform`
            failure = error
        if failure is not None and not isinstance(failure, GOES_ON):
            self._failure = failure

    def _woken(self, news: News) -> BaseException | None:
        for heard in news.wakes.taken():
            news.watch.note(heard)
        due = news.wakes.due()
        if due is None:
            return None
        news.wakes.started()
        return self._ledger.perform(due.job, due.at_ms, news.work)

    def _performed(self, job: Job, work: Work, times_ms: Sequence[int]) -> BaseException | None:
        *earlier_ms, latest_ms = times_ms
        self._ledger.miss(job, earlier_ms, PASSED)
        if self._ledger.clock.now_ms() - latest_ms <= job.grace_ms:
            if self._news is not None and job.name == CYCLE.name:
                self._news.wakes.started()
            if job.apart and work():
                return None  # that process records how it went, as it does when cron starts it
            return self._ledger.perform(job, latest_ms, _is_busy if job.apart else work)
        self._ledger.miss(job, [latest_ms], PASSED)
        return None

    def _begin_again(self, what: str, was_ms: int, now_ms: int) -> None:
        """Without this, nothing would happen until the old time comes round again."""
        self._ledger.log.warning("clock jumped", what=what, was_ms=was_ms, now_ms=now_ms)
        for entry in self._scheduler.get_jobs():
            entry.modify(next_run_time=entry.trigger.get_next_fire_time(None, time_of(now_ms)))

    def _forget_the_oldest(self, what: str, was_ms: int, now_ms: int) -> None:
        self._ledger.log.warning("clock jumped", what=what, was_ms=was_ms, now_ms=now_ms)
        for entry in self._scheduler.get_jobs():
            job, _ = self._timetable[entry.id]
            entry.modify(next_run_time=self._first_after(job, ms_of(entry.next_run_time) - 1))

    def _first_after(self, job: Job, after_ms: int) -> datetime:
        """The first time to tell of; what lies before it is told in one row."""
        found = untold(job.cron, after_ms, self._ledger.clock.now_ms())
        if found.has_gap:
            self._ledger.miss(job, [ms_of(found.first)], gap(found))
            return found.since
        return found.first


def _is_busy() -> bool:
    return False


class _Scheduler(BlockingScheduler):  # type: ignore[misc]  # the library is untyped
    """Waits through the loop, so that signals and the clock's jumps are seen."""

    def __init__(self, loop: Loop) -> None:
        super().__init__(executors={"default": _InThisThread(loop)}, timezone=UTC)
        self._loop = loop

    def _main_loop(self) -> None:
        seconds = 0.0
        while not self._loop.over:
            self._loop.pause(seconds)
            self._loop.woken()
            seconds = self._process_jobs()
        self.shutdown(wait=False)


class _InThisThread(BaseExecutor):  # type: ignore[misc]
    """One job after the other: none overlaps another, and a signal waits until it is done."""

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self._loop = loop

    def _do_submit_job(self, entry: Entry, run_times: Sequence[datetime]) -> None:
        self._loop.perform(entry.id, run_times)
        self._run_job_success(entry.id, [])
