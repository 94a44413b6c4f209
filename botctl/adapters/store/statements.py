"""INSERT with ON CONFLICT in the one spelling both databases read, typed by the table's columns."""

from functools import cache

import sqlalchemy as sa

from botctl.adapters.store.columns import Table


@cache
def insert(table: Table, *, on_conflict: str = "") -> sa.TextClause:
    """All columns but a serial, as named parameters; `on_conflict` follows as it is written."""
    columns = [c for c in table.columns if c.identity is None]
    names = ", ".join(c.name for c in columns)
    values = ", ".join(f":{c.name}" for c in columns)
    tail = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    sql = f"INSERT INTO {table.name} ({names}) VALUES ({values}){tail}"
    return sa.text(sql).bindparams(*(sa.bindparam(c.name, type_=c.type) for c in columns))


@cache
def upsert(table: Table, *, keep: tuple[str, ...] = ()) -> sa.TextClause:
    """Insert, or replace what is not part of the key."""
    keys = ", ".join(c.name for c in table.primary_key.columns)
    changed = [c.name for c in table.columns if not c.primary_key and c.name not in keep]
    sets = ", ".join(f"{name} = excluded.{name}" for name in changed)
    return insert(table, on_conflict=f"({keys}) DO UPDATE SET {sets}")
