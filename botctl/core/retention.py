"""How long what is kept for: which days may leave the live database, and how they are cut (pure)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

DAY_MS: Final = 86_400_000
MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """Ages in days. `bundle_days` is at most `ledger_days`: a bundle's day is that of its decision."""

    ledger_days: int
    bundle_days: int
    scan_days: int  # cycles and detections; all of it stands in the bundles
    log_days: int  # health, errors, job runs and letters
    keep_newest: int  # decisions that stay, however old they are


@dataclass(frozen=True, slots=True)
class DayCycle:
    """A cycle's share of a day; times in ms UTC."""

    cycle_id: str
    first_ms: int
    last_ms: int
    rows: int


def before(now_ms: int, days: int, *bounds: int | None) -> int:
    """What lies before this instant is old enough: a start of a day (UTC), and never above a bound."""
    wanted = min([now_ms - days * DAY_MS, *(bound for bound in bounds if bound is not None)])
    return max(0, wanted - wanted % DAY_MS)


def day_of(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms // MS, UTC):%Y-%m-%d}"


def parts(cycles: Sequence[DayCycle], most: int) -> Iterator[tuple[DayCycle, ...]]:
    """Whole cycles, at most so many rows together; a larger cycle is a part of its own."""
    part: list[DayCycle] = []
    for cycle in cycles:
        if part and sum(one.rows for one in part) + cycle.rows > most:
            yield tuple(part)
            part = []
        part.append(cycle)
    if part:
        yield tuple(part)
