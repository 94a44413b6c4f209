"""Giving out a nonce, signing and writing the bytes down: one transaction, so a crash leaves all or none."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import arrow, schema
from botctl.adapters.store.database import wire
from botctl.adapters.store.part import Part
from botctl.adapters.store.statements import insert, upsert
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import Attempt, Order, SignedTx, UnsignedTx
from botctl.core.units import Address
from botctl.ports.store import Moved, SignNow

FIRST: Final = 1  # an order's attempts are counted from here

_N, _O = schema.nonces.c, schema.orders.c
_OPEN_COUNTER: Final = insert(schema.nonces, on_conflict="DO NOTHING")
_SET_COUNTER: Final = upsert(schema.nonces)
_ADD_ATTEMPT: Final = insert(schema.attempts)


class Signing(Part):
    def sign(
        self,
        order: Order,
        *,
        chain_id: int,
        wallet: Address,
        chain_nonce: int,
        now_ms: int,
        sign_now: SignNow,
    ) -> tuple[Order, Attempt]:
        with self._db.writing() as db:
            nonce = max(_locked_next(db, chain_id, wallet, chain_nonce), chain_nonce)
            still_there(db, order, OrderEvent.SIGN)  # before the key is used, not after
            after = arrow.moved_order(order, Moved(OrderEvent.SIGN), now_ms, nonce=nonce)
            attempt = _attempt(order, sign_now(nonce), now_ms)
            db.execute(_ADD_ATTEMPT, _values(attempt))
            db.execute(sa.update(schema.orders).where(_O.id == order.id).values(wallet=wallet))
            next_ = {"chain_id": chain_id, "wallet": wallet, "next": nonce + 1}
            db.execute(_SET_COUNTER, next_)
            arrow.write(wire(db), order, after, OrderEvent.SIGN)
            return after, attempt


def _locked_next(db: Connection, chain_id: int, wallet: Address, chain_nonce: int) -> int:
    """The counter of this wallet, locked until we are done; it starts at the chain's."""
    db.execute(_OPEN_COUNTER, {"chain_id": chain_id, "wallet": wallet, "next": chain_nonce})
    query = sa.select(_N.next).where(_N.chain_id == chain_id, _N.wallet == wallet)
    return int(db.execute(query.with_for_update()).scalar_one())


def still_there(db: Connection, order: Order, event: OrderEvent) -> None:
    """Lock the order. Raises ERR_MOVE_LOST when it has left the state the caller saw it in."""
    query = sa.select(_O.state).where(_O.id == order.id).with_for_update()
    found = db.execute(query).scalar()
    if found is not order.state:
        raise arrow.lost(order, event, found)


def _attempt(order: Order, made: tuple[UnsignedTx, SignedTx], now_ms: int) -> Attempt:
    unsigned, signed = made
    return Attempt(
        order_id=order.id,
        number=FIRST,
        nonce=unsigned.nonce,
        raw=signed.raw,
        hash=signed.hash,
        fee_max_wei=unsigned.fee_max_wei,
        priority_fee_wei=unsigned.priority_fee_wei,
        signed_ms=now_ms,
    )


def _values(attempt: Attempt) -> dict[str, object]:
    return {c.name: getattr(attempt, c.name) for c in schema.attempts.columns}
