"""Giving out a nonce, signing and writing the bytes down: one transaction, so a crash leaves all or none.

The key is used last, after every check and with the wallet's row locked: whoever waits for it sees what
was signed.
"""

from dataclasses import replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import arrow, leases, schema
from botctl.adapters.store.database import wire
from botctl.adapters.store.part import Part
from botctl.adapters.store.statements import insert
from botctl.adapters.store.witness import ATTEMPTS, WALLETS, Rows
from botctl.core.codes import Code
from botctl.core.errors import LostMoveError
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import Attempt, AttemptKind, Order
from botctl.ports.store import Lease, Moment, Moved, NonceRow, SignNow

FIRST: Final = 1  # an order's attempts are counted from here

_O, _A = schema.orders.c, schema.attempts.c
_ADD_ATTEMPT: Final = insert(schema.attempts)
_STATE: Final = sa.select(_O.state).where(_O.id == sa.bindparam("order_id")).with_for_update()
_SET_WALLET: Final = sa.update(schema.orders).where(_O.id == sa.bindparam("order_id"))
_GONE: Final = "the gap in the nonces is filled, or was never one; nothing was signed"


class Signing(Part):
    def sign(
        self,
        order: Order,
        lease: Lease,
        moment: Moment,
        sign_now: SignNow,
        *,
        at: int | None = None,
    ) -> tuple[Order, Attempt]:
        assert lease.chain_id == self._scope.chain_id, "a lease of another chain"
        with self._db.writing() as db:
            row = leases.held(db, lease)
            still_there(db, order, OrderEvent.SIGN)
            nonce = max(row.next, moment.chain_nonce) if at is None else at
            if at is not None:
                _require_gap(db, row, lease, moment, at)
            moved = Moved(OrderEvent.SIGN)
            after = arrow.moved_order(order, moved, moment.now_ms, nonce=nonce)
            attempt = _signed(order, nonce, lease, moment, sign_now)
            rows = _add(db, attempt) | _set_wallet(db, order, lease)
            if at is None:
                counted = replace(row, next=nonce + 1)
                rows |= leases.store(db, lease.chain_id, lease.wallet, counted)
            self._write(db, order, after, OrderEvent.SIGN, rows)
            return after, attempt

    def bump(
        self,
        order: Order,
        lease: Lease,
        moment: Moment,
        sign_now: SignNow,
        *,
        kind: AttemptKind,
    ) -> tuple[Order, Attempt]:
        assert lease.chain_id == self._scope.chain_id, "a lease of another chain"
        # Always later than what was seen, so that of two raises that saw the same one is too late.
        at_ms = max(moment.now_ms, order.changed_ms + 1)
        after = arrow.moved_order(order, Moved(OrderEvent.BUMP), at_ms)
        assert order.nonce is not None, "the table lets only signed orders be raised"
        with self._db.writing() as db:
            leases.held(db, lease)
            _unchanged(db, order, OrderEvent.BUMP)
            number = _newest_number(db, order) + 1
            attempt = _signed(order, order.nonce, lease, moment, sign_now)
            attempt = replace(attempt, number=number, kind=kind)
            self._write(db, order, after, OrderEvent.BUMP, _add(db, attempt))
            return after, attempt

    def _write(
        self, db: Connection, before: Order, after: Order, event: OrderEvent, rows: Rows
    ) -> None:
        arrow.write(wire(db), before, after, event, chain_id=self._scope.chain_id, rows=rows)


def still_there(db: Connection, order: Order, event: OrderEvent) -> None:
    """Lock the order. Raises ERR_MOVE_LOST when it has left the state the caller saw it in."""
    found = db.execute(_STATE, {"order_id": order.id}).scalar()
    if found is not order.state:
        raise arrow.lost(order, event, found)


def _unchanged(db: Connection, order: Order, event: OrderEvent) -> None:
    """`still_there`, for an arrow that may lead back to its own state: also since the same moment."""
    query = sa.select(_O.state, _O.changed_ms).where(_O.id == order.id).with_for_update()
    found = db.execute(query).first()
    if found is None or (found.state, found.changed_ms) != (order.state, order.changed_ms):
        raise arrow.lost(order, event, None if found is None else found.state)


def _require_gap(db: Connection, row: NonceRow, lease: Lease, moment: Moment, nonce: int) -> None:
    """Below the counter, not yet used on the chain, and no order has it."""
    below = moment.chain_nonce <= nonce < row.next
    if not below or leases.first_taken(db, lease, nonce) == nonce:
        facts = {"nonce": nonce, "next": row.next, "chain": moment.chain_nonce}
        raise LostMoveError(Code.ERR_MOVE_LOST, _GONE, wallet=lease.wallet, **facts)


def _newest_number(db: Connection, order: Order) -> int:
    query = sa.select(_A.number).where(_A.order_id == order.id)
    return int(db.execute(query.order_by(_A.number.desc()).limit(1)).scalar_one())


def _signed(order: Order, nonce: int, lease: Lease, moment: Moment, sign_now: SignNow) -> Attempt:
    """Here the key is used."""
    unsigned, signed = sign_now(nonce)
    assert unsigned.nonce == nonce, "what was signed is not what was given out"
    return Attempt(
        order_id=order.id,
        number=FIRST,
        nonce=nonce,
        raw=signed.raw,
        hash=signed.hash,
        fee_max_wei=unsigned.fee_max_wei,
        priority_fee_wei=unsigned.priority_fee_wei,
        signed_ms=moment.now_ms,
        signed_block=moment.block_number,
        fence=lease.fence,
    )


def _add(db: Connection, attempt: Attempt) -> Rows:
    values = {c.name: getattr(attempt, c.name) for c in schema.attempts.columns}
    db.execute(_ADD_ATTEMPT, values)
    return ATTEMPTS.of(values)


def _set_wallet(db: Connection, order: Order, lease: Lease) -> Rows:
    db.execute(_SET_WALLET, {"order_id": order.id, "wallet": lease.wallet})
    return WALLETS.of({"id": order.id, "wallet": lease.wallet})
