"""Several stores on one file in one process, as in `run` while it makes a backup, and others beside it."""

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from tests.store.making import opened

# Another process: it opens the file, writes, and closes it; if it believes itself alone, it clears up.
OTHER = """
import sys
from tests.store.making import opened
with opened(sys.argv[1]) as store:
    store.count("seen")
"""


def test_a_second_store_in_one_process_does_not_take_away_the_locks_of_the_first(
    tmp_path: Path,
) -> None:
    """Closing any descriptor of a file gives up all locks that the process has on it (POSIX)."""
    url = f"sqlite:///{tmp_path / 'botctl.db'}"
    with opened(url) as first:
        for number in range(1, 4):
            first.count("seen")
            with opened(url) as second:
                assert second.counters().values == {"seen": 3 * number - 2}
            subprocess.run([sys.executable, "-c", OTHER, url], check=True)
            first.count("seen")
            with opened(url) as third, third._db.reading() as db:
                assert db.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
            assert first.counters().values == {"seen": 3 * number}
