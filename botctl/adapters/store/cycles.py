"""Cycles and what they saw; a block is recorded once, and only the newest cycle is still decided."""

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import bulk, schema, spans
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import names
from botctl.adapters.store.statements import insert
from botctl.core.telemetry.spans import Span
from botctl.ports.store import CycleRow, DetectionRow

_Y, _D = schema.cycles.c, schema.detections.c
_SELECT: Final = sa.select(*(_Y[name] for name in names(CycleRow)))
_SELECT_SEEN: Final = sa.select(*(_D[name] for name in names(DetectionRow)))
_ADD: Final = insert(schema.cycles, on_conflict="DO NOTHING")
_DETECTION_COLUMNS: Final = ("bot", *names(DetectionRow))


class Cycles(Part):
    def record(
        self,
        cycle: CycleRow,
        detections: Sequence[DetectionRow],
        told: Sequence[Span] = (),
    ) -> bool:
        bot = self._scope.bot
        values = {name: getattr(cycle, name) for name in names(CycleRow)}
        rows = [
            (bot, d.pair, d.block_number, d.block_hash, d.fetched_at_ms, d.provider, d.body)
            for d in detections
        ]
        with self._db.writing() as db:
            own = {"bot": bot, "chain_id": self._scope.chain_id}
            if db.execute(_ADD, values | own).rowcount != 1:
                return False
            bulk.insert_new(db, schema.detections, _DETECTION_COLUMNS, rows)
            spans.add(db, self._scope, (*self._carried, *told))
        self._carried.clear()
        return True

    def due(self) -> tuple[CycleRow, tuple[DetectionRow, ...]] | None:
        with self._db.reading() as db:
            cycle = self._newest(db)
            if cycle is None or cycle.decided_ms is not None:
                return None
            query = _SELECT_SEEN.where(
                _D.bot == self._scope.bot, _D.block_hash == cycle.block_hash
            ).order_by(_D.pair)
            return cycle, tuple(DetectionRow(*row) for row in db.execute(query))

    def latest(self) -> CycleRow | None:
        with self._db.reading() as db:
            return self._newest(db)

    def cycle_sizes(self) -> Mapping[str, int]:
        seen = sa.and_(_D.bot == _Y.bot, _D.block_hash == _Y.block_hash)
        query = (
            sa.select(_Y.cycle_id, sa.func.count(_D.pair))
            .join_from(schema.cycles, schema.detections, seen, isouter=True)
            .where(
                _Y.bot == self._scope.bot,
                _Y.chain_id == self._scope.chain_id,
                _Y.decided_ms.is_not(None),
            )
            .group_by(_Y.cycle_id)
        )
        with self._db.reading() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    def _newest(self, db: Connection) -> CycleRow | None:
        query = (
            _SELECT.where(_Y.bot == self._scope.bot, _Y.chain_id == self._scope.chain_id)
            .order_by(_Y.id.desc())
            .limit(1)
        )
        row = db.execute(query).first()
        return None if row is None else CycleRow(*row)
