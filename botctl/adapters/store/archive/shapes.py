"""The columns of an archived file, and a row's canonical line, which is what its digest covers.

Amounts of 256 bits stay text: no column type of Parquet holds them exactly. A body is base64 on its way
into the file, and bytes in it.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from botctl.adapters.store import schema
from botctl.adapters.store.columns import Exact256, Flag, Saturated, Table
from botctl.adapters.store.rows import LEDGER_COLUMNS
from botctl.ports.retention import ArchiveKind

Cell = str | int | bytes | None
Cells = Sequence[Cell]

BIGINT, TEXT, BYTES = "BIGINT", "VARCHAR", "BLOB"


def _kinds(table: Table, names: Sequence[str]) -> dict[str, str]:
    return {name: _kind(table, name) for name in names}


def _kind(table: Table, name: str) -> str:
    kind = table.c[name].type
    if isinstance(kind, Exact256):
        return TEXT
    is_whole = isinstance(kind, Saturated | Flag) or kind.python_type is int
    return BIGINT if is_whole else TEXT


FOLLOWUP_COLUMNS: Final = tuple(column.name for column in schema.followups.columns)
COLUMNS: Final[Mapping[ArchiveKind, Mapping[str, str]]] = {
    ArchiveKind.LEDGER: {"id": BIGINT, **_kinds(schema.ledger, LEDGER_COLUMNS)},
    ArchiveKind.BUNDLES: {"id": TEXT, "cycle_id": TEXT, "at_ms": BIGINT, "body": BYTES},
    ArchiveKind.FOLLOWUPS: _kinds(schema.followups, FOLLOWUP_COLUMNS),
}


@dataclass(frozen=True, slots=True)
class Written:
    """`file` is relative to the folder."""

    file: str
    rows: int
    digest: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in DuckDB's words; `?` stands for the values."""

    sql: str = "true"
    values: Sequence[Cell] = ()


def line(cells: Cells) -> bytes:
    """Text, integers, bytes and None as Python writes them in ASCII; no line break inside."""
    return ascii(tuple(cells)).encode() + b"\n"


def sendable(cells: Cells) -> list[str | int | None]:
    return [b64encode(cell).decode() if isinstance(cell, bytes) else cell for cell in cells]
