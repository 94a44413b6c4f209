"""How long a key has been the same one, and which are older than the settings allow."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Aged:
    """`age_days`: whole days; `old`: at or beyond the limit."""

    name: str
    since_ms: int
    age_days: int
    old: bool


def aged(ages: Iterable[tuple[str, int]], now_ms: int, days_max: int) -> tuple[Aged, ...]:
    """`ages`: (name, since when); a time from the future counts as now."""
    return tuple(_aged(name, since_ms, now_ms, days_max) for name, since_ms in sorted(ages))


def _aged(name: str, since_ms: int, now_ms: int, days_max: int) -> Aged:
    age_days = max(0, now_ms - since_ms) // DAY_MS
    return Aged(name, since_ms, age_days, age_days >= days_max)
