"""Five cron fields, read by the same library that will run them."""

from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]

FIELDS: Final = 5
STARTS_LOOKED_AT: Final = 50  # enough to see the pause of a night or a weekend
SOME_MONDAY: Final = datetime(2024, 1, 1, tzinfo=UTC)
MS: Final = timedelta(milliseconds=1)


def cron(text: str) -> str:
    """Raises ValueError unless it plans a start at all."""
    if len(text.split()) != FIELDS:
        raise ValueError('write five cron fields, such as "*/5 * * * *"')
    try:
        starts = _starts(text, 1)
    except ValueError as error:
        raise ValueError(f'write five cron fields, such as "*/5 * * * *": {error}') from None
    if not starts:
        raise ValueError("these cron fields never come true")
    return " ".join(text.split())


def interval_ms(text: str) -> int:
    """The longest pause between the next starts."""
    starts = _starts(text, STARTS_LOOKED_AT)
    pauses = [(later - start) // MS for start, later in zip(starts, starts[1:], strict=False)]
    return max(pauses, default=0)


def _starts(text: str, most: int) -> list[datetime]:
    trigger = CronTrigger.from_crontab(text, timezone=UTC)
    starts: list[datetime] = []
    start = trigger.get_next_fire_time(None, SOME_MONDAY)
    while start is not None and len(starts) < most:
        starts.append(start)
        start = trigger.get_next_fire_time(start, start + MS)
    return starts
