"""What one `decide` leaves behind: rows, bundles, orders, peaks and followups, in one transaction."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import arrow, bulk, journal, schema, spans
from botctl.adapters.store.followups import enqueue
from botctl.adapters.store.part import Part, Scope
from botctl.adapters.store.positions import holdings_in
from botctl.adapters.store.rows import LEDGER_COLUMNS, ledger_values, order_values
from botctl.adapters.store.standing import set_times
from botctl.adapters.store.statements import insert
from botctl.adapters.store.testimony import Testimony, testimony
from botctl.adapters.store.witness import ORDERS, POSITIONS, Rows, first_step
from botctl.core.deciding.spending import grown
from botctl.core.intent import Side
from botctl.core.orders import Order, OrderKind
from botctl.ports.store import Committed, DecidedBatch, Rested

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
    def commit(self, batch: DecidedBatch) -> Committed | None:
        try:
            return self._commit(batch)
        except _GrownError:
            return None

    def _commit(self, batch: DecidedBatch) -> Committed | None:
        bot = self._scope.bot
        rows = [ledger_values(bot, row) for row in batch.rows]
        told = testimony(rows, [r.bundle_id for r in batch.rows], [key for key, _ in batch.bundles])
        with self._db.writing() as db:
            if not _claim(db, self._scope, batch):
                return None
            orders = _possible(db, self._scope, batch)
            peaks = _raise_peaks(db, batch.peaks)
            if batch.orders:
                _lock_limits(db, self._scope, batch.rested_on)
            bulk.insert_new(db, schema.ledger, LEDGER_COLUMNS, rows)
            bulk.insert_missing(db, schema.bundles, _BUNDLE_COLUMNS, list(batch.bundles))
            enqueue(db, self._scope, batch.followups)
            added = [add_order(db, o, chain_id=self._scope.chain_id) for o in orders]
            _count_blocked(db, bot, added.count(None))
            journal.append(db, _entry(batch, told, [*filter(None, added), peaks]))
            if batch.times is not None:
                numbers = set_times(db, self._scope, batch.times)
                subject = f"bot:{bot}"
                journal.append(db, journal.entry(batch.decided_ms, subject, REGIME, numbers))
            spans.add(db, self._scope, (*self._carried, *batch.told))
        self._carried.clear()
        return Committed(len(added) - added.count(None))


def _claim(db: Connection, scope: Scope, batch: DecidedBatch) -> bool:
    """Compare-and-set: of two deciders of one cycle, one writes."""
    claim = (
        sa.update(schema.cycles)
        .where(_Y.cycle_id == batch.cycle_id, _Y.bot == scope.bot, _Y.decided_ms.is_(None))
        .values(decided_ms=batch.decided_ms)
    )
    return db.execute(claim).rowcount == 1


def _lock_limits(db: Connection, scope: Scope, rested: Rested | None) -> None:
    """Two deciders of two cycles weigh the same limits: the second to write finds the first's orders.

    The journal's head is the lock that all writers share: behind it nothing more is promised. It is
    taken after the positions, as those who book a fill take it. Raises _GrownError, and nothing is
    written.
    """
    journal.lock(db)
    if rested is None:
        return
    if grown(rested.holdings, holdings_in(db, scope, scope.bot, rested.day_start_ms)):
        raise _GrownError


def _possible(db: Connection, scope: Scope, batch: DecidedBatch) -> Sequence[Order]:
    """Without sells of what was closed since: written off, say.

    The positions are locked before an order is added, and whoever gives one up locks it before
    looking for orders: of the two, the second sees the first. In the order of ids, as peaks are.
    """
    sold = {order.intent.pair for order in batch.orders if _is_sell(order)}
    if not sold:
        return batch.orders
    ours = (_P.bot == scope.bot, _P.chain_id == scope.chain_id, _P.closed_ms.is_(None))
    query = sa.select(_P.pair).where(*ours, _P.pair.in_(sorted(sold))).order_by(_P.id)
    held = set(db.execute(query.with_for_update()).scalars())
    return [order for order in batch.orders if not _is_sell(order) or order.intent.pair in held]


def _is_sell(order: Order) -> bool:
    return order.kind is OrderKind.SWAP and order.intent.side is Side.SELL


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
