"""Two openings in one process, and others beside it: nobody reads the past, no write goes nowhere.

Closing any descriptor of a SQLite file drops the whole process's locks on it. Then the next process that
ends takes itself for the last one, and deletes the WAL that is still being read here.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from botctl.adapters.store.check import check
from botctl.ports.store import LedgerFilter
from tests.store.making import BOT, WALLET, decided, mined, opened, order, row

COUNTER = "seen"
ROOT = Path(__file__).parents[2]


def test_a_store_sees_what_other_processes_write_although_its_file_was_opened_again(
    database_url: str,
) -> None:
    with opened(database_url) as long_lived:
        long_lived.count(COUNTER)
        with opened(database_url) as again:
            assert again.counters().values == {COUNTER: 1}
        for so_far in (2, 3, 4):
            count_elsewhere(database_url)
            assert long_lived.counters().values == {COUNTER: so_far}


def test_what_is_written_between_two_other_processes_is_kept(database_url: str) -> None:
    with opened(database_url) as long_lived:
        long_lived.count(COUNTER)
        with opened(database_url):
            count_elsewhere(database_url)
        long_lived.count(COUNTER)
        count_elsewhere(database_url)
    assert check(database_url).problems == ()
    with opened(database_url) as later:
        assert later.counters().values == {COUNTER: 4}


def test_the_log_of_writes_stays_while_somebody_has_the_database_open(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'botctl.db'}"
    with opened(url) as long_lived:
        long_lived.count(COUNTER)
        with opened(url):
            pass
        count_elsewhere(url)
        assert (tmp_path / "botctl.db-wal").exists()


def test_no_read_leaves_a_snapshot_open_behind_it(tmp_path: Path) -> None:
    """SQLite cannot empty the log of writes while any statement still reads an older state."""
    url = f"sqlite:///{tmp_path / 'botctl.db'}"
    with opened(url) as store:
        decided(store, 1, order(1), order(2), rows=(row(1), row(1, pair=2)))
        mined(store, order(1))
        reads: tuple[Callable[[], object], ...] = (
            lambda: store.order(order(1).id),
            lambda: store.order("none"),
            lambda: next(store.rows(LedgerFilter(limit=None))),
            lambda: next(store.bundles(LedgerFilter(limit=None)), None),
            lambda: next(iter(store.markets()), None),
            store.cursor,
            store.latest,
            store.due,
            lambda: store.nonce(WALLET),
            lambda: store.settled_next(WALLET),
            lambda: store.wallet_books(BOT, WALLET),
            lambda: store.baseline(BOT),
            store.schema_revision,
            store.verify,
        )
        for read in reads:
            kept = read()
            store.count(COUNTER)
            assert emptied(tmp_path / "botctl.db"), kept


def emptied(file: Path) -> bool:
    other = sqlite3.connect(file)
    with closing(other):
        busy, _, _ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return bool(busy == 0)


def count_elsewhere(url: str) -> None:
    """A process that comes, writes and goes, as a typed command does."""
    subprocess.run([sys.executable, "-m", __name__, url], cwd=ROOT, check=True)


if __name__ == "__main__":
    with opened(sys.argv[1]) as elsewhere:
        elsewhere.count(COUNTER)
