"""Two engines on one SQLite file in one process, while other processes come and go."""

import subprocess
import sys
from pathlib import Path

from botctl.adapters.store.engine import create, parsed

LEAVE = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("SELECT count(*) FROM notes").fetchone()
db.close()
"""


def test_a_second_engine_does_not_take_the_locks_of_the_first(tmp_path: Path) -> None:
    """Closing any other descriptor of the file drops them all (sqlite.org/howtocorrupt.html, 2.2)."""
    file = tmp_path / "botctl.db"
    url = parsed(f"sqlite:///{file}")
    first = create(url)
    with first.connect() as db:
        db.exec_driver_sql("CREATE TABLE notes (id INTEGER)")
        db.exec_driver_sql("INSERT INTO notes VALUES (1)")
        db.commit()
    create(url).dispose()
    subprocess.run([sys.executable, "-c", LEAVE, str(file)], check=True, timeout=60)
    assert file.with_name("botctl.db-wal").exists(), "the log was taken away under the first engine"
    with first.connect() as db:
        db.exec_driver_sql("INSERT INTO notes VALUES (2)")
        db.commit()
        assert db.exec_driver_sql("SELECT count(*) FROM notes").scalar() == 2
    first.dispose()
