"""Cron fields as system cron reads them, as a trigger of the scheduler's library."""

import re
from datetime import UTC
from typing import Final

from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]

DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")  # cron's 0 to 7
FIELDS: Final = 5
PART: Final = re.compile(r"(?P<first>\*|[0-7])(-(?P<last>[0-7]))?(/(?P<step>[1-7]))?")


def trigger_of(cron: str) -> CronTrigger:
    """Raises ValueError for fields that cron and the library would read differently.

    The library counts week days from Monday where cron counts from Sunday, and wants both day
    fields to hold where cron is content with one.
    """
    fields = cron.split()
    if len(fields) != FIELDS:
        raise ValueError(f"not five cron fields: {cron}")
    minute, hour, day, month, week_day = fields
    if day != "*" and week_day != "*":
        raise ValueError(f"one of the two day fields must be *: {cron}")
    return CronTrigger(
        minute=minute,
        hour=hour,
        day=day,
        month=month,
        day_of_week=_named(week_day),
        timezone=UTC,
    )


def _named(week_day: str) -> str:
    """Numbers as names; names stay as they are."""
    if week_day == "*" or not re.search(r"[\d*]", week_day):
        return week_day
    return ",".join(dict.fromkeys(name for part in week_day.split(",") for name in _days(part)))


def _days(part: str) -> list[str]:
    found = PART.fullmatch(part)
    if found is None:
        raise ValueError(f"not a week day of cron: {part}")
    if found["first"] == "*":
        first, last = 0, 6
    else:
        first = int(found["first"])
        last = int(found["last"] or (6 if found["step"] else first))
    if last < first:
        raise ValueError(f"not a week day of cron: {part}")
    return [DAYS[number] for number in range(first, last + 1, int(found["step"] or 1))]
