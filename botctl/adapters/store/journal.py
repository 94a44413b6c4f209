"""The append-only record: each entry's hash covers the one before, and one locked row is the end.

Append last in a transaction: the head row is the one lock all writers share.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.database import Value, Wire, wire
from botctl.adapters.store.witness import Rows
from botctl.core.codes import Code
from botctl.core.errors import CorruptError
from botctl.core.journal import GENESIS, entry_hash

HEAD_ID: Final = 1
_NEWEST: Final = sa.select(schema.journal.c.at_ms).order_by(schema.journal.c.seq.desc()).limit(1)
PAGE: Final = 1_000  # entries in memory while the chain is walked
_SORTED: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode

_HEAD_SQLITE: Final = "SELECT seq, hash FROM journal_head"
_MOVE_HEAD_SQLITE: Final = "UPDATE journal_head SET seq = ?, hash = ?"
_INSERT_SQLITE: Final = (
    "INSERT INTO journal (seq, at_ms, subject, event, body, hash) VALUES (?, ?, ?, ?, ?, ?)"
)
# One round trip: the server itself chains the hash (the same bytes as `core.journal.entry_hash`; the
# previous hash is always 64 characters). Updating the head row is also what locks it.
CHAIN_POSTGRES: Final = (
    "UPDATE journal_head SET seq = seq + 1, hash ="
    " encode(sha256(convert_to('64:' || hash || %(tail)s, 'UTF8')), 'hex')"
)
ENTRY_POSTGRES: Final = (
    "INSERT INTO journal (seq, at_ms, subject, event, body, hash)"
    " SELECT seq, %(at_ms)s, %(subject)s, %(event)s, %(body)s, hash FROM head"
)
_APPEND_POSTGRES: Final = f"WITH head AS ({CHAIN_POSTGRES} RETURNING seq, hash) {ENTRY_POSTGRES}"


def lock(db: Connection) -> None:
    """No other writer appends before this transaction ends. SQLite has one writer at a time anyway."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("SELECT seq FROM journal_head FOR UPDATE")


@dataclass(frozen=True, slots=True)
class Entry:
    at_ms: int
    subject: str
    event: str
    body: str  # canonical JSON

    def chained(self) -> dict[str, Value]:
        """As parameters; `tail` is what follows the previous hash in the hashed text."""
        parts = (str(self.at_ms), self.subject, self.event, self.body)
        return {
            "at_ms": self.at_ms,
            "subject": self.subject,
            "event": self.event,
            "body": self.body,
            "tail": "".join(f"{len(part)}:{part}" for part in parts),
        }


@dataclass(frozen=True, slots=True)
class Link:
    """An entry in its place in the chain."""

    seq: int
    entry: Entry


def entry(
    at_ms: int, subject: str, event: str, facts: Mapping[str, object], rows: Rows | None = None
) -> Entry:
    """`facts` are JSON types, amounts as text; `rows` are the rows written in the same transaction.

    ASCII, so that no database changes a character.
    """
    told = {**facts, "rows": rows} if rows else facts
    return Entry(at_ms, subject, event, _SORTED(told))


def append(db: Connection, new: Entry) -> None:
    on = wire(db)
    if on.is_postgres:
        on.raw.execute(_APPEND_POSTGRES, new.chained())
    else:
        append_sqlite(on, new)


def append_sqlite(on: Wire, new: Entry) -> None:
    """The transaction holds SQLite's one write lock, so nobody else moves the head meanwhile."""
    raw = on.raw
    head = raw.execute(_HEAD_SQLITE).fetchone()
    assert head is not None
    seq, previous = int(head[0] or 0), str(head[1])
    link = entry_hash(previous, new.at_ms, new.subject, new.event, new.body)
    raw.execute(_INSERT_SQLITE, (seq + 1, new.at_ms, new.subject, new.event, new.body, link))
    raw.execute(_MOVE_HEAD_SQLITE, (seq + 1, link))


def newest_ms(db: Connection) -> int:
    """When the last entry was made; 0 before the first."""
    return db.execute(_NEWEST).scalar() or 0


def begin_chain(db: Connection) -> None:
    """The head of an empty journal; part of creating the schema."""
    db.execute(sa.insert(schema.journal_head).values(id=HEAD_ID, seq=0, hash=GENESIS))


def verify(db: Connection) -> int:
    """Walk the whole chain; the number of entries. Raises CorruptError at the first altered one."""
    return sum(1 for _ in walk(db))


def walk(db: Connection) -> Iterator[Link]:
    """Each entry once its hash is proven. Raises CorruptError at the first altered one."""
    table, previous, seq = schema.journal, GENESIS, 0
    query, paged = sa.select(table).order_by(table.c.seq), {"yield_per": PAGE}
    with db.execute(query, execution_options=paged) as rows:  # closes the server's cursor
        for row in rows:
            link = entry_hash(previous, row.at_ms, row.subject, row.event, row.body)
            if row.seq != seq + 1 or row.hash != link:
                raise _broken(seq + 1)
            previous, seq = link, row.seq
            yield Link(seq, Entry(row.at_ms, row.subject, row.event, row.body))
    head = db.execute(sa.select(schema.journal_head)).one_or_none()
    if head is None or (head.seq, head.hash) != (seq, previous):
        raise _broken(seq + 1)


def _broken(seq: int) -> CorruptError:
    say = "the journal was altered: an entry is missing or differs from what its hash covers"
    return CorruptError(Code.ERR_DB_CORRUPT, say, entry=seq)
