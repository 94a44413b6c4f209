"""Many rows at the driver's own speed: executemany in SQLite; COPY or arrays in PostgreSQL.

Rows are tuples of what the drivers take as they are: integers within 64 bits, text, bytes, and
256-bit amounts as text (`columns.exact`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy.engine import Connection

from botctl.adapters.store.columns import Table
from botctl.adapters.store.database import Value

if TYPE_CHECKING:
    import psycopg

Rows = Sequence[tuple[Value, ...]]

# As text, a document of bytes is twice as long and costs client and server most of their time.
BODIES: Final = "bytea"
AS_THEY_ARE: Final = frozenset({BODIES, "bigint", "text"})  # an amount is text for a NUMERIC


def insert_new(db: Connection, table: Table, columns: Sequence[str], rows: Rows) -> None:
    """Rows that cannot be there yet; one that is fails the transaction."""
    if not rows:
        return
    names = ", ".join(columns)
    if db.dialect.name == "sqlite":
        _sqlite(db, f"INSERT INTO {table.name} ({names}) VALUES ({_marks(columns)})", rows)
        return
    kinds = _kinds(db, table, columns)
    in_binary = BODIES in kinds and set(kinds) <= AS_THEY_ARE
    sql = f"COPY {table.name} ({names}) FROM STDIN{' (FORMAT BINARY)' if in_binary else ''}"
    with _psycopg(db).cursor() as cursor, cursor.copy(sql.encode()) as out:
        if in_binary:
            out.set_types(kinds)
        for row in rows:
            out.write_row(row)


def insert_missing(db: Connection, table: Table, columns: Sequence[str], rows: Rows) -> None:
    """Rows that may be there already, and then stay as they are. One statement, one round trip."""
    if not rows:
        return
    into = f"INSERT INTO {table.name} ({', '.join(columns)})"
    if db.dialect.name == "sqlite":
        _sqlite(db, f"{into} VALUES ({_marks(columns)}) ON CONFLICT DO NOTHING", rows)
        return
    kinds = _kinds(db, table, columns)
    arrays = ", ".join(f"{'%b' if kind == BODIES else '%s'}::{kind}[]" for kind in kinds)
    sql = f"{into} SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"
    _psycopg(db).execute(sql.encode(), [list(column) for column in zip(*rows, strict=True)])


def _kinds(db: Connection, table: Table, columns: Sequence[str]) -> list[str]:
    return [table.c[name].type.compile(db.dialect).lower() for name in columns]


def _marks(columns: Sequence[str]) -> str:
    return ", ".join("?" * len(columns))


def _sqlite(db: Connection, sql: str, rows: Rows) -> None:
    db.exec_driver_sql(sql, list(rows))


def _psycopg(db: Connection) -> "psycopg.Connection":
    raw: psycopg.Connection | None = db.connection.driver_connection
    assert raw is not None
    return raw
