"""What one `decide` leaves behind: rows, bundles, orders and peaks, in one transaction."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import arrow, bulk, journal, schema
from botctl.adapters.store.part import Part, Scope
from botctl.adapters.store.rows import LEDGER_COLUMNS, ledger_values, order_values
from botctl.adapters.store.statements import insert
from botctl.core.orders import Order
from botctl.ports.store import DecidedBatch, LedgerRow

BLOCKED: Final = "intent_idempotency_blocks_total"

_Y, _P = schema.cycles.c, schema.positions.c
_BUNDLE_COLUMNS: Final = ("id", "cycle_id", "pair", "body")
# Which of the unique indexes objects does not matter: each means "this effect is under way or done".
_ADD_ORDER: Final = insert(schema.orders, on_conflict="DO NOTHING")
_ADD_STEP: Final = insert(schema.order_steps)
_COUNT: Final = insert(
    schema.counters,
    on_conflict="(bot, name) DO UPDATE SET value = counters.value + excluded.value",
)


class Commit(Part):
    def commit(self, batch: DecidedBatch) -> bool:
        bot = self._scope.bot
        rows = [ledger_values(bot, row) for row in batch.rows]
        bundles = _bundle_rows(batch)
        with self._db.writing() as db:
            if not _claim(db, self._scope, batch):
                return False
            bulk.insert_new(db, schema.ledger, LEDGER_COLUMNS, rows)
            bulk.insert_missing(db, schema.bundles, _BUNDLE_COLUMNS, bundles)
            added = [o for o in batch.orders if add_order(db, o, chain_id=self._scope.chain_id)]
            _count_blocked(db, bot, len(batch.orders) - len(added))
            _raise_peaks(db, batch.peaks)
            journal.append(db, _entry(batch, added))
            return True


def _claim(db: Connection, scope: Scope, batch: DecidedBatch) -> bool:
    """Compare-and-set: of two deciders of one cycle, one writes."""
    claim = (
        sa.update(schema.cycles)
        .where(_Y.cycle_id == batch.cycle_id, _Y.bot == scope.bot, _Y.decided_ms.is_(None))
        .values(decided_ms=batch.decided_ms)
    )
    return db.execute(claim).rowcount == 1


def _bundle_rows(batch: DecidedBatch) -> list[tuple[str | bytes, ...]]:
    pairs = {row.bundle_id: row.pair for row in batch.rows}
    return [(key, batch.cycle_id, pairs.get(key, ""), body) for key, body in batch.bundles]


def add_order(db: Connection, order: Order, *, chain_id: int) -> bool:
    """With its first line of the timeline; False when the database holds one for the same effect."""
    if db.execute(_ADD_ORDER, order_values(order, chain_id=chain_id)).rowcount != 1:
        return False
    step = {
        "order_id": order.id,
        "at_ms": order.created_ms,
        "event": arrow.CREATE,
        "state": order.state,
        "code": order.code,
        "detail": order.detail,
    }
    db.execute(_ADD_STEP, step)
    return True


def _count_blocked(db: Connection, bot: str, blocked: int) -> None:
    if blocked:
        db.execute(_COUNT, {"bot": bot, "name": BLOCKED, "value": blocked})


def _raise_peaks(db: Connection, peaks: Sequence[tuple[str, int]]) -> None:
    """A peak only rises. Locked in the order of ids, so that two writers cannot lock crosswise."""
    for position_id, value_wei in sorted(peaks):
        query = sa.select(_P.peak_value_wei).where(_P.id == position_id).with_for_update()
        known = db.execute(query).scalar()
        if known is not None and value_wei > known:
            change = sa.update(schema.positions).where(_P.id == position_id)
            db.execute(change.values(peak_value_wei=value_wei))


def _entry(batch: DecidedBatch, added: Sequence[Order]) -> journal.Entry:
    facts = {
        "rows": len(batch.rows),
        "digest": digest(batch.rows),
        "orders": [order.id for order in added],
    }
    return journal.entry(batch.decided_ms, f"cycle:{batch.cycle_id}", "decided", facts)


def digest(rows: Sequence[LedgerRow]) -> str:
    """Ties the cycle's decisions, and through their ids the bundles, to the journal's chain."""
    lines = sorted(f"{row.pair} {row.kind} {row.reason} {row.bundle_id}" for row in rows)
    return sha256("\n".join(lines).encode()).hexdigest()
