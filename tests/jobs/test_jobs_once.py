"""Started by cron: the time that was due is recorded, and those that passed without a start."""

from datetime import timedelta

import pytest

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from jobs.board import board
from jobs.ledger import JobLedger, Outcome, Work
from jobs.once import OnceReport, once
from jobs.times import between_ms, latest_ms, next_ms
from jobs.timetable import BACKUP, CHECK, CYCLE, TIMETABLE, Job
from tests.jobs.world import NOON, SECOND, World, minutes, ms
from tests.support.quiet import QuietLog

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def started(world: World, job: Job = CYCLE, work: Work | None = None) -> OnceReport:
    return once(JobLedger(world.store, world.clock, QuietLog()), job, work or world.note)


def test_the_first_start_ever_records_its_own_time_alone(world: World) -> None:
    assert started(world) == OnceReport("cycle", ms(NOON), "ran", 0)
    assert minutes(world.rows()) == [0]


def test_the_times_that_cron_left_out_are_found_by_the_next_start(world: World) -> None:
    started(world)
    world.frozen.move_to(NOON + 5 * MINUTE + SECOND)
    assert started(world) == OnceReport("cycle", ms(NOON + 5 * MINUTE), "ran", 4)
    assert minutes(world.rows("missed")) == [1, 2, 3, 4]
    assert len(world.started) == 2


def test_a_long_absence_is_one_row_and_the_last_days_rows(world: World) -> None:
    started(world)
    world.frozen.move_to(NOON + timedelta(days=30) + SECOND)
    report = started(world)
    assert report.missed == 1 + 24 * 60
    assert world.rows("missed")[0].detail.endswith("Z")
    world.frozen.tick(MINUTE)
    assert started(world).missed == 0


def test_a_time_that_run_has_done_is_left_alone(world: World) -> None:
    world.stop_at(NOON + 2.5 * MINUTE)
    world.run()
    before = world.rows()
    world.frozen.move_to(NOON + 2 * MINUTE + 40 * SECOND)
    assert started(world) == OnceReport("cycle", ms(NOON + 2 * MINUTE), "", 0)
    assert world.rows() == before
    assert len(world.started) == 2


def test_run_tells_nothing_again_that_cron_has_told(world: World) -> None:
    for n in range(3):
        world.frozen.move_to(NOON + n * MINUTE + SECOND)
        started(world)
    world.stop_at(NOON + 4.5 * MINUTE)
    world.run()
    assert minutes(world.rows()) == [0, 1, 2, 3, 4]
    assert world.rows("missed") == []


def test_a_time_that_run_gave_up_as_missed_may_still_be_done_by_cron(world: World) -> None:
    JobLedger(world.store, world.clock, QuietLog()).miss(CYCLE, [ms(NOON)], "busy")
    assert started(world).outcome == "ran"
    assert [run.outcome for run in world.rows()] == ["ran"]


def test_a_start_that_comes_seconds_late_is_called_late(world: World) -> None:
    world.frozen.move_to(NOON + 20 * SECOND)
    assert started(world).outcome == "late"


def test_what_fails_is_recorded_and_raised(world: World) -> None:
    def failing() -> bool:
        raise TransientError(Code.ERR_RPC_TIMEOUT)

    with pytest.raises(TransientError):
        started(world, work=failing)
    assert [(run.outcome, run.detail) for run in world.rows()] == [("failed", "ERR_RPC_TIMEOUT")]


def test_another_run_at_work_is_recorded_as_skipped(world: World) -> None:
    assert started(world, work=lambda: False).outcome == "skipped"


def test_a_record_from_the_future_keeps_no_start_from_its_work(world: World) -> None:
    world.frozen.move_to(NOON + 24 * HOUR + SECOND)
    started(world)
    world.frozen.move_to(NOON + SECOND)
    assert started(world) == OnceReport("cycle", ms(NOON), "ran", 0)


@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.name)
def test_the_last_time_of_a_line_is_at_most_now_and_the_next_one_is_after_it(job: Job) -> None:
    for offset_s in (0, 1, 59, 3_601, 40_000):
        now_ms = ms(NOON) + offset_s * 1_000
        found = latest_ms(job.cron, now_ms)
        assert found is not None
        assert found <= now_ms < next_ms(job.cron, found)


def test_a_leap_day_is_found_and_a_day_that_never_comes_is_none() -> None:
    assert latest_ms("0 0 29 2 *", ms(NOON)) == 1_709_164_800_000  # 2024-02-29
    assert latest_ms("0 0 1 1 *", ms(NOON)) == 1_767_225_600_000


def test_the_times_between_leave_out_the_end() -> None:
    assert between_ms("* * * * *", 60_000, 180_000) == [60_000, 120_000]
    assert between_ms("* * * * *", 180_000, 180_000) == []


def test_the_board_tells_last_next_lateness_and_a_weeks_misses(world: World) -> None:
    started(world)
    world.frozen.move_to(NOON + 3 * MINUTE + 8 * SECOND)
    started(world)
    now_ms = world.clock.now_ms()
    cycle, backup, check = board((CYCLE, BACKUP, CHECK), world.store, now_ms).jobs
    assert (cycle.last_outcome, cycle.late_ms, cycle.missed, cycle.ran) == ("late", 8_000, 2, 1)
    assert cycle.next_ms == ms(NOON + 4 * MINUTE)
    assert (backup.last_outcome, backup.last_scheduled_ms, backup.missed) == ("", None, 0)
    assert backup.next_ms == ms(NOON + 17 * MINUTE)
    assert check.next_ms == ms(NOON + 16 * HOUR + 43 * MINUTE)
    week_later = board((CYCLE,), world.store, now_ms + 7 * 86_400_000).jobs[0]
    assert (week_later.missed, week_later.last_outcome) == (0, Outcome.LATE)
