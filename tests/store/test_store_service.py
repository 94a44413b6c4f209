"""What running unattended leaves behind, on both databases."""

from botctl.adapters.store import SqlStore
from botctl.ports.service import DayRow, DaySum, KeyAge, Start
from botctl.ports.store import JobRun
from tests.store.making import BOT

DAY = 86_400_000
FIRST = DayRow(DAY, DAY * 2 + 5, -(10**20), 7, 3, 2, 1, 1, 10**30, -5)


def test_a_day_is_closed_once_and_comes_back_as_it_was(store: SqlStore) -> None:
    later = DayRow(2 * DAY, 3 * DAY, 0, 0, 0, 0, 0, 0, 0, None)
    assert store.close_day(FIRST)
    assert store.close_day(later)
    assert not store.close_day(DayRow(DAY, 1, 1, 1, 1, 1, 1, 1, 1, 1))
    assert store.days(5) == (later, FIRST)
    assert store.days(1) == (later,)


def test_a_day_without_a_fill_sums_to_nothing(store: SqlStore) -> None:
    assert store.day_sum(BOT, 0, DAY) == DaySum(0, 0, 0, 0, 0)


def test_starts_come_with_the_one_before_them(store: SqlStore) -> None:
    for at_ms in (1, 5, 9):
        store.run_started(at_ms)
    store.run_stopped(5, 8, "stopped")
    assert store.starts(9) == (Start(5, 8, "stopped"), Start(9, None, ""))
    assert [start.started_ms for start in store.starts(0)] == [1, 5, 9]


def test_a_key_is_known_by_its_newest_mark(store: SqlStore) -> None:
    store.note_key(KeyAge("b", "mark", 1))
    store.note_key(KeyAge("a", "mark", 2))
    store.note_key(KeyAge("b", "other", 3))
    assert store.key_ages() == (KeyAge("a", "mark", 2), KeyAge("b", "other", 3))


def ran(job: str, at_ms: int, outcome: str = "ran") -> JobRun:
    started_ms = None if outcome == "missed" else at_ms
    return JobRun(job, at_ms, started_ms, started_ms, outcome)


def test_who_did_not_do_the_work_never_replaces_who_did(store: SqlStore) -> None:
    """LESSONS 18: `run` and cron tell of one time, in either order."""
    for outcome in ("missed", "ran", "skipped", "missed"):
        store.record_job(ran("cycle", 60_000, outcome))
    assert store.jobs(5) == (ran("cycle", 60_000),)


def test_what_was_done_later_after_all_replaces_that_it_was_missed(store: SqlStore) -> None:
    store.record_job(ran("cycle", 60_000, "missed"))
    store.record_job(ran("cycle", 60_000, "failed"))
    assert [run.outcome for run in store.jobs(5)] == ["failed"]


def test_each_job_has_its_last_run_its_rows_and_its_counts(store: SqlStore) -> None:
    for at_ms in (1, 2, 3):
        store.record_job(ran("cycle", at_ms, "missed" if at_ms == 2 else "ran"))
    store.record_job(ran("db check", 1))
    assert store.last_runs(["db check", "cycle", "never"]) == {
        "db check": ran("db check", 1),
        "cycle": ran("cycle", 3),
    }
    assert [run.scheduled_ms for run in store.job_rows("cycle", 1, 2)] == [1, 2]
    assert store.job_counts(2) == {("cycle", "missed"): 1, ("cycle", "ran"): 1}
