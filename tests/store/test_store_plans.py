"""Every statement of every read finds its rows through an index, on both databases."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import SqlStore
from botctl.core.lifecycle import OrderState
from botctl.core.reasons import Kind, Reason
from botctl.core.units import OrderId
from botctl.ports.store import Baseline, Cursor, LedgerFilter
from tests.store.making import (
    BOT,
    WALLET,
    address,
    block_hash,
    bundle_id,
    cycle,
    decided,
    detection,
    market,
    order,
    row,
    signed,
)

Read = Callable[[SqlStore], object]
Arguments = Mapping[str, object] | tuple[object, ...]  # as the driver takes them


def ledger(**wanted: object) -> Read:
    return lambda store: list(store.rows(LedgerFilter(**wanted)))  # type: ignore[arg-type]


READS: dict[str, Read] = {
    "markets": lambda s: s.markets(),
    "cursor": lambda s: s.cursor(),
    "trail": lambda s: s.trail(10),
    "windows": lambda s: s.windows(10, 5, 10),
    "performance": lambda s: s.performance(BOT, 0, 50),
    "times": lambda s: s.times(BOT),
    "seen_before": lambda s: s.seen_before(),
    "top_buyers": lambda s: s.top_buyers(10, 5, 2),
    "live_probes": lambda s: s.live_probes(BOT, 0, 0),
    "due": lambda s: s.due(),
    "latest": lambda s: s.latest(),
    "cycle_sizes": lambda s: s.cycle_sizes(),
    "holdings": lambda s: s.holdings(BOT, 0),
    "rows": ledger(),
    "rows of an address": ledger(pair=address(1)),
    "rows of an address and kind": ledger(pair=address(1), kinds=("BUY", "FAIL")),
    "rows of a symbol": ledger(pair="sym1", reasons=("SCORE_LOW",)),
    "rows of kinds": ledger(kinds=("BUY", "FAIL")),
    "rows of reasons": ledger(reasons=(Reason.NO_EXIT, Reason.SCORE_LOW), kinds=(Kind.FAIL,)),
    "rows of a cycle": ledger(cycle_id=cycle(1).cycle_id),
    "rows of a time": ledger(since_ms=1, until_ms=9_000_000),
    "reasons_since": lambda s: s.reasons_since(1),
    "access_of": lambda s: s.access_of("hash"),
    "access": lambda s: s.access("id"),
    "cycle_lines": lambda s: s.cycle_lines(30),
    "cycle_lines before": lambda s: s.cycle_lines(30, 100),
    "decisions_of": lambda s: s.decisions_of([cycle(1).cycle_id, cycle(2).cycle_id]),
    "earned": lambda s: s.earned(BOT, 100),
    "mark": lambda s: s.mark(),
    "followed_since": lambda s: s.followed_since(1),
    "due_followups": lambda s: s.due_followups(10**9, 5),
    "outcomes": lambda s: s.outcomes(300, 1),
    "booked": lambda s: s.booked(BOT, 1),
    "pace": lambda s: s.pace(1, 5),
    "bundle": lambda s: s.bundle(bundle_id(1)),
    "bundles": lambda s: list(s.bundles(LedgerFilter())),
    "open": lambda s: s.open(),
    "open of states": lambda s: s.open([OrderState.CONFIRMED]),
    "recent": lambda s: s.recent(5),
    "order": lambda s: s.order("order-0001"),
    "of_pair": lambda s: s.of_pair(address(1), 5),
    "attempts": lambda s: s.attempts(OrderId("order-0001")),
    "timeline": lambda s: s.timeline(OrderId("order-0001")),
    "slots": lambda s: s.slots(WALLET),
    "settled_next": lambda s: s.settled_next(WALLET),
    "newest_fills": lambda s: s.newest_fills(BOT, 5),
    "unanswered_fills": lambda s: s.unanswered_fills(BOT, 5),
    "wallet_books": lambda s: s.wallet_books(BOT, WALLET),
    "ended_from": lambda s: s.ended_from(WALLET, 0, 5),
    "failed_exits": lambda s: s.failed_exits(BOT),
    "nonce": lambda s: s.nonce(WALLET),
    "positions": lambda s: s.positions(BOT, only_open=False),
    "open positions": lambda s: s.positions(BOT, only_open=True),
    "native_moved_wei": lambda s: s.native_moved_wei(BOT),
    "baseline": lambda s: s.baseline(BOT),
    "sources": lambda s: s.sources(),
    "jobs": lambda s: s.jobs(5),
    "last_runs": lambda s: s.last_runs(["cycle", "db backup"]),
    "job_rows": lambda s: s.job_rows("cycle", 1, 2),
    "job_counts": lambda s: s.job_counts(1),
    "day_sum": lambda s: s.day_sum(BOT, 1, 2),
    "days": lambda s: s.days(5),
    "starts": lambda s: s.starts(1),
    "key_ages": lambda s: s.key_ages(),
    "counters": lambda s: s.counters(),
    "vitals": lambda s: s.vitals(BOT, 99_000_000),
    "pauses": lambda s: s.pauses(),
    "transitions": lambda s: s.transitions(5),
    "counted": lambda s: s.counted(),
    "realised": lambda s: s.realised(),
    "newest_spans": lambda s: s.newest_spans("command", 5),
    "spans_after": lambda s: s.spans_after(1, 5),
    "spans_of": lambda s: s.spans_of("trace", 9, 5),
    "reached": lambda s: s.reached("otlp"),
    "alerts": lambda s: s.alerts(),
    "letters": lambda s: s.letters("webhook", 5),
    "recent_letters": lambda s: s.recent_letters(5),
    "channels": lambda s: s.channels(),
    "preflight": lambda s: s.preflight("hash", "build"),
    "latest_preflight": lambda s: s.latest_preflight(),
    "settings_of": lambda s: s.settings_of("hash"),
}


@pytest.fixture(scope="module")
def filled(scratch: SqlStore) -> SqlStore:
    scratch.advance(Cursor(1, block_hash(1)), [market(n) for n in range(1, 9)], [])
    for number in range(1, 4):
        scratch.record(cycle(number), [detection(number, pair=n) for n in range(1, 9)])
        decided(scratch, number, order(number), rows=tuple(row(number, pair=n) for n in (1, 2)))
    signed(scratch, order(1))
    scratch.set_baseline(BOT, Baseline(1, 1), 1, "first")
    return scratch


@contextmanager
def overheard(store: SqlStore) -> Iterator[list[tuple[str, Arguments]]]:
    """Each statement with its parameters, as the driver gets it."""
    heard: list[tuple[str, Arguments]] = []

    def listen(
        _db: Connection, _cursor: object, sql: str, parameters: Arguments, *_: object
    ) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            heard.append((sql, parameters))

    sa.event.listen(store._db.engine, "before_cursor_execute", listen)
    try:
        yield heard
    finally:
        sa.event.remove(store._db.engine, "before_cursor_execute", listen)


# A row a bot: no index is smaller than the table.
A_ROW_A_BOT = ("SCAN baselines", "baselines")


def scans(store: SqlStore, sql: str, parameters: Arguments) -> list[str]:
    """The lines of the plan that read a whole table."""
    with store._db.reading() as db:
        if db.dialect.name == "sqlite":
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
            lines = [str(line[3]) for line in plan]
            made = {line.split()[1] for line in lines if line.startswith(("CO-R", "MATER"))}
            return [x for x in lines if x.startswith("SCAN ") and x.split()[1] not in made]
        # On a small table a scan is cheapest; forbidden, it remains only where no index helps.
        db.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = db.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", parameters).scalar_one()
        return list(unguided(plan[0]["Plan"]))


def unguided(node: dict[str, object]) -> Iterator[str]:
    """Tables of which all is read: in their own order, or in that of an index."""
    guided = "Index Cond" in node or node["Node Type"] == "Bitmap Heap Scan"
    if "Relation Name" in node and not guided:
        yield f"{node['Node Type']} on {node['Relation Name']}"
    inner = node.get("Plans", [])
    assert isinstance(inner, list)
    for one in inner:
        yield from unguided(one)


def big_scans(store: SqlStore, sql: str, parameters: Arguments) -> list[str]:
    return [line for line in scans(store, sql, parameters) if line not in A_ROW_A_BOT]


@pytest.mark.parametrize("name", READS)
def test_a_read_goes_through_an_index(filled: SqlStore, name: str) -> None:
    with overheard(filled) as heard:
        READS[name](filled)
    assert heard, "it asked the database"
    found = {sql: lines for sql, args in heard if (lines := big_scans(filled, sql, args))}
    assert not found


def test_a_scan_would_be_seen(filled: SqlStore) -> None:
    assert scans(filled, "SELECT detail FROM ledger WHERE detail = 'x'", ())


PAGED = [name for name in READS if name.startswith("rows") and name != "rows of a cycle"]


@pytest.mark.parametrize("name", PAGED)
def test_newest_first_is_the_order_of_the_index(filled: SqlStore, name: str) -> None:
    """A page must not cost a sort of everything that matches; only of a cycle, whose rows are few."""
    with overheard(filled) as heard:
        READS[name](filled)
    for sql, args in heard:
        if "FROM ledger" not in sql:
            continue
        with filled._db.reading() as db:
            if db.dialect.name == "sqlite":
                plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", args)
                steps = [str(line[3]) for line in plan]
                # Rows of one instant may be put in order; `RIGHT PART` and `LAST TERM` say so.
                assert "USE TEMP B-TREE FOR ORDER BY" not in steps
            else:
                db.exec_driver_sql("SET LOCAL enable_seqscan = off")
                db.exec_driver_sql("SET LOCAL enable_sort = off")
                plan = db.exec_driver_sql(f"EXPLAIN {sql}", args)
                assert not [line for line in plan if "Sort  (" in line[0] and "Inc" not in line[0]]


@pytest.mark.parametrize(
    ("name", "index"),
    [("followed_since", "ix_followups_time"), ("due_followups", "ix_followups_due")],
)
def test_what_is_followed_costs_its_index_and_no_sort(
    filled: SqlStore, name: str, index: str
) -> None:
    """Every cycle asks the one, and never leaves the index; the other takes its page in order."""
    with overheard(filled) as heard:
        READS[name](filled)
    [(sql, args)] = heard
    with filled._db.reading() as db:
        if db.dialect.name == "sqlite":
            plan = [str(line[3]) for line in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", args)]
            covering = "COVERING INDEX" if name == "followed_since" else "INDEX"
            assert len(plan) == 1
            assert f"USING {covering} {index} " in plan[0]
        else:
            db.exec_driver_sql("SET LOCAL enable_seqscan = off")
            db.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            db.exec_driver_sql("SET LOCAL enable_sort = off")
            plan = [line[0] for line in db.exec_driver_sql(f"EXPLAIN {sql}", args)]
            how = "Index Only Scan" if name == "followed_since" else "Index Scan"
            assert [line for line in plan if f"{how} using {index} " in line]
            assert not [line for line in plan if "Sort" in line]
