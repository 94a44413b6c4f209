"""What every table is made of: the one metadata, and columns as both databases hold them."""

from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store.columns import Foreign, Int256, Saturated, Uint256, Word

metadata: Final = sa.MetaData()


def serial() -> sa.Column[int]:
    """Grows with every row, so that "newest" does not depend on a clock."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, sa.Identity(), primary_key=True)


def text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=null)


def number(name: str, *, key: bool = False, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=null, autoincrement=False)


def unbounded(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, Saturated, nullable=null)


def amount(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, Uint256, nullable=null)


def change(name: str) -> sa.Column[int]:
    return sa.Column(name, Int256, nullable=False)


def foreign(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, Foreign, nullable=null)


def word(
    name: str, words: type[StrEnum], *, key: bool = False, null: bool = False
) -> sa.Column[StrEnum]:
    return sa.Column(name, Word(words), primary_key=key, nullable=null)


def blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def index_where(name: str, table: str, columns: str, where: str, *, unique: bool = True) -> None:
    """A partial index, in the one spelling both databases read.

    Not `sa.Index(postgresql_where=...)`: that loads the whole PostgreSQL dialect, whatever is in use.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    sql = f"CREATE {kind} {name} ON {table} ({columns}) WHERE {where}"

    def make(_table: object, db: Connection, **_: object) -> None:
        db.exec_driver_sql(sql)

    sa.event.listen(metadata.tables[table], "after_create", make)
