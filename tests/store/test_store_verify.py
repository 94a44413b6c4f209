"""Whatever is altered past botctl, in any column of any row that money depends on, is named."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import SqlStore, schema, verify
from botctl.adapters.store.columns import Exact256
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import SendCode
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.units import UINT256_MAX, BundleId
from botctl.ports.store import Altered, Baseline, Correction, DecidedBatch, LedgerRow, Moved
from tests.store.making import (
    BOT,
    WALLET,
    bumped,
    cycle,
    fill,
    leased,
    mined,
    order,
    row,
    signed,
)
from tests.store.test_store_corrections import bought, noop, sold_in_vain

E = OrderEvent
SEED = 20_261
Found = dict[str, object]
# Not covered, each for a reason that `witness` and `testimony` give.
TIMERS = {("nonces", "until_ms"), ("ledger", "id"), ("order_steps", "id")}
COVERED = (
    "orders", "order_steps", "attempts", "nonces", "fills", "positions", "balances", "baselines",
    "corrections", "sources", "bundles", "ledger",
)  # fmt: skip


def body(number: int) -> tuple[BundleId, bytes]:
    content = b'{"of":%d}' % number
    return BundleId(sha256(content).hexdigest()), content


def decisions(number: int) -> tuple[LedgerRow, ...]:
    kept = row(number, pair=1), replace(row(number, pair=2), symbol="é\0", value_wei=UINT256_MAX)
    return tuple(replace(r, bundle_id=body(10 * number + n)[0]) for n, r in enumerate(kept))


def decide(store: SqlStore, number: int, held: Sequence[tuple[str, int]] = ()) -> None:
    store.record(cycle(number), ())
    bundles = [body(10 * number + n) for n in range(2)]
    rows = decisions(number)
    assert store.commit(
        DecidedBatch(cycle(number).cycle_id, 1_000 * number, rows, bundles, [order(number)], held)
    )


def storied(store: SqlStore) -> None:
    """Every method that writes what money depends on, at least once."""
    decide(store, 1)
    seen = mined(store, order(1))
    store.settle(seen, Moved(E.BURY_OK), fill(seen, tokens=10, native_wei=-50), 3_000)
    [held] = store.holdings(BOT, 0).positions
    decide(store, 2, [(held.id, 2**100)])
    out, attempt = signed(store, order(2))
    store.sent(attempt, SendCode.UNCLEAR, 2_100)
    out = store.move(out, Moved(E.SUBMIT, "CODE", "a node's é\0"), 2_200)
    bumped(store, out)
    bought(store, 3)
    sold_in_vain(store, 4, pair=3)
    given_up = bought(store, 5)
    assert store.write_off(given_up, "UNSELLABLE", 5_000)
    decide(store, 6)
    unsent, _ = signed(store, order(6))
    store.move(unsent, Moved(E.PROVE_UNSENT), 5_100)
    assert store.add(noop(7))
    signed(store, noop(7))
    store.set_baseline(BOT, Baseline(10**18, 7), 5_200, "first")
    wrong = [Correction("native", "native", 5, 4, 9), Correction("tokens", held.token, 10, 8, 9)]
    assert store.correct(wrong, 5_300, "by hand") == 2
    for kind in (SourceKind.KILL, SourceKind.PAUSE):
        store.set_source(PermissionSource(kind, Level.HALT_ALL, "é\0", "me", 5_400))
    store.set_source(PermissionSource(SourceKind.PAUSE, Level.ALLOW_ALL, "over", "me", 5_500))
    lease = leased(store)
    store.set_next(lease, expected=lease_next(store), to=40, now_ms=5_600, why="raise")
    store.release(lease)


def lease_next(store: SqlStore) -> int:
    found = store.nonce(WALLET)
    assert found is not None
    return found.next


@pytest.fixture(scope="module")
def story(scratch: SqlStore) -> SqlStore:
    storied(scratch)
    return scratch


def after(store: SqlStore, change: Callable[[Connection], object]) -> tuple[Altered, ...]:
    """What is found after a change past botctl, which is then taken back."""
    with store._db.engine.connect() as db:
        for line in UNBOUND[db.dialect.name]:
            db.exec_driver_sql(line)
        change(db)
        found = verify.verify(db).altered
        db.rollback()
    return found


# Whoever alters a file is not stopped by its foreign keys.
UNBOUND = {
    "sqlite": ("PRAGMA defer_foreign_keys = ON",),
    "postgresql": ("SET LOCAL session_replication_role = replica",),
}


def rows_of(store: SqlStore, table: str) -> list[Found]:
    columns = schema.metadata.tables[table].columns.keys()
    with store._db.reading() as db:
        found = db.exec_driver_sql(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608  our own names
        return [dict(zip(columns, cells, strict=True)) for cells in found]


def other(value: object, column: sa.Column[object]) -> object:
    """A neighbour of the value, that the column takes."""
    if isinstance(value, bytes):
        return value + b"\0"
    if isinstance(value, int | Decimal):
        return value + 1_000 if value < 2**200 else value - 1
    if isinstance(value, str):
        return f"{int(value) + 1}" if isinstance(column.type, Exact256) else f"{value}x"
    return "1" if isinstance(column.type, sa.Text) else 1


def which(table: str, found: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    keys = [c.name for c in schema.metadata.tables[table].primary_key.columns]
    given = {f"k_{name}": found[name] for name in keys}
    return " AND ".join(f"{name} = :k_{name}" for name in keys), given


def names(store: SqlStore, table: str, found: Mapping[str, object]) -> set[str]:
    """How this row may be called."""
    if table == "ledger":
        return {f"ledger:{found['cycle_id']}/{found['pair']}", f"ledger:{found['cycle_id']}"}
    if table == "order_steps":
        earlier = [
            one
            for one in rows_of(store, table)
            if one["order_id"] == found["order_id"] and number(one) <= number(found)
        ]
        return {f"order_steps:{found['order_id']}/{len(earlier)}"}
    keys = [c.name for c in schema.metadata.tables[table].primary_key.columns]
    return {f"{table}:{'/'.join(str(found[name]) for name in keys)}"}


def number(found: Mapping[str, object]) -> int:
    return int(str(found["id"]))


def columns() -> Iterator[tuple[str, str]]:
    for table in COVERED:
        for column in schema.metadata.tables[table].columns:
            if (table, column.name) not in TIMERS:
                yield table, column.name


def test_an_untouched_store_has_nothing_altered(story: SqlStore) -> None:
    found = story.verify()
    assert found.altered == ()
    assert found.entries > 0
    assert found.rows >= sum(len(rows_of(story, table)) for table in COVERED)


def test_the_story_has_a_row_in_every_covered_table(story: SqlStore) -> None:
    assert [table for table in COVERED if not rows_of(story, table)] == []


@pytest.mark.parametrize(("table", "column"), list(columns()))
def test_any_altered_column_names_its_row(story: SqlStore, table: str, column: str) -> None:
    rows = rows_of(story, table)
    chosen = Random(f"{SEED} {table} {column}").choice(rows)
    value = other(chosen[column], schema.metadata.tables[table].columns[column])
    where, given = which(table, chosen)
    sql = sa.text(f"UPDATE {table} SET {column} = :new WHERE {where}")  # noqa: S608  our own names
    altered = after(story, lambda db: db.execute(sql, {"new": value, **given}))
    # A decision is named by its market, and what it says now is all that is left of it.
    called = names(story, table, {**chosen, column: value} if column == "pair" else chosen)
    assert {one.row for one in altered} & called, (chosen[column], altered)


@pytest.mark.parametrize("table", COVERED)
def test_every_removed_row_is_named(story: SqlStore, table: str) -> None:
    for chosen in rows_of(story, table):
        where, given = which(table, chosen)
        sql = sa.text(f"DELETE FROM {table} WHERE {where}")  # noqa: S608  our own names
        altered = {one.row for one in after(story, lambda db: db.execute(sql, given))}  # noqa: B023
        if table == "order_steps":  # those after it move up into its place
            assert any(row.startswith(f"order_steps:{chosen['order_id']}/") for row in altered)
        else:
            assert altered & names(story, table, chosen)


NEW_KEYS = {
    "orders": ("id", "intent_key"), "order_steps": (), "attempts": ("number", "hash"),
    "nonces": ("wallet",), "fills": ("order_id",), "positions": ("id", "pair"),
    "balances": ("bot",), "baselines": ("bot",), "corrections": ("id",), "sources": ("kind",),
    "bundles": ("id",), "ledger": ("pair",),
}  # fmt: skip


@pytest.mark.parametrize("table", COVERED)
def test_a_row_that_nobody_wrote_is_named(story: SqlStore, table: str) -> None:
    columns = schema.metadata.tables[table].columns
    chosen = rows_of(story, table)[-1]
    added = {name: chosen[name] for name in chosen if columns[name].identity is None}
    added |= {name: other(chosen[name], columns[name]) for name in NEW_KEYS[table]}
    if table == "orders":
        added |= {"nonce": None, "wallet": None, "kind": "approve"}
    sql = sa.text(
        f"INSERT INTO {table} ({', '.join(added)}) VALUES ({', '.join(f':{n}' for n in added)})"  # noqa: S608  our own names
    )
    [found] = after(story, lambda db: db.execute(sql, added))
    assert found.row.startswith(f"{table}:")
    assert found.entry == 0 or table == "ledger"


@pytest.mark.parametrize("column", ["at_ms", "subject", "event", "body", "hash"])
def test_an_altered_entry_is_named_and_nothing_else(story: SqlStore, column: str) -> None:
    entries = rows_of(story, "journal")
    chosen = Random(f"{SEED} {column}").choice(entries)
    value = other(chosen[column], schema.metadata.tables["journal"].columns[column])
    sql = sa.text(f"UPDATE journal SET {column} = :new WHERE seq = :seq")  # noqa: S608  our own names
    given = {"new": value, "seq": chosen["seq"]}
    [found] = after(story, lambda db: db.execute(sql, given))
    assert (found.entry, found.row) == (chosen["seq"], f"journal:{chosen['seq']}")


def test_what_is_named_is_the_last_entry_that_wrote_the_row(story: SqlStore) -> None:
    [last] = [
        entry["seq"] for entry in rows_of(story, "journal") if entry["event"] == "set_baseline"
    ]
    change = sa.text("UPDATE baselines SET block_number = 8")
    [found] = after(story, lambda db: db.execute(change))
    assert found == Altered(int(str(last)), f"baselines:{BOT}/31337", verify.DIFFERS)


def test_a_removed_switch_that_is_there_again_is_seen(story: SqlStore) -> None:
    """A restriction that was lifted, or one that somebody lifted for us."""
    again = sa.text("UPDATE sources SET kind = 'pause' WHERE kind = 'kill'")
    found = after(story, lambda db: db.execute(again))
    assert {one.row: one.say for one in found} == {
        "sources:main/kill": verify.MISSING,
        "sources:main/pause": verify.RETURNED,
    }
