"""One timetable for the scheduler and for cron, read by both in the same way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]

from botctl.cli.app import COMMANDS
from botctl.config.groups.bot import ScheduleGroup
from jobs.crontab import crontab
from jobs.timetable import TIMETABLE, Job, timetable
from jobs.triggers import trigger_of

EXAMPLE = Path(__file__).parents[2] / "crontab.example"
SUNDAY = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_example_is_what_the_timetable_renders() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == crontab(TIMETABLE)


def test_every_line_of_the_example_is_a_job_and_a_command_of_ours() -> None:
    lines = [
        line
        for line in EXAMPLE.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#") and "=" not in line.split()[0]
    ]
    assert [line.split("\t")[0] for line in lines] == [job.cron for job in TIMETABLE]
    assert all(job.command in COMMANDS for job in TIMETABLE)
    assert all("%" not in line for line in lines)  # cron makes a line break of it


def test_the_defaults_of_the_settings_are_the_timetable() -> None:
    defaults = ScheduleGroup()
    planned = timetable(
        cycle_cron=defaults.cycle_cron,
        backup_cron=defaults.backup_cron,
        report_cron=defaults.report_cron,
        cycle_grace_s=defaults.late_max_s,
    )
    assert planned == TIMETABLE


@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.name)
def test_a_late_start_is_given_up_before_the_next_one_is_due(job: Job) -> None:
    trigger = trigger_of(job.cron)
    first = trigger.get_next_fire_time(None, SUNDAY)
    second = trigger.get_next_fire_time(first, first + MINUTE / 60)
    assert timedelta(seconds=job.grace_s) < second - first


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("*", {0, 1, 2, 3, 4, 5, 6}),
        ("0", {0}),
        ("7", {0}),
        ("1-5", {1, 2, 3, 4, 5}),
        ("0-2", {0, 1, 2}),
        ("5-7", {5, 6, 0}),
        ("*/3", {0, 3, 6}),
        ("2/2", {2, 4, 6}),
        ("1,4", {1, 4}),
        ("sun,wed", {0, 3}),
    ],
)
def test_week_days_count_from_sunday_as_in_cron(field: str, days: set[int]) -> None:
    trigger = trigger_of(f"0 12 * * {field}")
    starts, at = [], SUNDAY
    while (at := trigger.get_next_fire_time(None, at)) < SUNDAY + timedelta(days=7):
        starts.append((at - SUNDAY).days)
        at += MINUTE
    assert set(starts) == days


def test_the_library_alone_would_take_sunday_for_monday() -> None:
    """Why there is a reading of our own: this fails when the library changes its mind."""
    library = CronTrigger.from_crontab("0 12 * * 0", timezone=UTC)
    assert library.get_next_fire_time(None, SUNDAY) == SUNDAY + timedelta(days=1, hours=12)


@pytest.mark.parametrize(
    "cron", ["* * * *", "* * * * * *", "0 0 1 * 1", "0 0 * * 8", "0 0 * * 5-2", "61 * * * *"]
)
def test_fields_that_could_be_read_in_two_ways_are_refused(cron: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        trigger_of(cron)
