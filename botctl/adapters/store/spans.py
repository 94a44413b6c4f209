"""Span rows: inserted last in a transaction, behind the journal's lock, and read in that order.

The lock is held until the commit, so whoever sees a span sees all that have a lower id: a mark never
passes a row that comes to light later.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.columns import clean
from botctl.adapters.store.database import Value, wire
from botctl.adapters.store.part import Scope
from botctl.core.telemetry.spans import Span
from botctl.ports.telemetry import Stored

_S = schema.spans.c
COLUMNS: Final = (
    "bot", "chain_id", "trace_id", "span_id", "parent_id", "name", "start_us", "took_us", "status",
    "facts",
)  # fmt: skip
_SELECT: Final = sa.select(*(_S[name] for name in ("id", *COLUMNS[2:])))
_NAMES: Final = ", ".join(COLUMNS)
_KINDS: Final = [_S[name].type for name in COLUMNS]
_CASTS: Final = ", ".join(
    "%s::bigint" if isinstance(kind, sa.BigInteger) else "%s::text" for kind in _KINDS
)
_SQLITE: Final = f"INSERT INTO spans ({_NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"
_encoded: Final = json.JSONEncoder(separators=(",", ":")).encode


def add(db: Connection, scope: Scope, new: Sequence[Span]) -> None:
    """Last in the caller's transaction, as the journal's entries are. One statement."""
    if not new:
        return
    rows = [_row(scope, one) for one in new]
    on = wire(db)
    if on.is_postgres:
        on.raw.execute(_postgres(len(rows)), [cell for row in rows for cell in row])
        return
    for row in rows:
        on.raw.execute(_SQLITE, row)


def _postgres(rows: int) -> str:
    """Numbers are given out above the lock: a row's id is asked for once the lock is held."""
    values = ", ".join([f"({_CASTS})"] * rows)
    return (
        "WITH held AS MATERIALIZED (SELECT seq FROM journal_head FOR UPDATE)"
        f" INSERT INTO spans ({_NAMES})"
        f" SELECT new.* FROM held, (VALUES {values}) AS new({_NAMES})"
    )


def _row(scope: Scope, one: Span) -> tuple[Value, ...]:
    return (
        scope.bot, scope.chain_id, one.trace_id, one.span_id, one.parent_id, str(one.name),
        one.start_us, one.took_us, one.status, clean(_encoded(one.facts)),
    )  # fmt: skip


def after(db: Connection, scope: Scope, place: int, most: int | None) -> Iterator[Stored]:
    query = (
        _SELECT.where(_S.bot == scope.bot, _S.chain_id == scope.chain_id, _S.id > place)
        .order_by(_S.id)
        .limit(most)
    )
    for row in db.execute(query):
        yield Stored(row.id, _span(row))


def newest(db: Connection, scope: Scope, name: str, most: int) -> Iterator[Span]:
    query = (
        _SELECT.where(_S.bot == scope.bot, _S.chain_id == scope.chain_id, _S.name == name)
        .order_by(_S.id.desc())
        .limit(most)
    )
    for row in db.execute(query):
        yield _span(row)


def _span(row: Sequence[str | int]) -> Span:
    _, trace_id, span_id, parent_id, name, start_us, took_us, status, facts = row
    return Span(
        trace_id=str(trace_id),
        span_id=str(span_id),
        parent_id=str(parent_id),
        name=str(name),
        start_us=int(start_us),
        took_us=int(took_us),
        status=str(status),
        facts=json.loads(str(facts)),
    )
