"""What has left the live database: one row a file, and the days of which nothing is left to archive.

The rows are witnessed: the journal says which file holds what, and `ledger verify` reads the files too.
"""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store.schema_parts import metadata, number, text, word
from botctl.ports.retention import ArchiveKind

archives: Final = sa.Table(
    "archives",
    metadata,
    text("file", key=True),  # relative to the archive's folder
    text("bot"),
    word("kind", ArchiveKind),
    text("day"),
    number("first_ms"),
    number("last_ms"),
    number("rows"),
    text("digest"),  # over the rows in their order
    text("sha256"),  # of the file
    number("size"),
    number("made_ms"),
    number("emptied_ms", null=True),  # None: its rows may still be in the live database too
    sa.Index("ix_archives_time", "bot", "kind", "last_ms"),
)

archived_days: Final = sa.Table(
    "archived_days",
    metadata,
    text("bot", key=True),
    word("kind", ArchiveKind, key=True),
    number("from_ms", key=True),  # the day's start, UTC
    number("closed_ms"),
)
