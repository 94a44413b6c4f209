"""Column types both databases hold exactly: 256-bit integers, text from strangers, saturated counts."""

import json
from dataclasses import asdict
from decimal import Decimal
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.types import TypeDecorator, TypeEngine

from botctl.core.books import Entry
from botctl.core.units import UINT256_MAX

# A table as an argument; bare `sa.Table` would mean columns of Any.
Table = sa.Table[ReadOnlyColumnCollection[str, sa.Column[object]]]

BIGINT_MAX: Final = 2**63 - 1
DIGITS: Final = 78  # of 2^256 - 1


class Exact256(TypeDecorator[int]):
    """Text in SQLite, whose integers end at 64 bits; NUMERIC(78, 0) in PostgreSQL."""

    impl = sa.Text
    cache_ok = True
    least = 0

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str] | TypeEngine[Decimal]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.Numeric(DIGITS, 0))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | Decimal | None:
        if value is None:
            return None
        if not self.least <= value <= UINT256_MAX:
            raise ValueError(f"{value} does not fit a column of 256 bits from {self.least}")
        return Decimal(value) if dialect.name == "postgresql" else str(value)

    def process_result_value(self, value: str | Decimal | None, dialect: Dialect) -> int | None:
        del dialect  # both answer something `int` takes exactly
        return None if value is None else int(value)


class Uint256(Exact256):
    """An amount: 0 to 2^256 - 1."""

    cache_ok = True


class Int256(Exact256):
    """A change of an amount: a sign and 256 bits."""

    cache_ok = True
    least = -UINT256_MAX


class Foreign(TypeDecorator[str]):
    """Text that strangers wrote (a token's symbol, a node's answer), made storable."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return clean(value)


class Word(TypeDecorator[StrEnum]):
    """One of our own enums, as its text."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else value.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        del dialect
        return None if value is None else self.words(value)


class EntryFacts(TypeDecorator[Entry]):
    """How a market was when it was entered, as JSON: read whole, never searched."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Entry | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else entry_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Entry | None:
        del dialect
        return None if value is None else Entry(**json.loads(value))


def entry_text(value: object) -> str:
    assert isinstance(value, Entry)
    return json.dumps(asdict(value), separators=(",", ":"))


class Flag(TypeDecorator[bool]):
    """Yes, no or unknown, as a small number: a BOOLEAN is another thing in each database."""

    impl = sa.SmallInteger
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        del dialect
        return None if value is None else bool(value)


class Saturated(TypeDecorator[int]):
    """A BIGINT whose value comes from outside and has no bound: it stops at 2^63 - 1."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        del dialect
        return saturated(value)


def clean(text: str | None) -> str | None:
    """PostgreSQL refuses NUL in text, and both refuse half a surrogate pair."""
    if text is None or (text.isprintable() and text.isascii()):
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def saturated(value: int | None) -> int | None:
    if value is None:
        return None
    return max(-BIGINT_MAX, min(value, BIGINT_MAX))


def exact(value: int | None) -> str | None:
    """A 256-bit integer as both drivers take it in bulk, past the column type."""
    return None if value is None else str(value)
