"""What one `decide` leaves behind: rows, bundles, orders, peaks and followups, in one transaction."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import arrow, bulk, journal, schema
from botctl.adapters.store.followups import enqueue
from botctl.adapters.store.part import Part, Scope
from botctl.adapters.store.positions import holdings_in
from botctl.adapters.store.rows import LEDGER_COLUMNS, ledger_values, order_values
from botctl.adapters.store.standing import set_times
from botctl.adapters.store.statements import insert
from botctl.adapters.store.testimony import Testimony, testimony
from botctl.adapters.store.witness import ORDERS, POSITIONS, Rows, first_step
from botctl.core.deciding.spending import grown
from botctl.core.orders import Order
from botctl.ports.store import DecidedBatch, Rested

DECIDED: Final = "decided"
REGIME: Final = "regime"
BLOCKED: Final = "intent_idempotency_blocks_total"

_Y, _P = schema.cycles.c, schema.positions.c
_BUNDLE_COLUMNS: Final = ("id", "body")
# Which of the unique indexes objects does not matter: each means "this effect is under way or done".
_ADD_ORDER: Final = insert(schema.orders, on_conflict="DO NOTHING")
_ADD_STEP: Final = insert(schema.order_steps)
COUNT: Final = insert(
    schema.counters,
    on_conflict="(bot, name) DO UPDATE SET value = counters.value + excluded.value",
)


class _GrownError(Exception):
    """More is held or promised than the entries of the batch rested on."""


class Commit(Part):
    def commit(self, batch: DecidedBatch) -> bool:
        try:
            return self._commit(batch)
        except _GrownError:
            return False

    def _commit(self, batch: DecidedBatch) -> bool:
        bot = self._scope.bot
        rows = [ledger_values(bot, row) for row in batch.rows]
        told = testimony(rows, [r.bundle_id for r in batch.rows], [key for key, _ in batch.bundles])
        with self._db.writing() as db:
            if not _claim(db, self._scope, batch):
                return False
            if batch.rested_on is not None:
                _require_not_grown(db, self._scope, batch.rested_on)
            bulk.insert_new(db, schema.ledger, LEDGER_COLUMNS, rows)
            bulk.insert_missing(db, schema.bundles, _BUNDLE_COLUMNS, list(batch.bundles))
            enqueue(db, self._scope, batch.followups)
            added = [add_order(db, o, chain_id=self._scope.chain_id) for o in batch.orders]
            _count_blocked(db, bot, added.count(None))
            written = [*filter(None, added), _raise_peaks(db, batch.peaks)]
            journal.append(db, _entry(batch, told, written))
            if batch.times is not None:
                numbers = set_times(db, self._scope, batch.times)
                subject = f"bot:{bot}"
                journal.append(db, journal.entry(batch.decided_ms, subject, REGIME, numbers))
            return True


def _claim(db: Connection, scope: Scope, batch: DecidedBatch) -> bool:
    """Compare-and-set: of two deciders of one cycle, one writes."""
    claim = (
        sa.update(schema.cycles)
        .where(_Y.cycle_id == batch.cycle_id, _Y.bot == scope.bot, _Y.decided_ms.is_(None))
        .values(decided_ms=batch.decided_ms)
    )
    return db.execute(claim).rowcount == 1


def _require_not_grown(db: Connection, scope: Scope, rested: Rested) -> None:
    """Two deciders of two cycles weigh the same limits: the second to write finds the first's orders.

    The journal's head is the lock that all writers share: behind it nothing more is promised.
    Raises _GrownError, and nothing is written.
    """
    journal.lock(db)
    if grown(rested.holdings, holdings_in(db, scope, scope.bot, rested.day_start_ms)):
        raise _GrownError


def add_order(db: Connection, order: Order, *, chain_id: int) -> Rows | None:
    """With its first line of the timeline; None when the database holds one for the same effect."""
    values = order_values(order, chain_id=chain_id)
    if db.execute(_ADD_ORDER, values).rowcount != 1:
        return None
    step = {
        "order_id": order.id,
        "at_ms": order.created_ms,
        "event": arrow.CREATE,
        "state": order.state,
        "code": order.code,
        "detail": order.detail,
    }
    db.execute(_ADD_STEP, step)
    return ORDERS.of(values) | first_step(order.id, step)


def _count_blocked(db: Connection, bot: str, blocked: int) -> None:
    if blocked:
        db.execute(COUNT, {"bot": bot, "name": BLOCKED, "value": blocked})


def _raise_peaks(db: Connection, peaks: Sequence[tuple[str, int]]) -> Rows:
    """A peak only rises. Locked in the order of ids, so that two writers cannot lock crosswise."""
    rows: Rows = {}
    for position_id, value_wei in sorted(peaks):
        query = sa.select(schema.positions).where(_P.id == position_id).with_for_update()
        known = db.execute(query).mappings().first()
        if known is not None and value_wei > known["peak_value_wei"]:
            change = sa.update(schema.positions).where(_P.id == position_id)
            db.execute(change.values(peak_value_wei=value_wei))
            rows |= POSITIONS.of({**known, "peak_value_wei": value_wei})
    return rows


def _entry(batch: DecidedBatch, told: Testimony, written: Sequence[Rows]) -> journal.Entry:
    rows = {subject: digest for some in written for subject, digest in some.items()}
    facts = {"decisions": told.facts()}
    return journal.entry(batch.decided_ms, f"cycle:{batch.cycle_id}", DECIDED, facts, rows)
