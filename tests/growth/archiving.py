"""A small life that is old enough to be archived, and everything a reader may ask of it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.grown import MIX, Growth, address
from botctl.adapters.store import SqlStore
from botctl.adapters.store.archive.files import ArchiveFiles
from botctl.adapters.store.database import Database, open_database
from botctl.adapters.store.forgetting import Upkeep
from botctl.adapters.store.store import open_store
from botctl.core.reasons import Kind
from botctl.core.retention import RetentionPlan
from botctl.core.units import BundleId
from botctl.flows.retention import RetentionReport, retention
from botctl.ports.store import LedgerFilter
from tests.store.making import BOT, CHAIN, FACTORY, IDS

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MARKETS = 20
# Forty cycles, one every two hours: three days and a bit.
LIFE = Growth(
    rows=800,
    bundles=800,
    end_ms=1_800_000_000_000,
    markets=MARKETS,
    chain_id=CHAIN,
    bought=40,
    interval_ms=2 * HOUR_MS,
)
PLAN = RetentionPlan(ledger_days=2, bundle_days=2, scan_days=2, log_days=2, keep_newest=20)
Answers = list[object]


@dataclass(frozen=True, slots=True)
class At:
    ms: int = LIFE.end_ms

    def now_ms(self) -> int:
        return self.ms


@dataclass(frozen=True, slots=True)
class Place:
    url: str
    folder: Path

    def archive(self) -> ArchiveFiles:
        return ArchiveFiles(self.folder)

    def store(self) -> SqlStore:
        one = open_store(
            self.url, chain_id=CHAIN, factory=FACTORY, bot=BOT, ids=IDS, archive=self.archive
        )
        assert isinstance(one, SqlStore)
        return one

    def upkeep(self, database: Database, breathe: Callable[[], None] = lambda: None) -> Upkeep:
        return Upkeep(database, BOT, self.archive, breathe)

    def retain(self, plan: RetentionPlan = PLAN, **more: object) -> RetentionReport:
        database = open_database(self.url)
        try:
            return partial(retention, self.upkeep(database), plan, At())(**more)  # type: ignore[arg-type]
        finally:
            database.close()


def filters(seed: int, count: int) -> list[LedgerFilter]:
    rng, begin = random.Random(seed), LIFE.end_ms - 80 * HOUR_MS
    reasons = [reason.value for _, reason, _ in MIX]

    def some_time() -> int | None:
        return rng.choice([None, begin + rng.randrange(80 * HOUR_MS)])

    return [
        LedgerFilter(
            pair=rng.choice(["", "", address(rng.randrange(MARKETS)), "tok3", "none"]),
            kinds=rng.sample(list(Kind), rng.choice([0, 0, 1, 3])),
            reasons=rng.sample(reasons, rng.choice([0, 0, 1, 2])),
            since_ms=some_time(),
            until_ms=some_time(),
            limit=rng.choice([None, None, 7, 50]),
        )
        for _ in range(count)
    ]


def answers(store: SqlStore, asked: Sequence[LedgerFilter]) -> Answers:
    """Everything that reads decisions, bundles or looks."""
    every = list(store.rows(LedgerFilter(limit=None)))
    cycles = sorted({row.cycle_id for row in every})
    some = [row.bundle_id for row in every[::37]]
    return [
        every,
        *(list(store.rows(one)) for one in asked),
        *(list(store.rows(LedgerFilter(cycle_id=one))) for one in cycles[::7]),
        list(store.bundles(LedgerFilter(limit=None))),
        list(store.bundles(asked[0])),
        [store.bundle(BundleId(key)) for key in some],
        list(store.reasons_since(0)),
        list(store.reasons_since(LIFE.end_ms - 50 * HOUR_MS)),
        sorted(map(repr, store.outcomes(3_600, 0))),
        sorted(map(repr, store.outcomes(3_600, LIFE.end_ms - 50 * HOUR_MS))),
    ]
