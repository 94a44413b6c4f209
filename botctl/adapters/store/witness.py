"""What the journal says of a row: sha256 over all its columns, the same whichever database holds it.

A row is written as a JSON list of its columns, in the schema's order: amounts as decimal text, bytes as
a list of their hex (no text can look like that).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from operator import itemgetter
from typing import Final

from sqlalchemy.types import LargeBinary, TypeEngine

from botctl.adapters.store import schema
from botctl.adapters.store.columns import (
    EntryFacts,
    Exact256,
    Foreign,
    Saturated,
    Table,
    clean,
    entry_text,
    saturated,
)

Rows = dict[str, str | None]  # "table:key" -> digest; None: the row was removed
Form = Callable[[object], object]

# ASCII, so that no database and no reader sees other characters than were hashed.
canonical: Final = json.JSONEncoder(separators=(",", ":")).encode


class Witness:
    """One table's rows, or a part of their columns, as the journal covers them."""

    def __init__(
        self,
        table: Table,
        *,
        name: str = "",
        only: Sequence[str] = (),
        leave: Sequence[str] = (),
        added: str = "",
    ) -> None:
        """`added`: the last column, which older rows were journalled without; absent, it is null."""
        self.table: Final = table
        self.name: Final = name or table.name
        self.key: Final = tuple(c.name for c in table.primary_key.columns)
        wanted = only or [c.name for c in table.columns]
        self.columns: Final = tuple(name for name in wanted if name not in leave)
        assert not added or self.columns[-1] == added, "a column is added at the end"
        self._added: Final = added
        self._picked = itemgetter(*self.columns)
        forms = [_form(table.c[name].type) for name in self.columns]
        self._forms = [(place, form) for place, form in enumerate(forms) if form is not None]

    def of(self, values: Mapping[str, object]) -> Rows:
        """Of a row as it is about to be stored; more values than columns do no harm."""
        cells = list(self._picked(values))
        for place, form in self._forms:
            if cells[place] is not None:
                cells[place] = form(cells[place])
        return {self.subject(values): digest(self.told(cells))}

    def told(self, cells: list[object]) -> list[object]:
        """The cells that the journal covers."""
        return cells[:-1] if self._added and cells[-1] is None else cells

    def gone(self, values: Mapping[str, object]) -> Rows:
        return {self.subject(values): None}

    def subject(self, values: Mapping[str, object]) -> str:
        key = self.key
        if len(key) == 1:
            return f"{self.name}:{values[key[0]]}"
        return f"{self.name}:{'/'.join([str(values[name]) for name in key])}"


def digest(cells: Sequence[object]) -> str:
    return sha256(canonical(cells).encode()).hexdigest()


def found(cell: object) -> object:
    """A cell as a driver brought it, whatever somebody put there."""
    if isinstance(cell, bytes):
        return [cell.hex()]
    return f"{cell:f}" if isinstance(cell, Decimal) else cell


def _form(kind: TypeEngine[object]) -> Form | None:
    """What storing does to a value of this type; None: nothing."""
    if isinstance(kind, Exact256):
        return str
    if isinstance(kind, Foreign):
        return _cleaned
    if isinstance(kind, EntryFacts):
        return entry_text
    if isinstance(kind, Saturated):
        return _saturated
    return found if isinstance(kind, LargeBinary) else None


def _cleaned(value: object) -> object:
    assert isinstance(value, str)
    return clean(value)


def _saturated(value: object) -> object:
    assert isinstance(value, int)
    return saturated(value)


# The wallet is known only to who signs, so it has a line of its own: a move need not read it first.
ORDERS: Final = Witness(schema.orders, leave=("wallet",))
WALLETS: Final = Witness(schema.orders, name="wallets", only=("id", "wallet"))
# The serial is the database's own; a line of the timeline is named by its place instead.
STEPS: Final = Witness(schema.order_steps, leave=("id",))
ATTEMPTS: Final = Witness(schema.attempts)
# A lease is renewed all the time, and its end is no safety: the token is (DESIGN §8).
NONCES: Final = Witness(schema.nonces, leave=("until_ms",))
FILLS: Final = Witness(schema.fills)
POSITIONS: Final = Witness(schema.positions, added="entry")
BALANCES: Final = Witness(schema.balances)
# Whether its rows are still in the live database as well is no promise of ours.
ARCHIVES: Final = Witness(schema.archives, leave=("emptied_ms",))
BASELINES: Final = Witness(schema.baselines)
CORRECTIONS: Final = Witness(schema.corrections)
SOURCES: Final = Witness(schema.sources)
BREAKERS: Final = Witness(schema.breakers)
PAUSES: Final = Witness(schema.pauses)

KEYED: Final = (
    ORDERS, WALLETS, ATTEMPTS, NONCES, FILLS, POSITIONS, BALANCES, BASELINES, CORRECTIONS, SOURCES,
    BREAKERS, PAUSES, ARCHIVES,
)  # fmt: skip


def step(order_id: str, place: int, values: Mapping[str, object]) -> Rows:
    """One line of an order's timeline, named by its place in it, from 1."""
    line = {**values, "order_id": order_id, "id": place}
    [told] = STEPS.of(line).values()
    return {f"{STEPS.name}:{order_id}/{place}": told}


def first_step(order_id: str, values: Mapping[str, object]) -> Rows:
    return step(order_id, 1, values)
