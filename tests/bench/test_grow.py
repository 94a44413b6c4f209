"""A grown database is one that botctl could have written: the journal's walk finds nothing."""

from bench.grow import grow, sizes
from bench.grown import Growth
from botctl.adapters.codec import JsonCodec
from botctl.adapters.store import SqlStore
from botctl.adapters.store.backup import count_rows
from botctl.core.reasons import Kind
from botctl.flows.replay import from_store, replay
from botctl.ports.store import LedgerFilter
from tests.store.making import opened

GROWTH = Growth(rows=1_950, bundles=900, end_ms=1_800_000_000_000, markets=100, chain_id=31_337)


def _counted(store: SqlStore, *tables: str) -> list[int]:
    with store._db.reading() as db:
        return [count_rows(db, table) for table in tables]


def test_what_was_grown_is_as_the_journal_tells(database_url: str) -> None:
    grow(database_url, GROWTH)
    with opened(database_url) as store:
        assert store.verify().altered == ()
        assert _counted(store, "ledger", "bundles", "cycles") == [1_950, 850, 20]
        bought = list(store.rows(LedgerFilter(kinds=(Kind.BUY,), limit=None)))
        assert bought
        assert _counted(store, "orders", "fills", "positions") == [len(bought)] * 3
        whole = store.bundles(LedgerFilter(since_ms=GROWTH.end_ms - 60_000))
        report = replay(JsonCodec(), from_store(whole))
        assert (report.same, report.others) == (50, ())
        assert dict(sizes(store._db))
