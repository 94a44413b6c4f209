"""Reading decisions: newest first, page by page from an index, however long the ledger is.

Several kinds, reasons or markets are read as one ordered stream each and merged: every stream ends its index
range early, where one query over all of them would sort whatever it finds. Archived files are streams
of the same kind, opened only when a reader gets that far.
"""

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.archive.shapes import Cell, Where
from botctl.adapters.store.archived import (
    bodies,
    entered,
    ledger_where,
    segments,
    unemptied,
)
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import names
from botctl.core.units import BundleId
from botctl.ports.retention import ArchiveKind, Segment
from botctl.ports.store import LedgerFilter, LedgerRow

PAGE_ROWS: Final = 1_000  # read in one go, so that no reader holds a snapshot while its user reads
BUNDLES_AT_ONCE: Final = 500
_ABOVE_ALL: Final = 2**63  # no row's serial

_L, _B, _M = schema.ledger.c, schema.bundles.c, schema.markets.c
Where_ = sa.ColumnElement[bool]
Place = tuple[int, int]  # (at_ms, id): where a row stands in the order
Placed = tuple[int, int, LedgerRow | None]
# The two keys of the order come first; the rest is the value.
_KEYS: Final = (_L.at_ms, _L.id)
_SELECT: Final = sa.select(*_KEYS, *(_L[name] for name in names(LedgerRow)))


class _ArchiveGrewError(Exception):
    """Rows that were still to be read may have left the live database: begin again where we are."""


class Ledger(Part):
    def rows(self, wanted: LedgerFilter) -> Iterator[LedgerRow]:
        return islice(self._all(wanted), wanted.limit)

    def _all(self, wanted: LedgerFilter) -> Iterator[LedgerRow]:
        """Live and archived rows in one order; what is in both, while a file is entered, comes once."""
        pairs, last = self._pairs_named(wanted.pair), None
        while True:
            try:
                for at_ms, serial, row in self._merged(wanted, pairs, last):
                    if row is not None and (at_ms, serial) != last:
                        last = at_ms, serial
                        yield row
            except _ArchiveGrewError:
                continue
            return

    def _merged(
        self, wanted: LedgerFilter, pairs: Sequence[str], last: Place | None
    ) -> Iterator[Placed]:
        with self._db.reading() as db:
            files, count = self._files(db, wanted)
        where = conditions(self._scope.bot, wanted, pairs)
        older = () if last is None else _older(*last)
        live = (self._stream((*one, *older), _page(wanted), count) for one in where)
        narrowed = ledger_where(self._scope.bot, wanted, pairs, last)
        gone = (self._archived_rows(file, narrowed) for file in files)
        return heapq.merge(*live, *gone, key=itemgetter(0, 1), reverse=True)

    def _files(self, db: Connection, wanted: LedgerFilter) -> tuple[list[Segment], int]:
        """That may hold what is wanted; and how many there are at all."""
        bot = self._scope.bot
        count = entered(db, bot, ArchiveKind.LEDGER)
        is_live = sa.select(_L.id).where(_L.cycle_id == wanted.cycle_id).limit(1)
        if not count or (wanted.cycle_id and db.execute(is_live).first()):
            return [], count  # a cycle leaves as a whole
        return segments(db, bot, ArchiveKind.LEDGER, wanted.since_ms, wanted.until_ms), count

    def _archived_rows(self, segment: Segment, where: Where) -> Iterator[Placed]:
        """Begins with a place above all its rows: only who gets there has the file opened."""
        yield segment.last_ms, _ABOVE_ALL, None
        for cells in self._archive().rows(ArchiveKind.LEDGER, segment.file, where):
            yield _placed(cells)

    def _pairs_named(self, name: str) -> Sequence[str]:
        """An address means itself; a symbol all markets that ever claimed it."""
        if not name or name.startswith("0x"):
            return [name.lower()] if name else []
        query = (
            sa.select(_M.pair)
            .where(
                _M.chain_id == self._scope.chain_id, sa.func.lower(_M.symbol) == sa.func.lower(name)
            )
            .distinct()
        )
        with self._db.reading() as db:
            return db.execute(query).scalars().all()

    def _stream(self, where: Sequence[Where_], page: int, files: int) -> Iterator[Placed]:
        older: Sequence[Where_] = ()
        while True:
            with self._db.reading() as db:
                if entered(db, self._scope.bot, ArchiveKind.LEDGER) != files:
                    raise _ArchiveGrewError
                found = db.execute(page_query((*where, *older), page))
                rows = [(row[0], row[1], LedgerRow(*row[2:])) for row in found]
            yield from rows
            if len(rows) < page:
                return
            older = _older(*rows[-1][:2])

    def reasons_since(self, since_ms: int) -> Sequence[tuple[str, str, int]]:
        count = sa.func.count()
        query = (
            sa.select(_L.kind, _L.reason, count)
            .where(_L.bot == self._scope.bot, _L.at_ms >= since_ms)
            .group_by(_L.kind, _L.reason)
        )
        with self._db.reading() as db:
            files = segments(db, self._scope.bot, ArchiveKind.LEDGER, since_ms)
            in_both = files and unemptied(db, self._scope.bot)
            found = [] if in_both else db.execute(query).all()
        tally: Counter[tuple[str, str]] = Counter()
        if in_both:
            every = self.rows(LedgerFilter(since_ms=since_ms, limit=None))
            tally.update((row.kind, row.reason) for row in every)
        else:
            for kind, reason, number in (*found, *self._archived_reasons(files, since_ms)):
                tally[kind, reason] += number
        most_first = sorted(tally.items(), key=lambda one: (-one[1], *one[0]))
        return [(kind, reason, number) for (kind, reason), number in most_first]

    def _archived_reasons(
        self, files: Sequence[Segment], since_ms: int
    ) -> Iterator[tuple[str, str, int]]:
        since = ledger_where(self._scope.bot, LedgerFilter(since_ms=since_ms), (), None)
        for file in files:
            told = self._archive().select(
                file.file, "kind, reason, count(*)", since, "GROUP BY kind, reason"
            )
            yield from ((str(kind), str(reason), int(number or 0)) for kind, reason, number in told)

    def bundle(self, bundle_id: BundleId) -> bytes | None:
        with self._db.reading() as db:
            body = db.execute(sa.select(_B.body).where(_B.id == bundle_id)).scalar()
            files = [] if body is not None else self._bundle_files(db, None, None)
        if body is not None or not files:
            return body
        return dict(bodies(self._archive, files, [bundle_id])).get(bundle_id)

    def bundles(self, wanted: LedgerFilter) -> Iterator[tuple[BundleId, bytes]]:
        rows = self.rows(wanted)
        while some := list(islice(rows, BUNDLES_AT_ONCE)):
            found = self._bodies(some)
            keys = (row.bundle_id for row in some)
            yield from ((key, found[key]) for key in keys if key in found)

    def _bodies(self, rows: Sequence[LedgerRow]) -> dict[str, bytes]:
        wanted = {row.bundle_id for row in rows}
        with self._db.reading() as db:
            query = sa.select(_B.id, _B.body).where(_B.id.in_(sorted(wanted)))
            found = {row[0]: row[1] for row in db.execute(query)}
            missing = sorted(wanted - found.keys())
            times = [row.at_ms for row in rows]
            span_ms = min(times), max(times)
            files = self._bundle_files(db, *span_ms) if missing else []
        return found | dict(bodies(self._archive, files, missing, span_ms))

    def _bundle_files(
        self, db: Connection, since_ms: int | None, until_ms: int | None
    ) -> list[Segment]:
        return segments(db, self._scope.bot, ArchiveKind.BUNDLES, since_ms, until_ms)


