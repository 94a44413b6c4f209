"""Followed decisions: enqueued with their cycle, found when due, written once when seen."""

from collections.abc import Iterator, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import bulk, schema
from botctl.adapters.store.archive.shapes import Cell, Where
from botctl.adapters.store.archived import segments
from botctl.adapters.store.columns import Exact256, Flag, Word, exact, saturated
from botctl.adapters.store.database import Value
from botctl.adapters.store.part import Part, Scope
from botctl.adapters.store.rows import names
from botctl.adapters.store.schema_followups import DUE
from botctl.core.grading import HORIZONS_S, FollowUp, Look, LookState, Outcome
from botctl.ports.retention import ArchiveKind, Segment

_F: Final = schema.followups.c
COLUMNS: Final = ("bot", "chain_id", "state", *names(FollowUp))
_SELECT_DUE: Final = sa.select(*(_F[name] for name in names(FollowUp)))
_SELECT_OUTCOME: Final = sa.select(_F.cycle_id, _F.pair, *(_F[name] for name in names(Outcome)))
# Compare-and-set: of two runs that looked at the same time, one writes.
_RECORD: Final = sa.text(
    "UPDATE followups SET state = :state, measured_ms = :measured_ms, block_number = :block_number,"
    " then_quote = :then_quote, then_token = :then_token, sellable = :sellable, worth = :worth"
    " WHERE cycle_id = :cycle_id AND pair = :pair AND horizon_s = :horizon_s AND state = 'due'"
).bindparams(*(sa.bindparam(name, type_=_F[name].type) for name in names(Look)))


class Followups(Part):
    def followed_since(self, since_ms: int) -> frozenset[tuple[str, str]]:
        query = sa.select(_F.pair, _F.reason).where(*self._made(HORIZONS_S[0], since_ms))
        with self._db.reading() as db:
            return frozenset((pair, reason) for pair, reason in db.execute(query))

    def due_followups(self, at_ms: int, most: int) -> Sequence[FollowUp]:
        query = (
            _SELECT_DUE.where(
                _F.bot == self._scope.bot,
                _F.chain_id == self._scope.chain_id,
                sa.text(DUE),
                _F.due_ms <= at_ms,
            )
            .order_by(_F.due_ms)
            .limit(most)
        )
        with self._db.reading() as db:
            return [FollowUp(*row) for row in db.execute(query)]

    def record_looks(self, looks: Sequence[Look]) -> int:
        """In the order of keys, so that two writers cannot lock crosswise."""
        if not looks:
            return 0
        ordered = sorted(looks, key=lambda look: (look.cycle_id, look.pair, look.horizon_s))
        values = [{name: getattr(look, name) for name in names(Look)} for look in ordered]
        with self._db.writing() as db:
            return db.execute(_RECORD, values).rowcount

    def outcomes(self, horizon_s: int, since_ms: int) -> Sequence[Outcome]:
        query = _SELECT_OUTCOME.where(*self._made(horizon_s, since_ms))
        with self._db.reading() as db:
            live = db.execute(query).all()
            files = segments(db, self._scope.bot, ArchiveKind.FOLLOWUPS, since_ms)
        # What is in both, while a file is entered, is one and the same look.
        found = {tuple(row[:2]): Outcome(*row[2:]) for row in live}
        for file in files:
            found |= self._archived_looks(file, horizon_s, since_ms)
        return list(found.values())

    def _archived_looks(
        self, file: Segment, horizon_s: int, since_ms: int
    ) -> Iterator[tuple[tuple[object, ...], Outcome]]:
        said = "bot = ? AND chain_id = ? AND horizon_s = ? AND at_ms >= ?"
        where = Where(said, [self._scope.bot, self._scope.chain_id, horizon_s, since_ms])
        columns = ", ".join(("cycle_id", "pair", *names(Outcome)))
        for row in self._archive().select(file.file, columns, where):
            yield tuple(row[:2]), _outcome(row[2:])

    def _made(self, horizon_s: int, since_ms: int) -> Sequence[sa.ColumnElement[bool]]:
        return (
            _F.bot == self._scope.bot,
            _F.chain_id == self._scope.chain_id,
            _F.horizon_s == horizon_s,
            _F.at_ms >= since_ms,
        )


def _outcome(cells: Sequence[Cell]) -> Outcome:
    """As it lies in a file, where amounts are text."""
    typed = zip(names(Outcome), cells, strict=True)
    return Outcome(**{name: _typed(name, cell) for name, cell in typed})  # type: ignore[arg-type]


def _typed(name: str, cell: Cell) -> object:
    if cell is None:
        return None
    kind = _F[name].type
    if isinstance(kind, Word):
        return kind.words(str(cell))
    if isinstance(kind, Flag):
        return bool(cell)
    return int(cell) if isinstance(kind, Exact256) else cell


def enqueue(db: Connection, scope: Scope, looks: Sequence[FollowUp]) -> None:
    """Within the transaction of their cycle's decisions."""
    bulk.insert_new(db, schema.followups, COLUMNS, [_row(scope, look) for look in looks])


def _row(scope: Scope, f: FollowUp) -> tuple[Value, ...]:
    return (
        scope.bot, scope.chain_id, LookState.DUE.value, f.cycle_id, f.pair, f.horizon_s, f.token,
        f.quote, str(f.kind), str(f.reason), f.at_ms, f.due_ms, exact(f.reserve_quote),
        exact(f.reserve_token), saturated(f.liquidity_usd), exact(f.amount_in), exact(f.bought),
    )  # fmt: skip
