"""Grandfather, father, son: what is kept of many backups, and which names are backups at all."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.backups import DAY_MS, HOUR_MS, WEEK_MS, Keep, kept_of, made_ms_of, name_of

KEEP = Keep(hourly=24, daily=14, weekly=8)
NOW = 1_772_625_600_000
TIMES = st.lists(st.integers(NOW - 400 * DAY_MS, NOW), max_size=80)


def test_a_year_of_hourly_backups_becomes_hours_days_and_weeks() -> None:
    made = [NOW - n * HOUR_MS + 17 * 60_000 for n in range(365 * 24)]
    kept = sorted(kept_of(made, KEEP), reverse=True)
    assert kept[:24] == made[:24]
    assert len({at // DAY_MS for at in kept}) >= 14
    assert len({at // WEEK_MS for at in kept}) == 8
    assert 24 + 12 <= len(kept) <= 24 + 14 + 8


@given(TIMES, st.integers(1, 30), st.integers(0, 20), st.integers(0, 10))
def test_it_keeps_some_of_them_the_newest_always_and_never_more_than_asked(
    made: list[int], hourly: int, daily: int, weekly: int
) -> None:
    kept = kept_of(made, Keep(hourly, daily, weekly))
    assert kept <= set(made)
    assert (max(made) in kept) if made else not kept
    assert len(kept) <= hourly + daily + weekly


@given(TIMES)
def test_pruning_again_takes_nothing_more(made: list[int]) -> None:
    kept = kept_of(made, KEEP)
    assert kept_of(kept, KEEP) == kept


@given(TIMES, st.integers(0, 40 * HOUR_MS))
def test_what_goes_today_would_not_have_been_wanted_tomorrow(made: list[int], later: int) -> None:
    """Pruning every hour keeps what pruning once at the end would keep."""
    newer = NOW + later
    at_once = kept_of([*made, newer], KEEP)
    assert kept_of([*kept_of(made, KEEP), newer], KEEP) == at_once


@given(st.integers(0, 4_000_000_000_000))
def test_a_name_tells_its_time(made_ms: int) -> None:
    assert made_ms_of(name_of(made_ms)) == made_ms


@pytest.mark.parametrize(
    "name",
    [
        ".backup-abc",
        "botctl-20260304T120000.000Z.zip.part",
        "botctl-20260304T120000.zip",
        "botctl-20261399T120000.000Z.zip",
        "../botctl-20260304T120000.000Z.zip",
        "notes.zip",
    ],
)
def test_what_is_no_finished_backup_is_not_taken_for_one(name: str) -> None:
    assert made_ms_of(name) is None


def test_the_name_is_the_time_in_utc() -> None:
    moment = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    made_ms = round(moment.timestamp() * 1_000) + 7
    assert name_of(made_ms) == "botctl-20260304T120000.007Z.zip"
