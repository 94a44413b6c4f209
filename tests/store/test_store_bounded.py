"""What a cycle reads of a long life: as much with a hundred thousand positions as with a hundred."""
# ruff: noqa: S608  made of our own names and numbers

import pytest
from sqlalchemy.engine import Connection

from botctl.adapters.store import SqlStore
from tests.store.making import BOT, CHAIN
from tests.store.test_store_plans import Arguments, Read, overheard

POSITIONS = 100_000
SWAPS = 200_000
LEDGER = 200_000
NEWEST = 50
SEEN_MAX = 4_000  # rows that one read may touch
STEPS_EACH = 60  # of SQLite's machine, for a row that is read, grouped and brought
SWAPS_A_BLOCK = 5

READS: dict[str, Read] = {
    "performance": lambda s: s.performance(BOT, POSITIONS - 100, NEWEST),
    "live_probes": lambda s: s.live_probes(BOT, POSITIONS - 100, LEDGER - 100),
    "top_buyers": lambda s: s.top_buyers(SWAPS // SWAPS_A_BLOCK, 100, 2),
    "windows": lambda s: s.windows(SWAPS // SWAPS_A_BLOCK, 10, 100),
    "seen_before": lambda s: s.seen_before(),
    "times": lambda s: s.times(BOT),
    "holdings": lambda s: s.holdings(BOT, POSITIONS - 100),
    "open positions": lambda s: s.positions(BOT, only_open=True),
    "failed_exits": lambda s: s.failed_exits(BOT),
}


def numbers(db: Connection, most: int) -> str:
    if db.dialect.name == "postgresql":
        return f"generate_series(1, {most}) AS numbers(n)"
    rows = f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {most})"
    return f"({rows} SELECT n FROM c) AS numbers"


@pytest.fixture(scope="module")
def old(scratch: SqlStore) -> SqlStore:
    """Every tenth position was a live probe; the times are the numbers, so that all is spread."""
    zero = "'" + "0" * 78 + "'" if not scratch._db.is_postgres else "0"
    with scratch._db.writing() as db:
        db.exec_driver_sql(
            "INSERT INTO positions (id, bot, chain_id, pair, token, quantity, cost_wei,"
            " proceeds_wei, realised_wei, gas_wei, peak_value_wei, entry_liquidity_wei, opened_ms,"
            " closed_ms, exit_reason)"
            f" SELECT 'p' || n, '{BOT}', {CHAIN}, 'pair' || (n / 7), 'token', {zero}, {zero},"
            f" {zero}, {zero}, {zero}, {zero}, {zero}, n, n + 1,"
            " CASE WHEN n / 10 * 10 = n THEN 'EXIT_LIVE_PROBE' ELSE 'EXIT_TIME' END"
            f" FROM {numbers(db, POSITIONS)}"
        )
        db.exec_driver_sql(
            "INSERT INTO swaps (chain_id, block_number, log_index, pair, is_buy, quote_nano,"
            f" trader, tx_hash) SELECT {CHAIN}, n / {SWAPS_A_BLOCK}, n, 'pair' || (n / 3 * 3 - n + 9),"
            f" n / 2 * 2 - n + 1, n, 'trader' || (n / 9 * 9 - n + 20), 'tx' FROM {numbers(db, SWAPS)}"
        )
        db.exec_driver_sql(
            "INSERT INTO ledger (bot, cycle_id, at_ms, block_number, pair, token, kind, reason,"
            " detail, score, passes, passed, failed, bundle_id)"
            f" SELECT '{BOT}', 'c' || n, n, n, 'pair', 'token', 'BUY',"
            " CASE WHEN n / 10 * 10 = n THEN 'ENTRY_LIVE_PROBE' ELSE 'ENTRY_SELECTED' END,"
            f" '', 1, 1, '', '', 'b' FROM {numbers(db, LEDGER)}"
        )
    with scratch._db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.exec_driver_sql("ANALYZE")
    return scratch


def touched(store: SqlStore, sql: str, parameters: Arguments) -> int:
    """Rows that the statement looks at, by the database's own account."""
    with store._db.reading() as db:
        if store._db.is_postgres:
            how = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}"
            return visited(db.exec_driver_sql(how, parameters).scalar_one()[0]["Plan"])
        raw = db.connection.driver_connection
        assert raw is not None
        steps = [0]

        def count() -> int:
            steps[0] += STEPS_EACH
            return 0

        raw.set_progress_handler(count, STEPS_EACH)
        try:
            db.exec_driver_sql(sql, parameters).all()
        finally:
            raw.set_progress_handler(None, 0)
        return steps[0] // STEPS_EACH


def visited(node: dict[str, object]) -> int:
    """Of the leaves alone; what is above them only passes on."""
    inner = node.get("Plans", [])
    assert isinstance(inner, list)
    if "Relation Name" not in node:
        return sum(visited(one) for one in inner)
    each, dropped = node["Actual Rows"], node.get("Rows Removed by Filter", 0)
    assert isinstance(each, int | float)
    assert isinstance(dropped, int | float)
    loops = node["Actual Loops"]
    assert isinstance(loops, int)
    return int((each + dropped) * loops) + sum(visited(one) for one in inner)


@pytest.mark.parametrize("name", READS)
def test_a_read_touches_what_is_new_and_not_what_is_old(old: SqlStore, name: str) -> None:
    with overheard(old) as heard:
        READS[name](old)
    assert heard, "it asked the database"
    assert {sql: n for sql, args in heard if (n := touched(old, sql, args)) > SEEN_MAX} == {}


def test_a_read_of_all_would_be_seen(old: SqlStore) -> None:
    assert touched(old, "SELECT count(*) FROM positions WHERE exit_reason = 'x'", ()) > SEEN_MAX
