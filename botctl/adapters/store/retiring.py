"""Rows leave the live database: whole cycles of a day into a file, which is entered, then emptied.

Every step may be the last one before a crash. A file without an entry is never read; an entry is written
with the journal's word on it, in one transaction; rows are deleted only after that, by the file itself.
"""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import islice
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import journal, schema
from botctl.adapters.store.archive.shapes import FOLLOWUP_COLUMNS, Cell, Cells, Where, Written
from botctl.adapters.store.archived import OpenArchive, unemptied
from botctl.adapters.store.database import Database
from botctl.adapters.store.rows import LEDGER_COLUMNS
from botctl.adapters.store.schema_followups import DUE
from botctl.adapters.store.statements import insert, upsert
from botctl.adapters.store.witness import ARCHIVES, found
from botctl.core.lifecycle import OPEN
from botctl.core.retention import DAY_MS, DayCycle, day_of
from botctl.ports.retention import ArchiveKind, Segment

READ_ROWS: Final = 1_000  # in one snapshot
CYCLES_AT_ONCE: Final = 20  # looked up together
DELETE_ROWS: Final = 1_000  # in one transaction: some ten milliseconds of the write lock
ARCHIVED: Final = "archived"

_L, _B, _O = schema.ledger.c, schema.bundles.c, schema.orders.c
_P, _F, _U = schema.positions.c, schema.fills.c, schema.followups.c
_A, _D = schema.archives.c, schema.archived_days.c
_ENTER: Final = insert(schema.archives)
_CLOSE: Final = upsert(schema.archived_days)
Breathe = Callable[[], None]


