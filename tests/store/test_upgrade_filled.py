"""A database of the first revision with everything in it: after its upgrade nothing of it is different."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store.database import open_database
from botctl.adapters.store.migrate import migrate, upgrade
from botctl.adapters.store.revision import REVISIONS, SCHEMA_REVISION
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent
from botctl.core.reasons import Reason
from botctl.ports.store import Cursor, LedgerFilter, Moved
from tests.store.making import (
    BOT,
    block_hash,
    cycle,
    decided,
    detection,
    fill,
    market,
    mined,
    opened,
    order,
    row,
    swap,
)
from tests.store.test_migrate import catalog
from tests.support.builders import NOW_MS

# What later revisions added, taken away again: exactly the first is left, which a test below says.
NEW = (
    *("regimes", "followups", "providers", "breakers", "pauses", "health", "errors"),
    *("alerts", "alert_channels", "alert_letters", "preflights", "settings"),
    *("days", "starts", "key_ages"),
    "chat_offsets",
    *("spans", "metrics", "metric_marks", "web_tokens"),
    *("archives", "archived_days"),
)
LATER = (
    "DROP INDEX ix_positions_closed",
    "ALTER TABLE positions DROP COLUMN entry",
    "ALTER TABLE markets DROP COLUMN launcher",
    *(f"DROP TABLE {name}" for name in NEW),
    "UPDATE alembic_version SET version_num = '0001'",
)
OK = Moved(OrderEvent.BURY_OK)


def filled_as_first(url: str) -> None:
    """A closed and an open position, an order out, markets, swaps, cycles, decisions and a journal."""
    with opened(url) as store:
        store.advance(Cursor(3, block_hash(3)), [market(1), market(2)], [swap(2), swap(3)])
        store.record(cycle(1), [detection(1)])
        for number, side, tokens in ((1, Side.BUY, 10), (2, Side.SELL, -10), (3, Side.BUY, 5)):
            reason = Reason.EXIT_EMERGENCY if side is Side.SELL else Reason.ENTRY_SELECTED
            one = replace(order(number, pair=1, side=side), cycle_id=cycle(number).cycle_id)
            decided(store, number, one, rows=(row(number, kind=side, reason=reason),))
            seen = mined(store, one)
            store.settle(
                seen, OK, fill(seen, tokens=tokens, native_wei=-50 * tokens), 3_000 + number
            )
        decided(store, 4, order(4, pair=2))
        assert store.verify().altered == ()
    database = open_database(url)
    with database.writing() as db:
        for statement in LATER:
            db.exec_driver_sql(statement)
    database.close()


def contents(db: Connection) -> dict[str, list[tuple[str, ...]]]:
    found = {}
    for table in sorted(sa.inspect(db).get_table_names()):
        columns = ", ".join(sorted(c["name"] for c in sa.inspect(db).get_columns(table)))
        query = sa.text(f"SELECT {columns} FROM {table}")  # noqa: S608  names of our own schema
        rows = [tuple(map(repr, each)) for each in db.execute(query)]
        found[table] = sorted([(columns,), *rows])
    return found


def everything(url: str) -> dict[str, list[tuple[str, ...]]]:
    database = open_database(url)
    with database.reading() as db:
        found = contents(db)
    database.close()
    return found


def without(found: dict[str, list[tuple[str, ...]]], *names: str) -> object:
    return {name: rows for name, rows in found.items() if name not in names}


CHANGED = ("positions", "markets", "alembic_version")


def test_an_upgrade_keeps_every_row_and_the_journal_still_vouches_for_them(
    database_url: str, tmp_path: Path
) -> None:
    filled_as_first(database_url)
    before = everything(database_url)
    with pytest.raises(OperatorError) as refused, opened(database_url):
        pass
    assert refused.value.code is Code.ERR_SCHEMA_OLDER
    report = upgrade(database_url, tmp_path / "backups", now_ms=NOW_MS)
    assert (report.was, report.now) == (REVISIONS[0], SCHEMA_REVISION)
    assert report.backup is not None
    after = everything(database_url)
    assert without(after, *CHANGED, *NEW) == without(before, *CHANGED)
    for table in ("positions", "markets"):
        assert len(after[table]) == len(before[table]) > 2
    with opened(database_url) as store:
        checked = store.verify()
        assert (checked.altered, checked.entries > 10) == ((), True)
        assert [p.open for p in store.positions(BOT, only_open=False)] == [False, True]
        (held,) = store.holdings(BOT, 0).positions
        assert (held.quantity, held.entry) == (5, None)
        assert {m.launcher for m in store.markets()} == {None}
        assert store.times(BOT) is None
        assert [t.exit_reason for t in store.performance(BOT, 0, 9).trades] == ["EXIT_EMERGENCY"]
        assert len(list(store.rows(LedgerFilter()))) == 3
        # And it goes on from there.
        seen = mined(store, order(4, pair=2))
        store.settle(seen, OK, fill(seen, tokens=7, native_wei=-5), 9_000)
        assert store.verify().altered == ()


def test_what_is_taken_away_leaves_the_first_revision(database_url: str) -> None:
    """Or the test above would upgrade something that never was."""
    filled_as_first(database_url)
    database = open_database(database_url)
    with database.writing() as db:
        mine = catalog(db)
        for table in sa.inspect(db).get_table_names():
            db.exec_driver_sql(f"DROP TABLE {table}{' CASCADE' if database.is_postgres else ''}")
    with database.writing() as db:
        migrate(db, REVISIONS[0], database.location)
        assert mine == catalog(db)
    database.close()
