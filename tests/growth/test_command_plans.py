"""What a command asks of a database that has grown: short ranges of indexes, however long the life.

The statements are those really sent, and the rows they touch are counted by the database itself.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from botctl.adapters.store import SqlStore
from botctl.cli import app
from botctl.ports.store import LedgerFilter
from tests.growth.conftest import ROWS, GrownPlace
from tests.store.making import opened
from tests.store.test_store_bounded import touched
from tests.store.test_store_plans import READS, Arguments, scans

TOUCHED_MAX = 2_500  # an hour of decisions, and no more of what is older
# In braces: what the newest buy of the database is called.
COMMANDS = (
    "status", "status --json", "health", "health --json", "alerts", "alerts --all",
    "ledger --limit 20", "ledger --kind BUY --limit 20", "ledger --kind FAIL --limit 20",
    "ledger --kind BUY --kind HOLD --limit 20", "ledger --reason SCORE_LOW --limit 20",
    "ledger --reason ENTRY_SELECTED --reason INV_EXPOSURE_OK --limit 20",
    "ledger --reason INV_SELLABLE --kind FAIL --limit 20", "ledger --market TOK7 --limit 20",
    "ledger --market {pair} --limit 20", "ledger --cycle {cycle}", "ledger --since 10m",
    "ledger --since 12h --until 11h --limit 20", "explain TOK7", "explain {pair}",
    "explain {bundle}", "explain {order}", "positions", "orders --limit 20", "orders --open",
    "order show {order}", "replay --since 5m", "bundle export --since 5m --to out",
    "days", "report morning",
    "pause TOK7 --why x", "resume TOK7 --why x", "kill soft --why x", "kill off --why x --yes",
)  # fmt: skip
# They read all of something, because that is what is asked of them.
WHOLE = {
    "metrics": "adds up what the job has not, and every trade there ever was",
    "pnl": "every trade of the days it is asked about",
    "report html": "the same, as a file",
    "report": "the same",
    "serve": "its pages are those of the commands; tests/web asks for their plans",
    "serve token": "a handful of tokens",
    "features": "asks the settings alone",
    "jobs": "counts a week of scheduled times",
    "positions --all": "every position there ever was, to be summed up",
    "ledger grade": "counts every decision of the days it is asked about",
    "ledger verify": "holds every row against the journal",
    "db check": "the same, and the file",
    "db backup": "all of it into one file",
}
READ_WHOLE = {
    "booked": "every trade since a time: here, all",
    "realised": "sums up every trade there ever was",
    "counted": "adds up what came since it was last kept: here, all",
    "job_counts": "counts a week of scheduled times",
    "markets": "every market of the venue is scanned in every cycle",
    "cycle_sizes": "the demo's own check of each of its cycles",
    "rows": "asked without a limit here; the commands above have one",
    "positions": "every position there ever was",
    "reasons_since": "counts what it is asked about: here, all",
    "outcomes": "grades what it is asked about: here, all",
    "performance": "asked about all time here; the cycle asks about a window",
    "holdings": "asked about a day that never ends here; the cycle asks about today",
    "live_probes": "the same; the commands above and test_store_bounded ask about a day",
    "open of states": "asked for all that ever ended well; the loop asks for what has not",
    "failed_exits": "of open positions alone: here, one",
    "vitals": "asked about a time before the first row",
}
BIG = re.compile(
    r"\b(ledger|detections|bundles|journal|orders|order_steps|attempts|fills|positions|cycles|followups"
    r"|job_runs|health|errors|alert_letters|swaps)\b"
)
Heard = list[tuple[str, Arguments]]


@contextmanager
def overheard() -> Iterator[Heard]:
    """Every statement of this process that reads or changes rows it has to find."""
    heard: Heard = []

    def listen(
        _db: Connection, _cursor: object, sql: str, parameters: Arguments, *_: object
    ) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            heard.append((sql, parameters))

    sa.event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield heard
    finally:
        sa.event.remove(Engine, "before_cursor_execute", listen)


@pytest.fixture(scope="module")
def store(grown: GrownPlace) -> Iterator[SqlStore]:
    with opened(grown.url) as one:
        yield one


@pytest.fixture(scope="module")
def named(store: SqlStore) -> dict[str, str]:
    with store._db.reading() as db:
        order, pair, bundle, cycle = db.exec_driver_sql(
            "SELECT id, pair, bundle_id, cycle_id FROM orders ORDER BY created_ms DESC LIMIT 1"
        ).one()
    return {"order": order, "pair": pair, "bundle": bundle, "cycle": cycle}


def too_much(store: SqlStore, heard: Heard) -> dict[str, object]:
    """By statement: how many rows it touched, or the scan that it would be.

    PostgreSQL may well read an ordered index without a condition and stop at the limit: its count tells.
    """
    found: dict[str, object] = {}
    for sql, arguments in heard:
        is_read = sql.lstrip().startswith(("SELECT", "WITH"))
        if is_read and (rows := touched(store, sql, arguments)) > TOUCHED_MAX:
            found[sql] = rows
        elif store._db.is_postgres and is_read:
            continue
        elif lines := [line for line in scans(store, sql, arguments) if BIG.search(line)]:
            found[sql] = lines
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_asks_for_short_ranges(
    command: str, home: Path, store: SqlStore, named: dict[str, str]
) -> None:
    assert app.run(["init"]) == 0
    with overheard() as heard:
        status = app.run(command.format(**named).split())
    assert status in {0, 1}
    assert heard, "it asked the database"
    assert too_much(store, heard) == {}
    assert home.is_dir()


def test_every_command_that_looks_is_judged_or_excused() -> None:
    judged = [*COMMANDS, *WHOLE, "check"]  # the last asks a node
    looks = [name for name, entry in app.COMMANDS.items() if entry.panel == app.LOOK]
    assert [name for name in looks if not any(one.startswith(name) for one in judged)] == []


def test_what_reads_the_whole_is_seen_to(home: Path, store: SqlStore) -> None:
    """Else the test above would prove nothing."""
    assert app.run(["init"]) == 0
    with overheard() as heard:
        assert app.run(["ledger", "grade"]) == 0
    assert too_much(store, heard)
    assert home.is_dir()


@pytest.mark.parametrize("read", sorted(READS.keys() - READ_WHOLE.keys()))
def test_a_read_of_the_loop_asks_for_short_ranges(read: str, store: SqlStore) -> None:
    with overheard() as heard:
        READS[read](store)
    assert too_much(store, heard) == {}


def test_the_database_is_large_beside_what_may_be_touched(store: SqlStore) -> None:
    assert ROWS > 10 * TOUCHED_MAX
    assert len(list(store.rows(LedgerFilter(limit=ROWS)))) == ROWS
