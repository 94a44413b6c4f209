"""Five cron fields, read by the same library that will run them."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]

FIELDS: Final = 5
STARTS_LOOKED_AT: Final = 50  # enough to see the pause of a night or a weekend
SOME_MONDAY: Final = datetime(2024, 1, 1, tzinfo=UTC)
MS: Final = timedelta(milliseconds=1)


def cron(text: str) -> str:
    """Raises ValueError unless it plans a start, and every reader plans the same ones."""
    fields = text.split()
    if len(fields) != FIELDS:
        raise ValueError('write five cron fields, such as "*/5 * * * *"')
    if re.search(r"\d", fields[4]):
        raise ValueError("write week days as names, such as mon-fri: their numbers are ambiguous")
    if "*" not in {fields[2], fields[4]}:
        raise ValueError("one of the two day fields must be *: crons differ in what both mean")
    if not _starts(text, 1):
        raise ValueError("these cron fields never come true")
    return " ".join(fields)


def interval_ms(text: str) -> int:
    """The longest pause between the next starts."""
    return max((later - start) // MS for start, later in pairwise(_starts(text, STARTS_LOOKED_AT)))


def _starts(text: str, most: int) -> list[datetime]:
    trigger = CronTrigger.from_crontab(text, timezone=UTC)
    starts: list[datetime] = []
    start = trigger.get_next_fire_time(None, SOME_MONDAY)
    while start is not None and len(starts) < most:
        starts.append(start)
        start = trigger.get_next_fire_time(start, start + MS)
    return starts
