"""A loop in frozen time: waiting moves the clock, and a test says where it jumps."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory

from botctl.adapters.clock import SystemClock
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.core.units import ZERO_ADDRESS
from botctl.ports.store import JobRun, Store
from jobs.ledger import JobLedger, Work
from jobs.scheduler import Loop
from jobs.timetable import CYCLE, Job
from tests.support.quiet import QuietLog

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WAITS_MAX = 20_000


def ms(time: datetime) -> int:
    return round(time.timestamp() * 1_000)


def opened_store(folder: Path) -> Store:
    return open_store(
        f"sqlite:///{folder / 'jobs.db'}",
        chain_id=1,
        factory=ZERO_ADDRESS,
        bot="main",
        busy_ms=1_000,
        ids=TimeOrderedIds(),
    )


class World:
    """`at` does something to the frozen clock when the loop first waits past a time."""

    def __init__(self, frozen: FrozenDateTimeFactory, store: Store) -> None:
        self.frozen = frozen
        self.store = store
        self.clock = SystemClock()
        self.started: list[datetime] = []
        self.stopped = False
        self._plans: list[tuple[datetime, Callable[[], None]]] = []
        self._waits = 0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now_ms() / 1_000, UTC)

    def at(self, time: datetime, do: Callable[[], None]) -> None:
        self._plans.append((time, do))

    def stop_at(self, time: datetime) -> None:
        self.at(time, self.stop)

    def stop(self) -> None:
        self.stopped = True

    def note(self) -> bool:
        self.started.append(self.now())
        return True

    def run(self, *timetable: tuple[Job, Work]) -> None:
        self.stopped = False
        Loop(
            timetable or ((CYCLE, self.note),),
            JobLedger(self.store, self.clock, QuietLog()),
            wait=self._wait,
            stopping=lambda: self.stopped,
        ).run()

    def rows(self, outcome: str = "") -> list[JobRun]:
        """Oldest first."""
        rows = self.store.jobs(WAITS_MAX)[::-1]
        return [row for row in rows if outcome in ("", row.outcome)]

    def _wait(self, seconds: float) -> None:
        self._waits += 1
        assert self._waits < WAITS_MAX, "the loop spins"
        self.frozen.tick(timedelta(seconds=seconds))
        due = [plan for plan in self._plans if plan[0] <= self.now()]
        self._plans = [plan for plan in self._plans if plan not in due]
        for _, do in due:
            do()


def minutes(rows: Sequence[JobRun]) -> list[int]:
    """When they were due, in minutes after noon."""
    return [(row.scheduled_ms - ms(NOON)) // 60_000 for row in rows]
