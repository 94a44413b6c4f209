"""Is every row that money depends on as the journal says it was written? Read-only, page by page."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import chain, groupby, islice
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.archived import OpenArchive, no_archive
from botctl.adapters.store.rows import LEDGER_COLUMNS
from botctl.adapters.store.testimony import Line, digest_of, line
from botctl.adapters.store.told import Decided, Told, listen, testimony_in
from botctl.adapters.store.verify_archive import Archives
from botctl.adapters.store.witness import (
    KEYED,
    STEPS,
    WALLETS,
    Witness,
    digest,
    found,
)
from botctl.core.errors import CorruptError
from botctl.ports.store import Altered, Verified

PAGE: Final = 1_000  # rows in memory, beside the digests
FINDINGS_MAX: Final = 1_000  # a table that was emptied needs no line a row

DIFFERS: Final = "it is not as it was written"
MISSING: Final = "it was written, and is no longer there"
UNKNOWN: Final = "no entry says that it was written"
RETURNED: Final = "it was removed, and is there again"

Cells = Sequence[object]


def verify(db: Connection, archive: OpenArchive = no_archive) -> Verified:
    """Archived files are part of it. After the first altered entry of the journal itself nothing can be judged, so it is the only one."""
    try:
        told = listen(db)
    except CorruptError as error:
        entry = int(str(error.facts["entry"]))
        return Verified(entry - 1, 0, (Altered(entry, f"journal:{entry}", error.say),))
    check = _Check(db, told, archive)
    altered = {one.row: one for one in islice(check.findings(), FINDINGS_MAX)}
    in_order = sorted(altered.values(), key=lambda one: (one.entry, one.row))
    return Verified(told.entries, check.rows, tuple(in_order))


class _Check:
    """Every table against what was told; `rows` counts those that were read."""

    def __init__(self, db: Connection, told: Told, archive: OpenArchive) -> None:
        self.rows = 0
        self._gone = Archives(db, archive)
        self._db = db
        self._told = told

    def findings(self) -> Iterator[Altered]:
        for witness in KEYED:
            yield from self._keyed(witness)
        yield from self._timelines()
        yield from self._gone.problems()
        for subject, word in self._told.rows.items():  # those nobody found
            if word.digest is not None:
                yield Altered(word.entry, _shown(subject), MISSING)
        yield from self._ledger()
        yield from self._bundles()

    def _read(self, query: sa.Executable) -> Iterator[Cells]:
        with self._db.execute(query, execution_options={"yield_per": PAGE}) as rows:
            for row in rows:
                self.rows += 1
                yield row

    def _keyed(self, witness: Witness) -> Iterator[Altered]:
        for row in self._read(_raw(witness, witness.key)):
            subject = witness.subject(dict(zip(witness.columns, row, strict=True)))
            yield from self._judged(subject, witness.told(list(row)))

    def _timelines(self) -> Iterator[Altered]:
        rows = self._read(_raw(STEPS, ("order_id", "id")))
        for order_id, steps in groupby(rows, key=lambda row: row[0]):
            for place, step in enumerate(steps, start=1):
                yield from self._judged(f"{STEPS.name}:{order_id}/{place}", step)

    def _judged(self, subject: str, row: Sequence[object]) -> Iterator[Altered]:
        word = self._told.rows.pop(subject, None)
        if word is None:
            yield Altered(0, _shown(subject), UNKNOWN)
        elif word.digest is None:
            yield Altered(word.entry, _shown(subject), RETURNED)
        elif bytes.fromhex(digest([found(cell) for cell in row])) != word.digest:
            yield Altered(word.entry, _shown(subject), DIFFERS)

    def _ledger(self) -> Iterator[Altered]:
        left = dict(self._told.cycles)
        live = groupby(self._read(_LEDGER), key=lambda row: row[_CYCLE])
        for cycle_id, rows in chain(live, self._gone.cycles(self._has_bundles)):
            # While a file is emptied, its cycles are in both places: each is held against the entry.
            left.pop(str(cycle_id), None)
            decided = self._told.cycles.get(str(cycle_id))
            yield from self._cycle(str(cycle_id), list(rows), decided)
        self.rows += self._gone.rows
        for cycle_id, decided in left.items():
            if decided.rows:
                yield Altered(decided.entry, f"ledger:{cycle_id}", MISSING)

    def _has_bundles(self, cycle_id: str) -> bool:
        decided = self._told.cycles.get(cycle_id)
        return decided is not None and decided.bundle_each

    def _cycle(
        self, cycle_id: str, rows: Sequence[Cells], decided: Decided | None
    ) -> Iterator[Altered]:
        names = [f"ledger:{cycle_id}/{row[_PAIR]}" for row in rows]
        if decided is None:
            yield from (Altered(0, name, UNKNOWN) for name in names)
            return
        lines = [line(tuple(found(cell) for cell in row[:_WIDTH])) for row in rows]
        if digest_of(lines) != decided.digest:
            yield from self._rows_apart(cycle_id, decided, names, lines)
        if decided.bundle_each and not self._gone.has_bundles_of(cycle_id):
            for row in rows:
                if row[_WIDTH] is None:
                    yield Altered(decided.entry, f"bundles:{row[_BUNDLE]}", MISSING)

    def _rows_apart(
        self, cycle_id: str, decided: Decided, names: Sequence[str], lines: Sequence[Line]
    ) -> Iterator[Altered]:
        body = sa.select(schema.journal.c.body).where(schema.journal.c.seq == decided.entry)
        told = testimony_in(json.loads(self._db.execute(body).scalar_one()))
        strange = told.strangers(lines)
        yield from (Altered(decided.entry, names[place], DIFFERS) for place in strange)
        if told.missing(lines) > len(strange):
            yield Altered(decided.entry, f"ledger:{cycle_id}", MISSING)
        elif not strange:
            yield Altered(decided.entry, f"ledger:{cycle_id}", DIFFERS)

    def _bundles(self) -> Iterator[Altered]:
        """A bundle's name is its content's hash; a ledger row or an entry says that it exists."""
        lone, strange = dict(self._told.bundles), list[str]()
        for row in self._read(_BUNDLES):
            bundle_id, body, cycle_id = row
            own = lone.pop(str(bundle_id), None)
            decided = self._told.cycles.get(str(cycle_id))
            entry = own or (0 if decided is None else decided.entry)
            if not isinstance(body, bytes) or sha256(body).hexdigest() != bundle_id:
                yield Altered(entry, f"bundles:{bundle_id}", DIFFERS)
            elif entry == 0:
                strange.append(str(bundle_id))
        named = self._gone.named_among(strange)
        yield from (Altered(0, f"bundles:{key}", UNKNOWN) for key in strange if key not in named)
        archived = self._gone.bundles_among(lone.keys())
        for key, entry in lone.items():
            if key not in archived:
                yield Altered(entry, f"bundles:{key}", MISSING)


def _raw(witness: Witness, order: Sequence[str]) -> sa.TextClause:
    """The cells as they lie there: a type of ours would stumble over what is not its own."""
    columns, keys = ", ".join(witness.columns), ", ".join(order)
    where = "WHERE wallet IS NOT NULL" if witness is WALLETS else ""
    return sa.text(f"SELECT {columns} FROM {witness.table.name} {where} ORDER BY {keys}")


_WIDTH: Final = len(LEDGER_COLUMNS)
_CYCLE: Final = LEDGER_COLUMNS.index("cycle_id")
_PAIR, _BUNDLE = LEDGER_COLUMNS.index("pair"), LEDGER_COLUMNS.index("bundle_id")
_LEDGER: Final = sa.text(
    f"SELECT {', '.join(f'l.{name}' for name in LEDGER_COLUMNS)}, b.id AS bundle"
    " FROM ledger l LEFT JOIN bundles b ON b.id = l.bundle_id ORDER BY l.cycle_id"
)
# Identical decisions of two cycles would share a bundle: any of them may speak for it.
_BUNDLES: Final = sa.text(
    "SELECT b.id, b.body, l.cycle_id FROM bundles b"
    " LEFT JOIN (SELECT bundle_id, min(cycle_id) AS cycle_id FROM ledger GROUP BY bundle_id) l"
    " ON l.bundle_id = b.id"
)


def _shown(subject: str) -> str:
    """The wallet is a column of its order."""
    kind, key = subject.split(":", maxsplit=1)
    return f"{schema.orders.name if kind == WALLETS.name else kind}:{key}"
