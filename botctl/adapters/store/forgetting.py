"""Old rows that nobody will ask for are deleted, a page of their index at a time."""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.columns import Table
from botctl.adapters.store.retiring import Retiring
from botctl.adapters.store.schema_alerts import WAITING
from botctl.ports.retention import Fleeting

PAGE: Final = 500
CYCLES_PAGE: Final = 200
SEEN_PAGE: Final = 1_000  # detections in one transaction, one for every market of a cycle
KEPT_CYCLES: Final = 100  # whatever their age: health looks at the newest sixty
KEPT_ROWS: Final = 100
_Y, _D = schema.cycles.c, schema.detections.c
Page = Callable[[Connection], int]


class Upkeep(Retiring):
    """All of `ports.retention.RetentionStore`."""

    def count_old(self, what: Fleeting, before_ms: int) -> int:
        table, old = self._old(what, before_ms)
        with self._db.reading() as db:
            return db.execute(
                sa.select(sa.func.count()).select_from(table).where(*old)
            ).scalar_one()

    def forget(self, what: Fleeting, before_ms: int) -> int:
        table, old = self._old(what, before_ms)
        total = 0
        while True:
            with self._db.writing() as db:
                if what is Fleeting.SCANS:
                    gone = self._forget_scans(db, old)
                else:
                    gone = _forget_page(db, table, old)
            total += gone
            if not gone:
                return total
            self._breathe()

    def _old(
        self, what: Fleeting, before_ms: int
    ) -> tuple[Table, Sequence[sa.ColumnElement[bool]]]:
        """The newest stay, however old they are: a bot that stood still still has a past."""
        table, when = _WHEN[what]
        ours = table.c.bot == self._bot
        order = table.c.id if "id" in table.c else when
        most = KEPT_CYCLES if what is Fleeting.SCANS else KEPT_ROWS
        newest = sa.select(order).where(ours).order_by(order.desc()).offset(most - 1).limit(1)
        old = [ours, when < before_ms, order < newest.scalar_subquery()]
        if what is Fleeting.LETTERS:
            old.append(sa.literal_column(f"(NOT ({WAITING}))", sa.Boolean) == sa.true())
        return table, old

    def _forget_scans(self, db: Connection, old: Sequence[sa.ColumnElement[bool]]) -> int:
        """A cycle together with all it saw: never one without the other."""
        page = sa.select(_Y.id, _Y.block_hash, _Y.markets).where(*old)
        found = db.execute(page.order_by(_Y.id).limit(CYCLES_PAGE)).all()
        sums = accumulate(row[2] for row in found)
        cycles = [row for row, total in zip(found, sums, strict=True) if total <= SEEN_PAGE]
        cycles = cycles or list(found[:1])
        hashes = [row[1] for row in cycles]
        seen = (_D.bot == self._bot, _D.block_hash.in_(hashes))
        rows = db.execute(sa.delete(schema.detections).where(*seen)).rowcount
        gone = db.execute(sa.delete(schema.cycles).where(_Y.id.in_([row[0] for row in cycles])))
        return rows + gone.rowcount


def _forget_page(db: Connection, table: Table, old: Sequence[sa.ColumnElement[bool]]) -> int:
    keys = list(table.primary_key.columns)
    page = [tuple(row) for row in db.execute(sa.select(*keys).where(*old).limit(PAGE))]
    if not page:
        return 0
    one = keys[0].in_([row[0] for row in page]) if len(keys) == 1 else sa.tuple_(*keys).in_(page)
    return db.execute(sa.delete(table).where(one)).rowcount


_WHEN: Final[dict[Fleeting, tuple[Table, sa.Column[int]]]] = {
    Fleeting.SCANS: (schema.cycles, schema.cycles.c.started_ms),
    Fleeting.JOBS: (schema.job_runs, schema.job_runs.c.scheduled_ms),
    Fleeting.HEALTH: (schema.health, schema.health.c.at_ms),
    Fleeting.ERRORS: (schema.errors, schema.errors.c.at_ms),
    Fleeting.LETTERS: (schema.letters, schema.letters.c.made_ms),
}
