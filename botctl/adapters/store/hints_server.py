"""The same from PostgreSQL; it loads the database's library, which a file does not need."""

from collections.abc import Sequence
from typing import Final

from botctl.adapters.hints import WAIT_S, distinct
from botctl.adapters.store.database import open_database

MS: Final = 1_000


def hints(url: str, bot: str, query: str) -> Sequence[str]:
    """Raises BotError."""
    database = open_database(url, busy_ms=int(WAIT_S * MS))
    try:
        with database.reading() as db:
            found = db.exec_driver_sql(query.replace("?", "%s"), (bot,))
            return distinct([str(row[0] or "") for row in found])
    finally:
        database.close()
