"""Ledger rows a thousand at a time: one `commit` of a decided cycle beside the driver's own bulk."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg

from bench.figures import Line, Mark, Note, compared
from bench.harness import Case, Sample, interleaved, measured
from bench.options import Options
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.core.units import Address, BundleId, CycleId, Hash32
from botctl.ports.store import CycleRow, DecidedBatch, LedgerRow, Store
from tests.support.postgres import postgres_server

BATCH, BATCH_QUICK = 1_000, 50
ROUNDS = 31
BOT = "bench"
FACTORY = Address(f"0x{2:040x}")
NOW_MS = 1_800_000_000_000
# The marks are shares of the limit's speed, the ratios are of time: the one is the other's inverse.
SQLITE = Mark(bound=1 / 0.8, stretch=1 / 0.95)
POSTGRES = Mark(bound=1 / 0.7, stretch=1 / 0.9)
OURS, RAW = "commit of 1,000 ledger rows", "the driver's bulk"

Values = tuple[str | int | None, ...]
Insert = Callable[[Sequence[Values]], None]


def figures(options: Options) -> Iterator[Line]:
    batch = BATCH_QUICK if options.quick else BATCH
    yield Note(
        "ours claims the cycle, writes the journal and its digest in the same transaction; the"
    )
    yield Note("limit is the driver with ready tuples into the same table with the same indexes")
    yield _figure(options, batch, "SQLite, executemany", SQLITE, _sqlite_files(options.folder))
    with postgres_server() as server, server.database() as one, server.database() as two:
        urls = server.url(one), server.url(two)
        yield _figure(options, batch, "PostgreSQL, COPY", POSTGRES, urls)
    yield Note("PostgreSQL runs without fsync, as in the tests, for both sides")


def _figure(options: Options, batch: int, name: str, mark: Mark, urls: tuple[str, str]) -> Line:
    ours, theirs = urls
    with _store(ours) as store, _store(theirs), _raw(theirs) as insert:
        numbers = count(1)
        cases = {OURS: _committing(store, batch, numbers), RAW: _inserting(insert, batch)}
        rounds = interleaved(cases, options.rounds(ROUNDS))
    return compared(
        rounds, OURS, RAW, unit="us", per=batch, mark=mark, what=f"a ledger row, {name}"
    )


def _committing(store: Store, batch: int, numbers: Iterator[int]) -> Case:
    def case() -> Sample:
        number = next(numbers)
        cycle = cycle_row(number, batch)
        assert store.record(cycle, ())
        decided = DecidedBatch(cycle.cycle_id, NOW_MS, ledger_rows(number, batch), (), (), ())
        return measured(lambda: _require(store.commit(decided) is not None))

    return case


def _inserting(insert: Insert, batch: int) -> Case:
    numbers = count(1)

    def case() -> Sample:
        rows = [_values(row) for row in ledger_rows(next(numbers), batch)]
        return measured(lambda: insert(rows))

    return case


def _require(committed: bool) -> None:
    assert committed


@contextmanager
def _store(url: str) -> Iterator[Store]:
    """Opened once, so that the schema is there."""
    store = open_store(url, chain_id=1, factory=FACTORY, bot=BOT, ids=TimeOrderedIds())
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _raw(url: str) -> Iterator[Insert]:
    names = list(LedgerRow.__dataclass_fields__)
    columns = ", ".join(("bot", *names))
    if url.startswith("sqlite"):
        file = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = FULL")
            marks = ", ".join("?" * (1 + len(names)))
            sql = f"INSERT INTO ledger ({columns}) VALUES ({marks})"  # noqa: S608  our own names
            yield lambda rows: _executemany(db, sql, rows)
        return
    with psycopg.connect(url.replace("+psycopg", "")) as db:
        yield lambda rows: _copied(db, f"COPY ledger ({columns}) FROM STDIN", rows)


def _executemany(db: sqlite3.Connection, sql: str, rows: Sequence[Values]) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.executemany(sql, rows)
    db.execute("COMMIT")


def _copied(db: psycopg.Connection, sql: str, rows: Sequence[Values]) -> None:
    with db.cursor() as cursor, cursor.copy(sql.encode()) as out:
        for row in rows:
            out.write_row(row)
    db.commit()


def _sqlite_files(folder: Path) -> tuple[str, str]:
    return f"sqlite:///{folder / 'ours.db'}", f"sqlite:///{folder / 'raw.db'}"


def cycle_row(number: int, markets: int) -> CycleRow:
    return CycleRow(
        cycle_id=_cycle_id(number),
        trace_id=f"{number:032x}",
        block_number=number,
        block_hash=Hash32(f"0x{number:064x}"),
        started_ms=NOW_MS,
        scan_ms=100,
        round_trips=7,
        markets=markets,
        world=b"{}",
    )


def _cycle_id(number: int) -> CycleId:
    return CycleId(f"0190a0a0-0000-7000-8000-{number:012x}")


def ledger_rows(number: int, batch: int) -> list[LedgerRow]:
    row = LedgerRow(
        cycle_id=_cycle_id(number),
        at_ms=NOW_MS + number,
        block_number=number,
        pair=FACTORY,
        token=FACTORY,
        symbol="B0001",
        kind="FAIL",
        reason="SCORE_LOW",
        detail="score 71 of 100, 9 passes of 9",
        score=71,
        passes=9,
        passed=",".join(f"INV_NUMBER_{i}_OK" for i in range(20)),
        failed="SIG_LIQUIDITY,SIG_OWNER",
        liquidity_usd=123_456,
        fdv_usd=1_234_567,
        age_s=2_592_000,
        buy_tax_bps=0,
        sell_tax_bps=0,
        impact_bps=12,
        value_wei=None,
        bundle_id=BundleId(""),
    )
    return [
        replace(
            row,
            pair=Address(f"0x{i * 2**120:040x}"),
            token=Address(f"0x{i:040x}"),
            bundle_id=BundleId(f"{number * batch + i:064x}"),
        )
        for i in range(batch)
    ]


def _values(row: LedgerRow) -> Values:
    return (BOT, *(getattr(row, name) for name in LedgerRow.__dataclass_fields__))
