"""retention: what is old leaves the live database, the archived days as files, the rest for good."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from botctl.core.retention import DAY_MS, DayCycle, RetentionPlan, before, day_of, parts
from botctl.ports.clock import Clock
from botctl.ports.retention import ArchiveKind, Fleeting, RetentionStore, Segment

# So many rows a file: written and proven in seconds, with a temporary file of some hundred megabytes.
PART_ROWS: Final = {ArchiveKind.LEDGER: 200_000, ArchiveKind.BUNDLES: 20_000}


@dataclass(frozen=True, slots=True)
class Leaving:
    """Rows of a day that are old enough; `kept` of them are still needed."""

    kind: str
    day: str
    rows: int
    kept: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    what: str
    rows: int


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """`archived` is empty in a dry run, and `forgotten` then says what would be."""

    dry_run: bool
    resumed: int  # files of an earlier run whose rows were still in the live database
    leaving: tuple[Leaving, ...]
    archived: tuple[Segment, ...]
    forgotten: tuple[Forgotten, ...]


@dataclass(frozen=True, slots=True)
class _Days:
    """What one run goes by: it is asked once, so that a decision and its bundles leave together."""

    needed: AbstractSet[str]
    before_ms: dict[ArchiveKind, int]


def retention(
    store: RetentionStore,
    plan: RetentionPlan,
    clock: Clock,
    *,
    safe_until_ms: int | None = None,
    dry_run: bool = False,
) -> RetentionReport:
    """`safe_until_ms`: what is decided from then on somebody has not read yet, and stays.

    First what an earlier run left behind, then bundles, then the ledger: a decision never leaves
    before its bundle.
    """
    now_ms = clock.now_ms()
    old = [] if dry_run else list(store.unemptied())
    for segment in old:
        store.empty(segment, now_ms)
    bounds = (safe_until_ms, store.newest_ms(plan.keep_newest))
    days = _Days(
        store.needed(),
        {
            ArchiveKind.BUNDLES: before(now_ms, plan.bundle_days, *bounds),
            ArchiveKind.LEDGER: before(now_ms, plan.ledger_days, *bounds),
        },
    )
    leaving: list[Leaving] = []
    archived: list[Segment] = []
    for kind in days.before_ms:
        for from_ms, free, kept in _days(store, days, kind):
            leaving.append(_leaving(kind, from_ms, free, kept))
            if not dry_run:
                archived += _archived(store, kind, from_ms, free, now_ms)
                if not kept:
                    store.close_day(kind, from_ms, now_ms)
    forgotten = tuple(_forgotten(store, plan, now_ms, dry_run=dry_run))
    return RetentionReport(dry_run, len(old), tuple(leaving), tuple(archived), forgotten)


Cycles = Sequence[DayCycle]


def _days(
    store: RetentionStore, days: _Days, kind: ArchiveKind
) -> Iterator[tuple[int, Cycles, Cycles]]:
    """Each day that is old enough, oldest first: what may leave, and what is kept."""
    at_ms = 0
    while (oldest := store.oldest_ms(kind, at_ms)) is not None:
        from_ms = oldest - oldest % DAY_MS
        at_ms = from_ms + DAY_MS
        if at_ms > days.before_ms[kind]:
            return
        cycles = store.cycles(from_ms)
        free = [one for one in cycles if one.cycle_id not in days.needed]
        yield from_ms, free, [one for one in cycles if one.cycle_id in days.needed]


def _leaving(kind: ArchiveKind, from_ms: int, free: Cycles, kept: Cycles) -> Leaving:
    rows, staying = (sum(one.rows for one in some) for some in (free, kept))
    return Leaving(kind.value, day_of(from_ms), rows, staying)


def _archived(
    store: RetentionStore, kind: ArchiveKind, from_ms: int, free: Cycles, now_ms: int
) -> Iterator[Segment]:
    """Each part is a file, entered and emptied before the next."""
    for part in parts(free, PART_ROWS[kind]):
        for segment in store.archive(kind, from_ms, part, now_ms):
            store.empty(segment, now_ms)
            yield segment


def _forgotten(
    store: RetentionStore, plan: RetentionPlan, now_ms: int, *, dry_run: bool
) -> Iterator[Forgotten]:
    for what in Fleeting:
        days = plan.scan_days if what is Fleeting.SCANS else plan.log_days
        old_ms = now_ms - days * DAY_MS
        rows = store.count_old(what, old_ms) if dry_run else store.forget(what, old_ms)
        yield Forgotten(what.value, rows)
