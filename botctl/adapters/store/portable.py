"""A backup's form: rows as JSON lines that either database can take back, and what vouches for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.core.bundle import SAFE_INTEGER

FORM: Final = "botctl-backup/1"
MANIFEST: Final = "manifest.json"
STAMP: Final = "alembic_version"  # the manifest says the revision; migrations write the table

Cell = str | int | bytes | Decimal | None  # as a driver has it
Plain = str | int | None  # as JSON has it
Row = dict[str, Plain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One table's file in the archive."""

    table: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    form: str
    revision: str
    made_ms: int
    source: str  # which kind of database; any kind takes it back
    tables: list[Member]  # parents before children


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as the database has it, whatever revision that is."""

    name: str
    columns: dict[str, sa.types.TypeEngine[object]]
    key: tuple[str, ...]
    counter: str | None  # the column PostgreSQL numbers by itself

    def select(self) -> sa.Executable:
        """All of it, in an order that does not depend on the database."""
        named = [sa.column(name, kind) for name, kind in self.columns.items()]
        source = sa.table(self.name, *named)
        return sa.select(*named).select_from(source).order_by(*(source.c[k] for k in self.key))

    def insert(self) -> sa.Insert:
        named = [sa.column(name, kind) for name, kind in self.columns.items()]
        return sa.insert(sa.table(self.name, *named))

    def plain(self, row: Mapping[str, Cell]) -> Row:
        return {name: _plain(row[name]) for name in self.columns}

    def native(self, row: Row) -> dict[str, Cell]:
        """Raises ValueError or KeyError when the row is not one of this table."""
        if row.keys() != self.columns.keys():
            raise ValueError(f"columns of {self.name} differ")
        return {name: _native(row[name], kind) for name, kind in self.columns.items()}


def member_name(table: str) -> str:
    return f"{table}.jsonl"


def shapes(db: Connection) -> Iterator[Shape]:
    """Parents before children. Looked up, not taken from `schema`: an older one is backed up too."""
    found = sa.inspect(db)
    for name, _ in found.get_sorted_table_and_fkc_names():
        if name is None or name == STAMP:
            continue
        columns = found.get_columns(name)
        counters = [c["name"] for c in columns if c.get("identity")]
        yield Shape(
            name,
            {c["name"]: c["type"] for c in columns},
            tuple(found.get_pk_constraint(name)["constrained_columns"]),
            counters[0] if counters else None,
        )


def _plain(value: Cell) -> Plain:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int) and abs(value) > SAFE_INTEGER:
        return str(value)  # other readers of JSON would round it
    return value


def _native(value: Plain, kind: sa.types.TypeEngine[object]) -> Cell:
    if value is None:
        return None
    if isinstance(kind, sa.LargeBinary):
        return bytes.fromhex(str(value))
    if isinstance(kind, sa.Integer):
        return int(value)
    return Decimal(value) if isinstance(kind, sa.Numeric) else str(value)
