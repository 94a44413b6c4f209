"""`python -m bench.grow --rows N --bundles M --url URL`: an empty database filled as by a long life.

Rows go in by the driver's own bulk, a block of cycles in a transaction; indexes that may be absent
meanwhile are dropped first and built at the end. The database is a throw-away: while it grows, nothing is
synced to the disk.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bench.grown import MINUTE_MS, Grown, GrownCycle, Growth, Row
from bench.grown_orders import OrderRows, order_rows
from botctl.adapters.clock import SystemClock, steady_ms
from botctl.adapters.store import bulk, journal, schema
from botctl.adapters.store.columns import Table
from botctl.adapters.store.commit import DECIDED
from botctl.adapters.store.database import Database, open_database
from botctl.adapters.store.revision import create_or_check
from botctl.adapters.store.rows import LEDGER_COLUMNS
from botctl.adapters.store.testimony import testimony

CYCLES_AT_ONCE: Final = 50
SEEN_CYCLES: Final = 30  # the newest, whose detections are still there
FOLLOWED_EACH: Final = 100  # every so many rows are followed
HORIZON_S: Final = 3_600
_CYCLE_COLUMNS: Final = (
    "cycle_id", "bot", "chain_id", "trace_id", "block_number", "block_hash", "started_ms", "scan_ms",
    "round_trips", "markets", "world", "decided_ms",
)  # fmt: skip
_FOLLOW_COLUMNS: Final = (
    "cycle_id", "pair", "horizon_s", "bot", "chain_id", "token", "quote", "kind", "reason", "at_ms",
    "due_ms", "reserve_quote", "reserve_token", "amount_in", "bought", "state", "measured_ms",
    "block_number", "then_quote", "then_token", "sellable", "worth",
)  # fmt: skip
_SEEN_COLUMNS: Final = (
    "bot", "block_hash", "pair", "block_number", "fetched_at_ms", "provider", "body",
)  # fmt: skip
_JOB_COLUMNS: Final = (
    "bot", "job", "scheduled_ms", "started_ms", "finished_ms", "outcome", "detail",
)  # fmt: skip
_PAIR, _TOKEN, _KIND, _REASON = (
    LEDGER_COLUMNS.index(n) for n in ("pair", "token", "kind", "reason")
)
_WORLD: Final = b'{"grown":true}'


def grow(url: str, growth: Growth) -> None:
    """Into a new database. The journal tells of every row, as `ledger verify` asks."""
    database = open_database(url)
    try:
        create_or_check(database)
        grown = Grown(growth)
        with _without_care(database), _without_indexes(database):
            cycles = grown.cycles()
            while some := list(islice(cycles, CYCLES_AT_ONCE)):
                with database.writing() as db:
                    _write(db, growth, some)
            with database.writing() as db:
                db.execute(sa.insert(schema.markets), [*grown.markets()])
        analyze(database)
    finally:
        database.close()


def analyze(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.exec_driver_sql("ANALYZE")


def _write(db: Connection, growth: Growth, cycles: Sequence[GrownCycle]) -> None:
    newest = growth.cycles - SEEN_CYCLES
    rows = [row for one in cycles for row in one.rows]
    bulk.insert_new(db, schema.ledger, LEDGER_COLUMNS, rows)
    bodies = [bundle for one in cycles for bundle in one.bundles]
    bulk.insert_new(db, schema.bundles, ("id", "body"), bodies)
    bulk.insert_new(db, schema.cycles, _CYCLE_COLUMNS, [_cycle(growth, one) for one in cycles])
    seen = [row for one in cycles if one.number >= newest for row in _seen(growth, one)]
    bulk.insert_new(db, schema.detections, _SEEN_COLUMNS, seen)
    followed = [row for one in cycles for row in _followed(growth, one)]
    bulk.insert_new(db, schema.followups, _FOLLOW_COLUMNS, followed)
    bulk.insert_new(db, schema.job_runs, _JOB_COLUMNS, [_job(growth, one) for one in cycles])
    for one in cycles:
        orders = list(order_rows(growth, one))
        _write_orders(db, orders)
        journal.append(db, _told(one, orders))


def _write_orders(db: Connection, orders: Sequence[OrderRows]) -> None:
    """Parents first."""
    for table in (schema.orders, schema.order_steps, schema.positions, schema.fills):
        values = [order.rows[table.name] for order in orders if table.name in order.rows]
        if values:
            db.execute(sa.insert(table), values)


def _told(cycle: GrownCycle, orders: Sequence[OrderRows]) -> journal.Entry:
    wanted = [str(row[-1]) for row in cycle.rows]
    told = testimony(cycle.rows, wanted, [key for key, _ in cycle.bundles])
    digests = {subject: digest for order in orders for subject, digest in order.told.items()}
    facts = {"decisions": told.facts()}
    return journal.entry(cycle.at_ms, f"cycle:{cycle.cycle_id}", DECIDED, facts, digests)


def _cycle(growth: Growth, one: GrownCycle) -> Row:
    return (
        one.cycle_id, growth.bot, growth.chain_id, f"{one.number:032x}", one.block_number,
        one.block_hash, one.at_ms - 900, 800, 4, len(one.rows), _WORLD, one.at_ms + 50,
    )  # fmt: skip


def _seen(growth: Growth, one: GrownCycle) -> Iterator[Row]:
    for row in one.rows:
        yield (
            growth.bot, one.block_hash, row[_PAIR], one.block_number, one.at_ms, "node", _WORLD,
        )  # fmt: skip


def _followed(growth: Growth, one: GrownCycle) -> Iterator[Row]:
    """Looked at an hour later, all but the newest."""
    is_due = one.at_ms + HORIZON_S * 1_000 > growth.end_ms
    seen = (None,) * 6 if is_due else (one.at_ms + HORIZON_S * 1_000, 1, "9", "9", 1, "9")
    for row in one.rows[one.number % FOLLOWED_EACH :: FOLLOWED_EACH]:
        if row[_KIND] == "HOLD":
            continue
        yield (
            one.cycle_id, row[_PAIR], HORIZON_S, growth.bot, growth.chain_id, row[_TOKEN], "quote",
            row[_KIND], row[_REASON], one.at_ms, one.at_ms + HORIZON_S * 1_000, "10", "10", "10", "10",
            "due" if is_due else "seen", *seen,
        )  # fmt: skip


def _job(growth: Growth, one: GrownCycle) -> Row:
    minute = one.at_ms // MINUTE_MS * MINUTE_MS
    return growth.bot, "cycle", minute, minute + 10, one.at_ms + 90, "ran", ""


@contextmanager
def _without_care(database: Database) -> Iterator[None]:
    """Not synced, and afterwards as it was."""
    if database.is_postgres:
        yield  # a setting of the server, whoever started it
        return
    with database.engine.connect() as db:
        raw = db.connection.driver_connection
        assert raw is not None
        for setting in ("synchronous = OFF", "cache_size = -400000"):
            raw.execute(f"PRAGMA {setting}")
    yield


@contextmanager
def _without_indexes(database: Database) -> Iterator[None]:
    with database.writing() as db:
        dropped = dict(_indexes(db, schema.ledger)) | dict(_indexes(db, schema.followups))
        for name in dropped:
            db.exec_driver_sql(f"DROP INDEX {name}")
    yield
    with database.writing() as db:
        for sql in dropped.values():
            db.exec_driver_sql(sql)


def _indexes(db: Connection, table: Table) -> Iterator[tuple[str, str]]:
    """Those that hold no promise: name and the statement that makes it."""
    asked = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '{}' AND indexname LIKE 'ix_%%'"
        if db.dialect.name == "postgresql"
        else "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = '{}'"
        " AND name LIKE 'ix_%'"
    )
    for name, sql in db.exec_driver_sql(asked.format(table.name)):
        yield str(name), str(sql)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.grow", description=__doc__)
    parser.add_argument("--rows", type=int, required=True, help="of the ledger")
    parser.add_argument("--bundles", type=int, default=0, help="stored bundles, of the newest rows")
    parser.add_argument("--url", required=True, help="an empty database, SQLite or PostgreSQL")
    parser.add_argument("--markets", type=int, default=500, help="decided in each cycle")
    parser.add_argument("--bot", default="main")
    parser.add_argument("--chain-id", type=int, default=1)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    asked = _parsed(arguments)
    growth = Growth(
        rows=asked.rows,
        bundles=asked.bundles,
        end_ms=SystemClock().now_ms() - MINUTE_MS,
        markets=asked.markets,
        bot=asked.bot,
        chain_id=asked.chain_id,
    )
    began_ms = steady_ms()
    grow(asked.url, growth)
    took_s = (steady_ms() - began_ms) / 1_000
    print(f"{asked.rows:,} rows and {asked.bundles:,} bundles in {took_s:.0f} s")
    database = open_database(asked.url)
    try:
        for name, megabytes in sizes(database):
            print(f"  {name:24} {megabytes:10.1f} MB")
    finally:
        database.close()
    return 0


def sizes(database: Database) -> Iterator[tuple[str, float]]:
    """Tables with their indexes, the largest first; SQLite tells of the file alone."""
    with database.reading() as db:
        if database.is_postgres:
            asked = (
                "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
                " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                " ORDER BY 2 DESC LIMIT 12"
            )
        else:
            asked = (
                "SELECT 'the file', page_count * page_size"
                " FROM pragma_page_count(), pragma_page_size()"
            )
        for name, size in db.exec_driver_sql(asked):
            yield str(name), int(size) / 1e6


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
