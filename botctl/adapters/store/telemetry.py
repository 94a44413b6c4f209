"""Metrics as a fold over rows: marks say how far it is kept, the rest is folded when it is asked for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import arrows, schema, spans
from botctl.adapters.store.part import Part, Scope
from botctl.adapters.store.statements import insert, upsert
from botctl.core.telemetry.fold import fold
from botctl.core.telemetry.spans import Span
from botctl.core.telemetry.tally import Histogram, Series, Tally
from botctl.ports.telemetry import Counted, Realised, Stored

SPANS, JOURNAL = "spans", "journal"
FOLDED: Final = (SPANS, JOURNAL)
PAGE: Final = 1_000
_M, _K, _S, _N = schema.metrics.c, schema.metric_marks.c, schema.spans.c, schema.counters.c
_SET_METRIC: Final = upsert(schema.metrics)
_FIRST_MARK: Final = insert(schema.metric_marks, on_conflict="DO NOTHING")

Marks = Mapping[str, int]


class _MovedError(Exception):
    """Another run has folded these rows."""


@dataclass(frozen=True, slots=True)
class _Folded:
    """What lies behind `before`, as far as `after`; `rows` were looked at."""

    before: Marks
    after: Marks
    tally: Tally
    rows: int


class Telemetry(Part):
    def carry(self, span: Span) -> None:
        self._carried.append(span)

    def keep_spans(self) -> None:
        if not self._carried:
            return
        with self._db.writing() as db:
            spans.add(db, self._scope, self._carried)
        self._carried.clear()

    def counted(self) -> Counted:
        scope, rows = self._scope, PAGE
        with self._db.reading() as db:
            tally, marks = _kept(db, scope), _marks(db, scope)
            while rows == PAGE:
                found = _folded(db, scope, marks, PAGE)
                tally, marks, rows = tally + found.tally, found.after, found.rows
            query = sa.select(_N.name, _N.value).where(_N.bot == scope.bot)
            counters = {row.name: row.value for row in db.execute(query)}
        return Counted(scope.chain_id, tally, counters)

    def fold(self, most: int) -> int:
        with self._db.reading() as db:
            found = _folded(db, self._scope, _marks(db, self._scope), most)
        if found.before == found.after:
            return 0
        try:
            self._keep(found)
        except _MovedError:
            return 0
        return found.rows

    def _keep(self, found: _Folded) -> None:
        changed = {series for series, _ in found.tally}
        with self._db.writing() as db:
            _move_marks(db, self._scope, found)
            sums = _kept(db, self._scope, {series.name for series in changed}) + found.tally
            rows = [_metric(self._scope, one, value) for one, value in sums if one in changed]
            if rows:
                db.execute(_SET_METRIC, rows)

    def realised(self) -> Realised:
        """Added here, because SQLite cannot add 256-bit numbers."""
        total = peak = 0
        with self._db.reading() as db:
            for _, wei in sorted(_realisations(db, self._scope)):
                total += wei
                peak = max(peak, total)
        return Realised(total, peak)

    def newest_spans(self, name: str, most: int) -> Sequence[Span]:
        with self._db.reading() as db:
            return list(spans.newest(db, self._scope, name, most))

    def spans_after(self, place: int, most: int) -> Sequence[Stored]:
        with self._db.reading() as db:
            return list(spans.after(db, self._scope, place, most))

    def reached(self, mark: str) -> int:
        with self._db.reading() as db:
            return _marks(db, self._scope).get(mark, 0)

    def reach(self, mark: str, place: int) -> None:
        ours = (*_ours(self._scope), _K.source == mark, _K.reached < place)
        with self._db.writing() as db:
            _begin_mark(db, self._scope, mark)
            db.execute(sa.update(schema.metric_marks).where(*ours).values(reached=place))

    def prune_spans(self, before_us: int, up_to: int, most: int) -> int:
        """Strictly below the mark: SQLite would give out the highest id again."""
        scope = self._scope
        old = sa.select(_S.id).where(
            _S.bot == scope.bot, _S.chain_id == scope.chain_id, _S.start_us < before_us
        )
        with self._db.writing() as db:
            below = min(up_to, _marks(db, scope).get(SPANS, 0))
            some = old.where(_S.id <= below, _S.id < _newest(db)).order_by(_S.id).limit(most)
            ids = db.execute(some).scalars().all()
            return db.execute(sa.delete(schema.spans).where(_S.id.in_(ids))).rowcount


def _realisations(db: Connection, scope: Scope) -> Iterator[tuple[int, int]]:
    """(when, how many wei) of everything that was booked."""
    for table, when in ((schema.fills, "settled_ms"), (schema.corrections, "at_ms")):
        ours = (table.c.bot == scope.bot, table.c.chain_id == scope.chain_id)
        for row in db.execute(sa.select(table.c[when], table.c.realised_wei).where(*ours)):
            yield row[0], row[1]


def _newest(db: Connection) -> int:
    return db.execute(sa.select(sa.func.max(_S.id))).scalar() or 0


def _folded(db: Connection, scope: Scope, before: Marks, most: int) -> _Folded:
    seen = list(spans.after(db, scope, before.get(SPANS, 0), most))
    told = arrows.passage(db, scope, before.get(JOURNAL, 0), most)
    after = {
        **before,
        SPANS: seen[-1].place if seen else before.get(SPANS, 0),
        JOURNAL: told.reached,
    }
    tally = fold((one.span for one in seen), told.arrows)
    tally.add("trades_closed_total", told.written_off, result=arrows.LOST)
    return _Folded(dict(before), after, tally, max(len(seen), told.rows))


def _ours(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return _K.bot == scope.bot, _K.chain_id == scope.chain_id


def _marks(db: Connection, scope: Scope) -> Marks:
    query = sa.select(_K.source, _K.reached).where(*_ours(scope))
    return {row.source: row.reached for row in db.execute(query)}


def _begin_mark(db: Connection, scope: Scope, source: str) -> None:
    first = {"bot": scope.bot, "chain_id": scope.chain_id, "source": source, "reached": 0}
    db.execute(_FIRST_MARK, first)


def _move_marks(db: Connection, scope: Scope, found: _Folded) -> None:
    """Compare-and-set of all of them, in one order: of two folds of the same rows one counts."""
    for source in FOLDED:
        _begin_mark(db, scope, source)
        ours = (*_ours(scope), _K.source == source, _K.reached == found.before.get(source, 0))
        moved = sa.update(schema.metric_marks).where(*ours).values(reached=found.after[source])
        if db.execute(moved).rowcount != 1:
            raise _MovedError


def _kept(db: Connection, scope: Scope, names: set[str] | None = None) -> Tally:
    query = sa.select(_M.name, _M.labels, _M.value, _M.buckets).where(
        _M.bot == scope.bot, _M.chain_id == scope.chain_id
    )
    if names is not None:
        query = query.where(_M.name.in_(sorted(names)))
    tally = Tally()
    for row in db.execute(query):
        series = Series(row.name, tuple(sorted(json.loads(row.labels).items())))
        if row.buckets:
            counts = tuple(int(word) for word in row.buckets.split())
            tally.histograms[series] = Histogram(counts, row.value)
        else:
            tally.counts[series] = row.value
    return tally


def _metric(scope: Scope, series: Series, value: int | Histogram) -> dict[str, object]:
    whole, buckets = value, ""
    if isinstance(value, Histogram):
        whole, buckets = value.total, " ".join(map(str, value.counts))
    return {
        "bot": scope.bot,
        "chain_id": scope.chain_id,
        "name": series.name,
        "labels": json.dumps(dict(series.labels), sort_keys=True, separators=(",", ":")),
        "value": whole,
        "buckets": buckets,
    }
