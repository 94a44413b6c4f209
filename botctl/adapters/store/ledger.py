"""Reading decisions: newest first, page by page from an index, however long the ledger is.

Several kinds, reasons or markets are read as one ordered stream each and merged: every stream ends its index
range early, where one query over all of them would sort whatever it finds.
"""

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import schema
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import names
from botctl.core.units import BundleId
from botctl.ports.store import LedgerFilter, LedgerRow

PAGE_ROWS: Final = 1_000  # read in one go, so that no reader holds a snapshot while its user reads
BUNDLES_AT_ONCE: Final = 100

_L, _B, _M = schema.ledger.c, schema.bundles.c, schema.markets.c
Where = sa.ColumnElement[bool]
Placed = tuple[int, int, LedgerRow]  # (at_ms, id, row): its place in the order
# The two keys of the order come first; the rest is the value.
_KEYS: Final = (_L.at_ms, _L.id)
_SELECT: Final = sa.select(*_KEYS, *(_L[name] for name in names(LedgerRow)))


class Ledger(Part):
    def rows(self, wanted: LedgerFilter) -> Iterator[LedgerRow]:
        where = conditions(self._scope.bot, wanted, self._pairs_named(wanted.pair))
        found = (self._stream(one, _page(wanted)) for one in where)
        newest_first = heapq.merge(*found, key=itemgetter(0, 1), reverse=True)
        return (row for _, _, row in islice(newest_first, wanted.limit))

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

    def _stream(self, where: Sequence[Where], page: int) -> Iterator[Placed]:
        older: Sequence[Where] = ()
        while True:
            with self._db.reading() as db:
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
            .order_by(count.desc(), _L.kind, _L.reason)
        )
        with self._db.reading() as db:
            return [(row[0], row[1], row[2]) for row in db.execute(query)]

    def bundle(self, bundle_id: BundleId) -> bytes | None:
        with self._db.reading() as db:
            return db.execute(sa.select(_B.body).where(_B.id == bundle_id)).scalar()

    def bundles(self, wanted: LedgerFilter) -> Iterator[tuple[BundleId, bytes]]:
        rows = self.rows(wanted)
        while some := [row.bundle_id for row in islice(rows, BUNDLES_AT_ONCE)]:
            with self._db.reading() as db:
                query = sa.select(_B.id, _B.body).where(_B.id.in_(some))
                bodies = {row[0]: row[1] for row in db.execute(query)}
            yield from ((key, bodies[key]) for key in some if key in bodies)


def _page(wanted: LedgerFilter) -> int:
    return PAGE_ROWS if wanted.limit is None else max(1, min(wanted.limit, PAGE_ROWS))


def page_query(where: Sequence[Where], page: int) -> sa.Executable:
    return _SELECT.where(*where).order_by(_L.at_ms.desc(), _L.id.desc()).limit(page)


def _older(at_ms: int, serial: int) -> Sequence[Where]:
    """After that row, newest first; the first condition is the index's."""
    return _L.at_ms <= at_ms, sa.or_(_L.at_ms < at_ms, _L.id < serial)


def conditions(bot: str, wanted: LedgerFilter, pairs: Sequence[str]) -> Sequence[Sequence[Where]]:
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


def _bounds(wanted: LedgerFilter) -> Iterator[Where]:
    if wanted.since_ms is not None:
        yield _L.at_ms >= wanted.since_ms
    if wanted.until_ms is not None:
        yield _L.at_ms <= wanted.until_ms
    if wanted.cycle_id:
        yield _L.cycle_id == wanted.cycle_id


def _spelt_out(kind: str) -> sa.ColumnElement[str]:
    """Inside the statement, not beside it: only so the planner sees that a partial index covers it."""
    return sa.bindparam(None, kind, sa.Text, literal_execute=True)
