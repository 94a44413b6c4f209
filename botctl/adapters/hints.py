"""A few names for the shell to offer: read-only, bounded, and without the database's library on SQLite."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Final
from urllib.parse import quote

MOST: Final = 200
WAIT_S: Final = 0.2  # somebody waits with a finger on the key

# Newest first: what was just looked at is what is asked about.
MARKETS: Final = "SELECT symbol FROM ledger WHERE bot = ? ORDER BY at_ms DESC LIMIT 2000"
PAIRS: Final = "SELECT pair FROM ledger WHERE bot = ? ORDER BY at_ms DESC LIMIT 2000"
ORDERS: Final = "SELECT id FROM orders WHERE bot = ? ORDER BY created_ms DESC LIMIT 200"


def hints(path: str, bot: str, query: str) -> Sequence[str]:
    """Raises sqlite3.Error; an older schema has these columns too."""
    uri = f"file:{quote(path)}?mode=ro"  # a database that is missing is not made
    with closing(sqlite3.connect(uri, uri=True, timeout=WAIT_S)) as db:
        return distinct([str(row[0] or "") for row in db.execute(query, (bot,))])


def distinct(words: Sequence[str]) -> Sequence[str]:
    return [word for word in dict.fromkeys(words) if word][:MOST]
