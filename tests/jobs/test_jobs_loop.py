"""No scheduled time passes in silence (LESSONS 18), and errors end the loop as they should (19)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from botctl.core.codes import Code
from botctl.core.errors import BotError, CheckError, CorruptError, OperatorError, TransientError
from jobs.ledger import PASSED, Work
from jobs.timetable import ALERTS, BACKUP, CHECK, CYCLE, Job
from tests.jobs.world import NOON, SECOND, World, minutes, ms

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_a_job_runs_at_every_one_of_its_times(world: World) -> None:
    world.stop_at(NOON + 5.5 * MINUTE)
    world.run()
    assert minutes(world.rows("ran")) == [1, 2, 3, 4, 5]
    assert world.rows() == world.rows("ran")
    assert world.started == [NOON + n * MINUTE for n in range(1, 6)]


def test_a_start_within_its_grace_runs_and_is_called_late(world: World) -> None:
    world.at(NOON + 0.5 * MINUTE, lambda: world.frozen.move_to(NOON + MINUTE + 20 * SECOND))
    world.stop_at(NOON + 1.5 * MINUTE)
    world.run()
    (row,) = world.rows()
    assert (row.outcome, row.scheduled_ms) == ("late", ms(NOON + MINUTE))
    assert row.started_ms == ms(NOON + MINUTE + 20 * SECOND)


def test_times_that_passed_while_the_machine_slept_are_recorded_as_missed(world: World) -> None:
    world.at(NOON + 2.5 * MINUTE, lambda: world.frozen.move_to(NOON + 3 * HOUR + 50 * SECOND))
    world.stop_at(NOON + 3 * HOUR + 1.5 * MINUTE)
    world.run()
    assert minutes(world.rows("missed")) == list(range(3, 181))
    assert minutes(world.rows("ran")) == [1, 2, 181]
    assert {row.detail for row in world.rows("missed")} == {PASSED}


def test_times_that_passed_while_the_process_was_down_are_recorded_when_it_starts(
    world: World,
) -> None:
    world.stop_at(NOON + 1.5 * MINUTE)
    world.run()
    world.frozen.move_to(NOON + 10 * MINUTE + 10 * SECOND)
    world.stop_at(NOON + 11.5 * MINUTE)
    world.run()
    assert minutes(world.rows("missed")) == list(range(2, 10))
    assert minutes(world.rows("late")) == [
        10
    ]  # still within its grace: better late than a minute on
    assert minutes(world.rows("ran")) == [1, 11]


def test_the_first_start_ever_has_missed_nothing(world: World) -> None:
    world.frozen.move_to(NOON + 10 * SECOND)
    world.stop_at(NOON + MINUTE)
    world.run()
    assert minutes(world.rows()) == []


def test_a_job_that_takes_too_long_makes_the_next_times_missed_and_not_forgotten(
    world: World,
) -> None:
    def slow() -> bool:
        if world.note() and len(world.started) == 1:
            world.frozen.tick(3.9 * MINUTE)
        return True

    world.stop_at(NOON + 5.5 * MINUTE)
    world.run((CYCLE, slow))
    assert minutes(world.rows("ran")) == [1, 5]
    assert minutes(world.rows("missed")) == [2, 3, 4]
    assert [row.outcome for row in world.rows()] == ["ran", "missed", "missed", "missed", "ran"]


def test_a_clock_that_is_set_back_does_not_stop_the_loop_until_the_old_time(world: World) -> None:
    def set_back() -> None:
        world.frozen.move_to(NOON - HOUR + 10 * SECOND)
        world.stop_at(NOON - HOUR + 2.5 * MINUTE)

    world.at(NOON + 2.5 * MINUTE, set_back)
    world.run()
    assert [minute for minute in minutes(world.rows("ran")) if minute < 0] == [-59, -58]


def test_a_clock_that_is_set_ahead_by_years_ends_in_a_bounded_number_of_rows(world: World) -> None:
    ahead = NOON + timedelta(days=3 * 365) + 50 * SECOND
    world.at(NOON + 1.5 * MINUTE, lambda: world.frozen.move_to(ahead))
    world.stop_at(ahead + MINUTE)
    world.run()
    missed = world.rows("missed")
    assert 1_440 <= len(missed) <= 1_442
    assert missed[0].scheduled_ms == ms(NOON + 2 * MINUTE)
    assert missed[0].detail.startswith(f"{PASSED}; so did all times up to 2029-03-02 ")


def test_a_record_from_the_future_does_not_keep_the_loop_from_starting(world: World) -> None:
    world.frozen.move_to(NOON + 24 * HOUR + SECOND)
    world.stop_at(NOON + 24 * HOUR + 1.5 * MINUTE)
    world.run()
    world.frozen.move_to(NOON + SECOND)
    world.stop_at(NOON + 1.5 * MINUTE)
    world.run()
    assert minutes(world.rows("ran")) == [1, 24 * 60 + 1]


def test_a_run_elsewhere_is_recorded_as_skipped(world: World) -> None:
    world.stop_at(NOON + 1.5 * MINUTE)
    world.run((CYCLE, lambda: False))
    (row,) = world.rows()
    assert (row.outcome, minutes([row])) == ("skipped", [1])


@pytest.mark.parametrize("kind", [TransientError, CheckError])
def test_what_the_next_run_may_find_mended_is_recorded_and_the_loop_goes_on(
    world: World, kind: type[BotError]
) -> None:
    def failing() -> bool:
        world.note()
        raise kind(Code.ERR_RPC_TIMEOUT)

    world.stop_at(NOON + 3.5 * MINUTE)
    world.run((CYCLE, failing))
    rows = world.rows()
    assert [(row.outcome, row.detail) for row in rows] == [("failed", Code.ERR_RPC_TIMEOUT)] * 3
    assert all(row.started_ms is not None and row.finished_ms is not None for row in rows)


@pytest.mark.parametrize(("kind", "status"), [(OperatorError, 78), (CorruptError, 70)])
def test_what_only_a_person_can_mend_ends_the_loop_with_its_own_status(
    world: World, kind: type[BotError], status: int
) -> None:
    def failing() -> bool:
        raise kind(Code.ERR_DB_CORRUPT)

    with pytest.raises(kind) as caught:
        world.run((CYCLE, failing))
    assert caught.value.exit_code == status
    assert [row.outcome for row in world.rows()] == ["failed"]


def test_a_mistake_of_ours_is_recorded_before_it_ends_the_loop(world: World) -> None:
    def failing() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.run((CYCLE, failing))
    assert [(row.outcome, row.detail) for row in world.rows()] == [("failed", "UNEXPECTED")]


def test_asked_to_stop_the_running_job_is_finished_and_no_other_starts(world: World) -> None:
    def stopped_meanwhile() -> bool:
        world.stop()
        world.frozen.tick(10 * SECOND)
        return True

    world.frozen.move_to(NOON + 16.9 * MINUTE)
    world.run((CYCLE, stopped_meanwhile), (BACKUP, world.note))
    assert [(row.job, row.outcome) for row in world.rows()] == [("cycle", "ran")]
    assert world.started == []


def test_what_was_due_when_it_was_asked_to_stop_is_told_at_the_next_start(world: World) -> None:
    test_asked_to_stop_the_running_job_is_finished_and_no_other_starts(world)
    world.frozen.move_to(NOON + 30 * MINUTE)
    world.stop_at(NOON + 30.5 * MINUTE)
    world.run()
    assert minutes(world.rows("missed")) == list(range(18, 30))


def test_trading_comes_first_when_several_jobs_are_due(world: World) -> None:
    order: list[str] = []

    def noting(job: Job) -> Work:
        def note() -> bool:
            order.append(job.name)
            return True

        return note

    world.frozen.move_to(NOON + 16.5 * MINUTE)
    world.stop_at(NOON + 17.5 * MINUTE)
    world.run(*((job, noting(job)) for job in (CYCLE, ALERTS, BACKUP, CHECK)))
    assert order == ["cycle", "alerts send", "db backup"]


def test_a_daily_job_finds_its_last_run_among_a_day_of_cycles(world: World) -> None:
    world.stop_at(NOON + 24 * HOUR)
    daily = replace(CHECK, apart=False)
    world.run((CYCLE, world.note), (daily, world.note))
    world.frozen.move_to(NOON + 48 * HOUR)
    world.stop_at(NOON + 48 * HOUR + MINUTE)
    world.run((daily, world.note))
    assert [row.outcome for row in world.rows() if row.job == "db check"] == ["ran", "missed"]


def test_a_process_apart_records_itself_and_one_that_is_still_at_work_is_skipped(
    world: World,
) -> None:
    started = iter((True, False))
    world.stop_at(NOON + 2 * HOUR)
    world.run((CYCLE, world.note), (BACKUP, lambda: next(started)))
    assert [row.outcome for row in world.rows() if row.job == "db backup"] == ["skipped"]
