"""Which times a cron line has: the last one that came, and those nobody has told of yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from jobs.timetable import MS
from jobs.triggers import trigger_of

CATCH_UP: Final = timedelta(days=1)  # how far back missed times are recorded one by one
LOOK_BACK_MAX: Final = timedelta(
    days=3_000
)  # the 29th of February comes every eight years at worst


@dataclass(frozen=True, slots=True)
class Untold:
    """The first time nobody told of; with a gap, all up to `since` are told by that first one."""

    first: datetime
    since: datetime

    @property
    def has_gap(self) -> bool:
        return self.first < self.since


def untold(cron: str, after_ms: int, now_ms: int) -> Untold:
    """A long absence becomes one row and its last day's rows.

    A record from the future was made by a wrong clock: nothing before now is untold then.
    """
    trigger, now = trigger_of(cron), time_of(now_ms)
    after = min(time_of(after_ms + 1), now)
    return Untold(
        first=trigger.get_next_fire_time(None, after),
        since=trigger.get_next_fire_time(None, now - CATCH_UP),
    )


def next_ms(cron: str, after_ms: int) -> int:
    """The first time of the line after that moment."""
    return ms_of(trigger_of(cron).get_next_fire_time(None, time_of(after_ms + 1)))


def latest_ms(cron: str, now_ms: int) -> int | None:
    """The last time of the line that has come; None for a line that has had none in years."""
    trigger, now, back = trigger_of(cron), time_of(now_ms), timedelta(minutes=1)
    while back <= LOOK_BACK_MAX:
        found = trigger.get_next_fire_time(None, now - back)
        if found is not None and found <= now:
            *_, last = _until(cron, ms_of(found), now_ms)
            return last
        back *= 2
    return None


def between_ms(cron: str, first_ms: int, before_ms: int) -> list[int]:
    """The line's times from the first, which is one of them, to just before the other."""
    return list(_until(cron, first_ms, before_ms - 1))


def _until(cron: str, first_ms: int, last_ms: int) -> Iterator[int]:
    at_ms = first_ms
    while at_ms <= last_ms:
        yield at_ms
        at_ms = next_ms(cron, at_ms)


def ms_of(time: datetime) -> int:
    return round(time.timestamp() * MS)


def time_of(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / MS, UTC)