class Retiring:
    """One bot's `ports.retention.RetentionStore`, but for what is deleted for good."""

    def __init__(self, db: Database, bot: str, archive: OpenArchive, breathe: Breathe) -> None:
        """`breathe` is called between two transactions, so that the loop gets its turn."""
        self._db = db
        self._bot = bot
        self._archive: OpenArchive = cache(archive)
        self._breathe = breathe

    def needed(self) -> AbstractSet[str]:
        open_orders = sa.select(_O.cycle_id).where(_O.bot == self._bot, _O.state.in_(sorted(OPEN)))
        held = (
            sa.select(_O.cycle_id)
            .join_from(schema.positions, schema.fills, _F.position_id == _P.id)
            .join(schema.orders, _O.id == _F.order_id)
            .where(_P.bot == self._bot, _P.closed_ms.is_(None))
        )
        due = sa.select(_U.cycle_id).where(_U.bot == self._bot, sa.text(DUE)).distinct()
        with self._db.reading() as db:
            return {str(row[0]) for query in (open_orders, held, due) for row in db.execute(query)}

    def newest_ms(self, most: int) -> int | None:
        newest = sa.select(_L.at_ms).where(_L.bot == self._bot).order_by(_L.at_ms.desc())
        with self._db.reading() as db:
            return db.execute(newest.offset(max(0, most - 1)).limit(1)).scalar()

    def oldest_ms(self, kind: ArchiveKind, from_ms: int) -> int | None:
        closed = sa.select(_D.from_ms).where(_D.bot == self._bot, _D.kind == kind)
        with self._db.reading() as db:
            done = set(db.execute(closed).scalars())
            while True:
                ours = (_L.bot == self._bot, _L.at_ms >= from_ms)
                at_ms = db.execute(sa.select(sa.func.min(_L.at_ms)).where(*ours)).scalar()
                if at_ms is None or at_ms - at_ms % DAY_MS not in done:
                    return at_ms
                from_ms = at_ms - at_ms % DAY_MS + DAY_MS

    def cycles(self, from_ms: int) -> Sequence[DayCycle]:
        """All rows of a cycle bear the time at which it was decided, so it lies within one day."""
        day = (_L.bot == self._bot, _L.at_ms >= from_ms, _L.at_ms < from_ms + DAY_MS)
        span = (sa.func.min(_L.at_ms), sa.func.max(_L.at_ms), sa.func.count())
        query = sa.select(_L.cycle_id, *span).where(*day).group_by(_L.cycle_id)
        with self._db.reading() as db:
            rows = [DayCycle(*row) for row in db.execute(query)]
        return sorted(rows, key=lambda one: (one.first_ms, one.cycle_id))

    def archive(
        self, kind: ArchiveKind, from_ms: int, cycles: Sequence[DayCycle], now_ms: int
    ) -> tuple[Segment, ...]:
        first_ms, last_ms = cycles[0].first_ms, max(one.last_ms for one in cycles)
        sources: dict[ArchiveKind, Callable[[Sequence[DayCycle]], Iterator[Cells]]] = {
            ArchiveKind.LEDGER: self._decisions,
            ArchiveKind.FOLLOWUPS: self._followups,
            ArchiveKind.BUNDLES: self._bundles,
        }
        together = [kind]
        if kind is ArchiveKind.LEDGER:
            together.append(ArchiveKind.FOLLOWUPS)
        day, made = day_of(from_ms), []
        for one in together:
            written = self._archive().write(one, self._bot, day, sources[one](cycles))
            if written is not None:
                made.append(_segment(one, day, (first_ms, last_ms), written))
        if made:
            with self._db.writing() as db:
                for segment in made:
                    self._enter(db, segment, now_ms)
        return tuple(made)

    def _enter(self, db: Connection, segment: Segment, now_ms: int) -> None:
        """A file of the same name has the same content, and is entered already."""
        if db.execute(sa.select(_A.file).where(_A.file == segment.file)).first():
            return
        told = {name: getattr(segment, name) for name in Segment.__dataclass_fields__}
        values = {**told, "bot": self._bot, "made_ms": now_ms, "emptied_ms": None}
        db.execute(_ENTER, values)
        facts = {"rows_archived": segment.rows, "digest": segment.digest, "sha256": segment.sha256}
        subject = f"archive:{segment.file}"
        entry = journal.entry(now_ms, subject, ARCHIVED, facts, ARCHIVES.of(values))
        journal.append(db, entry)

    def _decisions(self, cycles: Sequence[DayCycle]) -> Iterator[Cells]:
        """In the order in which they are read, newest first."""
        for row in self._ledger(cycles, ("id", *LEDGER_COLUMNS)):
            yield _cells(row)

    def _bundles(self, cycles: Sequence[DayCycle]) -> Iterator[Cells]:
        named = self._ledger(cycles, ("id", "bot", "cycle_id", "at_ms", "bundle_id"))
        written: set[object] = set()
        while some := [row[2:] for row in islice(named, READ_ROWS)]:
            keys = sorted({str(key) for _, _, key in some})
            query = sa.select(_B.id, _B.body).where(_B.id.in_(keys))
            with self._db.reading() as db:
                bodies = {row[0]: row[1] for row in db.execute(query)}
            for cycle_id, at_ms, key in some:
                if key in bodies and key not in written:
                    written.add(key)
                    yield _cells((key, cycle_id, at_ms, bodies[key]))

    def _ledger(self, cycles: Sequence[DayCycle], columns: Sequence[str]) -> Iterator[Cells]:
        """Page by page from the index of time; cycles that are not meant are passed over."""
        meant = {one.cycle_id for one in cycles}
        place = columns.index("cycle_id")
        at_ms, serial = max(one.last_ms for one in cycles), 2**62
        names = ", ".join(columns)
        query = sa.text(
            f"SELECT at_ms, id, {names} FROM ledger WHERE bot = :bot AND at_ms >= :first_ms"
            " AND at_ms <= :at_ms AND (at_ms < :at_ms OR id < :serial)"
            " ORDER BY at_ms DESC, id DESC LIMIT :most"
        )
        asked = {"bot": self._bot, "first_ms": cycles[0].first_ms, "most": READ_ROWS}
        while True:
            with self._db.reading() as db:
                page = db.execute(query, {**asked, "at_ms": at_ms, "serial": serial}).all()
            yield from (row[2:] for row in page if row[2 + place] in meant)
            if len(page) < READ_ROWS:
                return
            at_ms, serial = page[-1][:2]

    def _followups(self, cycles: Sequence[DayCycle]) -> Iterator[Cells]:
        names, ids = ", ".join(FOLLOWUP_COLUMNS), iter([one.cycle_id for one in cycles])
        while some := list(islice(ids, CYCLES_AT_ONCE)):
            query = sa.text(
                f"SELECT {names} FROM followups WHERE cycle_id IN :ids"
                " ORDER BY cycle_id, pair, horizon_s"
            ).bindparams(sa.bindparam("ids", some, expanding=True))
            with self._db.reading() as db:
                rows = db.execute(query).all()
            yield from map(_cells, rows)

    def unemptied(self) -> Sequence[Segment]:
        with self._db.reading() as db:
            return unemptied(db, self._bot)

    def empty(self, segment: Segment, now_ms: int) -> None:
        of_cycles = segment.kind is not ArchiveKind.BUNDLES
        what = "cycle_id, count(*)" if of_cycles else "id, 1"
        tail = "GROUP BY cycle_id ORDER BY cycle_id" if of_cycles else "ORDER BY id"
        listed = self._archive().select(segment.file, what, Where(), tail)
        for keys in _batches(listed):
            with self._db.writing() as db:
                db.execute(_deletion(segment, keys))
            self._breathe()
        done = sa.update(schema.archives).where(_A.file == segment.file)
        with self._db.writing() as db:
            db.execute(done.values(emptied_ms=now_ms))

    def close_day(self, kind: ArchiveKind, from_ms: int, now_ms: int) -> None:
        values = {"bot": self._bot, "kind": kind, "from_ms": from_ms, "closed_ms": now_ms}
        with self._db.writing() as db:
            db.execute(_CLOSE, values)


def _deletion(segment: Segment, keys: Sequence[str]) -> sa.Delete:
    match segment.kind:
        case ArchiveKind.LEDGER:
            span = _L.at_ms.between(segment.first_ms, segment.last_ms)
            return sa.delete(schema.ledger).where(_L.cycle_id.in_(keys), span)
        case ArchiveKind.FOLLOWUPS:
            return sa.delete(schema.followups).where(_U.cycle_id.in_(keys))
        case ArchiveKind.BUNDLES:
            return sa.delete(schema.bundles).where(_B.id.in_(keys))


def _batches(listed: Iterator[tuple[Cell, ...]]) -> Iterator[list[str]]:
    """Whole cycles, so that no reader ever finds a half of one."""
    keys: list[str] = []
    rows = 0
    for key, count in listed:
        assert isinstance(count, int)
        if keys and rows + count > DELETE_ROWS:
            yield keys
            keys, rows = [], 0
        keys.append(str(key))
        rows += count
    if keys:
        yield keys


def _cells(row: Cells) -> Cells:
    """As a driver brought them: amounts as text, whichever database it was."""
    return [cell if isinstance(cell, bytes) else _plain(cell) for cell in row]


def _plain(cell: object) -> Cell:
    plain = found(cell)
    assert plain is None or isinstance(plain, str | int)
    return plain


def _segment(kind: ArchiveKind, day: str, span: tuple[int, int], written: Written) -> Segment:
    return Segment(
        written.file, kind, day, *span, written.rows, written.digest, written.sha256, written.size
    )
