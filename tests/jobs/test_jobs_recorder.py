"""Whatever the clock does and however often it is started: no scheduled time passes in silence."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from jobs.ledger import JobLedger
from jobs.once import once
from jobs.timetable import CYCLE, Job
from tests.jobs.world import NOON, SECOND, World, ms, opened_store
from tests.support.quiet import QuietLog

MINUTE_MS = 60_000
EVERY = (1, 2, 15)  # minutes that divide an hour, so that the times are multiples of them
# A smaller example tells little more here, and looking for one takes minutes.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


@dataclass
class Life:
    """What the clock showed: each stretch that it went through forwards, without a jump back."""

    stretches: list[tuple[int, int]] = field(default_factory=list)

    def times_due(self, every_ms: int) -> set[int]:
        return {
            at_ms
            for begin_ms, end_ms in self.stretches
            for at_ms in range(-(-begin_ms // every_ms) * every_ms, end_ms + 1, every_ms)
            if begin_ms < at_ms <= end_ms
        }


RUN, SLEEP, SLOW, DOWN, CRON = "run", "sleep", "slow", "down", "cron"
STEPS = st.lists(
    st.tuples(st.sampled_from((RUN, SLEEP, SLOW, DOWN, CRON)), st.integers(1, 60)),
    min_size=1,
    max_size=5,
)


def played(folder: Path, every: int, steps: list[tuple[str, int]]) -> tuple[World, Life]:
    """Each step is a start of `run` with something that happens to it, or of cron, or a time of nothing."""
    job = Job("cycle", f"*/{every} * * * *" if every > 1 else "* * * * *", "cycle", 30, "a test")
    store, life = opened_store(folder), Life()
    with freeze_time(NOON + SECOND) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        world = World(frozen, store)
        for what, minutes in steps:
            _step(world, job, what, minutes)
        once(JobLedger(store, world.clock, QuietLog()), job, world.note)
        life.stretches.append((ms(NOON), world.clock.now_ms()))
    return world, life


def _step(world: World, job: Job, what: str, minutes: int) -> None:
    now, span = world.now(), timedelta(minutes=minutes)
    if what == DOWN:
        world.frozen.tick(span)
    elif what == CRON:
        once(JobLedger(world.store, world.clock, QuietLog()), job, world.note)
    else:
        middle: Callable[[], bool] = world.note
        if what == SLEEP:
            world.at(now + 61 * SECOND, lambda: world.frozen.move_to(now + span))
        if what == SLOW:
            middle = _slow_once(world, span)
        world.stop_at(now + span + timedelta(minutes=8))
        world.run((job, middle))


def _slow_once(world: World, span: timedelta) -> Callable[[], bool]:
    spent: list[bool] = []

    def work() -> bool:
        world.note()
        if not spent:
            spent.append(True)
            world.frozen.tick(span)
        return True

    return work


@settings(max_examples=12, deadline=None, phases=NO_SHRINKING)
@given(st.sampled_from(EVERY), STEPS)
def test_every_time_that_came_has_one_row_and_no_other_time_has_one(
    every: int, steps: list[tuple[str, int]]
) -> None:
    with TemporaryDirectory() as folder:
        world, life = played(Path(folder), every, steps)
        try:
            rows = world.rows()
            told = [row.scheduled_ms for row in rows]
            first_ms = min(told)
            due = {at for at in life.times_due(every * MINUTE_MS) if at >= first_ms}
            assert len(told) == len(set(told))
            assert set(told) - {ms(NOON)} == due - {ms(NOON)}
            assert sum(row.started_ms is not None for row in rows) == len(world.started)
            for row in rows:
                assert row.outcome in {"ran", "late", "missed"}
        finally:
            world.store.close()


@settings(max_examples=8, deadline=None, phases=NO_SHRINKING)
@given(st.integers(2, 40), st.integers(1, 300), st.booleans())
def test_a_clock_set_back_loses_no_record_and_relived_times_are_never_told_as_missed(
    ran_minutes: int, back_minutes: int, by_cron: bool
) -> None:
    with TemporaryDirectory() as folder:
        store = opened_store(Path(folder))
        with freeze_time(NOON + SECOND) as frozen:
            assert isinstance(frozen, FrozenDateTimeFactory)
            world = World(frozen, store)
            world.stop_at(NOON + timedelta(minutes=ran_minutes) + 30 * SECOND)
            world.run()
            before = {row.scheduled_ms: row.outcome for row in world.rows()}
            frozen.move_to(world.now() - timedelta(minutes=back_minutes))
            if by_cron:
                once(JobLedger(store, world.clock, QuietLog()), CYCLE, world.note)
            else:
                world.stop_at(world.now() + timedelta(minutes=3))
                world.run()
            after = {row.scheduled_ms: row.outcome for row in world.rows()}
        store.close()
    assert before.keys() <= after.keys()
    assert {after[at_ms] for at_ms in before} <= {"ran", "late"}