def _placed(cells: Sequence[Cell]) -> Placed:
    """As they lie in a file: the serial, the bot, and the row."""
    serial, _, *own = cells
    value = dict(zip(names(LedgerRow), own, strict=True))
    amount = value["value_wei"]
    value["value_wei"] = None if amount is None else int(amount)
    row = LedgerRow(**value)  # type: ignore[arg-type]  # the file's columns have its types
    assert isinstance(serial, int)
    return row.at_ms, serial, row


def _page(wanted: LedgerFilter) -> int:
    return PAGE_ROWS if wanted.limit is None else max(1, min(wanted.limit, PAGE_ROWS))


def page_query(where: Sequence[Where_], page: int) -> sa.Executable:
    return _SELECT.where(*where).order_by(_L.at_ms.desc(), _L.id.desc()).limit(page)


def _older(at_ms: int, serial: int) -> Sequence[Where_]:
    """After that row, newest first; the first condition is the index's."""
    return _L.at_ms <= at_ms, sa.or_(_L.at_ms < at_ms, _L.id < serial)


def conditions(bot: str, wanted: LedgerFilter, pairs: Sequence[str]) -> Sequence[Sequence[Where_]]:
    """One set of conditions a stream, each with a range of one index in the wanted order."""
    common = [_L.bot == bot, *_bounds(wanted)]
    of_kinds = [_L.kind.in_(wanted.kinds)] if wanted.kinds else []
    of_reasons = [_L.reason.in_(wanted.reasons)] if wanted.reasons else []
    if wanted.pair:
        return [[*common, _L.pair == pair, *of_kinds, *of_reasons] for pair in pairs]
    if wanted.cycle_id:
        # A bot that no index finds: its own, in the wanted order, would be walked from end to end.
        ours = _L.bot.concat("") == bot
        return [[ours, *common[1:], *of_kinds, *of_reasons]]
    if wanted.reasons:
        return [[*common, _L.reason == one, *of_kinds] for one in sorted(set(wanted.reasons))]
    if wanted.kinds:
        return [[*common, _L.kind == _spelt_out(one)] for one in sorted(set(wanted.kinds))]
    return [common]


def _bounds(wanted: LedgerFilter) -> Iterator[Where_]:
    if wanted.since_ms is not None:
        yield _L.at_ms >= wanted.since_ms
    if wanted.until_ms is not None:
        yield _L.at_ms <= wanted.until_ms
    if wanted.cycle_id:
        yield _L.cycle_id == wanted.cycle_id


def _spelt_out(kind: str) -> sa.ColumnElement[str]:
    """Inside the statement, not beside it: only so the planner sees that a partial index covers it."""
    return sa.bindparam(None, kind, sa.Text, literal_execute=True)
