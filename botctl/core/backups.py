"""Which backups are kept: the newest of each of so many hours, days and weeks (grandfather, father, son)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
WEEK_MS: Final = 7 * DAY_MS
_NAME: Final = re.compile(r"botctl-(\d{8}T\d{6})\.(\d{3})Z\.zip")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Keep:
    """How many hours, days and weeks that have a backup; at least one hour."""

    hourly: int
    daily: int
    weekly: int


def name_of(made_ms: int) -> str:
    moment = datetime.fromtimestamp(made_ms // 1_000, UTC)
    return f"botctl-{moment:%Y%m%dT%H%M%S}.{made_ms % 1_000:03d}Z.zip"


def made_ms_of(name: str) -> int | None:
    """When the backup of that name was made; None for a name that no finished backup has."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        moment = datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (moment - _EPOCH) // timedelta(milliseconds=1) + int(found[2])


def kept_of(made_ms: Iterable[int], keep: Keep) -> frozenset[int]:
    """The newest of all is always among them."""
    newest_first = sorted(made_ms, reverse=True)
    kept: set[int] = set(newest_first[:1])
    for size_ms, most in ((HOUR_MS, keep.hourly), (DAY_MS, keep.daily), (WEEK_MS, keep.weekly)):
        by_span: dict[int, int] = {}
        for at_ms in newest_first:
            by_span.setdefault(at_ms // size_ms, at_ms)
        kept.update(list(by_span.values())[:most])
    return frozenset(kept)
