"""The end of an order: its last arrow, what it did to the wallet, and the position that changed."""

import json
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import arrow, schema
from botctl.adapters.store.database import wire
from botctl.adapters.store.part import Part, Scope
from botctl.adapters.store.rows import names
from botctl.adapters.store.signing import still_there
from botctl.adapters.store.statements import insert
from botctl.core.accounting import Account, after_fill
from botctl.core.codes import Code
from botctl.core.errors import CorruptError
from botctl.core.lifecycle import TERMINAL
from botctl.core.orders import Fill, Order
from botctl.ports.store import Moved

_P, _L, _B, _K = schema.positions.c, schema.ledger.c, schema.bundles.c, schema.balances.c
_ADD_FILL: Final = insert(schema.fills)
_ADD_POSITION: Final = insert(schema.positions)
_OPEN_BALANCE: Final = insert(schema.balances, on_conflict="DO NOTHING")
_OPEN: Final = sa.select(_P.id, *(_P[name] for name in names(Account))).where(
    _P.closed_ms.is_(None)
)


class Settling(Part):
    def settle(self, order: Order, moved: Moved, fill: Fill | None, now_ms: int) -> Order:
        after = arrow.moved_order(order, moved, now_ms)
        assert after.state in TERMINAL, "only an order that has ended is settled"
        with self._db.writing() as db:
            still_there(db, order, moved.event)
            if fill is not None:
                self._book(db, order, fill, now_ms)
            arrow.write(wire(db), order, after, moved.event)
        return after

    def _book(self, db: Connection, order: Order, fill: Fill, now_ms: int) -> None:
        _add_to_balance(db, self._scope, fill.native_delta_wei - fill.gas_wei)
        held_id, before = _held(db, self._scope, order)
        after = after_fill(before, fill)
        if after.quantity < 0:
            say = "an order sold more than the books hold; nothing was booked"
            raise CorruptError(Code.ERR_LEDGER_MISMATCH, say, order=order.id, held=before.quantity)
        position_id = (
            self._open(db, order, after, now_ms)
            if held_id is None
            else _change(db, order, held_id, after, now_ms)
        )
        realised = {"realised_wei": after.realised_wei - before.realised_wei}
        db.execute(_ADD_FILL, _fill_values(self._scope, fill, position_id, now_ms) | realised)

    def _open(self, db: Connection, order: Order, account: Account, now_ms: int) -> str | None:
        """A new position; None for gas that was spent without holding anything."""
        if account.closed:
            return None
        position_id = self._ids.time_ordered(now_ms)
        values = _opening(db, self._scope, order, now_ms) | {"id": position_id}
        db.execute(_ADD_POSITION, values | _books(account))
        return position_id


def _held(db: Connection, scope: Scope, order: Order) -> tuple[str | None, Account]:
    """The open position of the order's market, locked."""
    query = _OPEN.where(
        _P.bot == scope.bot, _P.chain_id == scope.chain_id, _P.pair == order.intent.pair
    )
    row = db.execute(query.with_for_update()).first()
    return (None, Account()) if row is None else (row[0], Account(*row[1:]))


def _change(db: Connection, order: Order, held_id: str, account: Account, now_ms: int) -> str:
    closing = _closing(db, order, now_ms) if account.closed else {}
    change = sa.update(schema.positions).where(_P.id == held_id)
    db.execute(change.values(**_books(account), **closing))
    return held_id


def _books(account: Account) -> dict[str, object]:
    return {name: getattr(account, name) for name in names(Account)}


def _add_to_balance(db: Connection, scope: Scope, wei: int) -> None:
    """In Python, because SQLite cannot add 256-bit numbers; the row's lock makes it one step."""
    ours = (_K.bot == scope.bot, _K.chain_id == scope.chain_id)
    db.execute(_OPEN_BALANCE, {"bot": scope.bot, "chain_id": scope.chain_id, "moved_wei": 0})
    moved = db.execute(sa.select(_K.moved_wei).where(*ours).with_for_update()).scalar_one()
    db.execute(sa.update(schema.balances).where(*ours).values(moved_wei=moved + wei))


def _fill_values(
    scope: Scope, fill: Fill, position_id: str | None, now_ms: int
) -> dict[str, object]:
    return {
        "order_id": fill.order_id,
        "bot": scope.bot,
        "chain_id": scope.chain_id,
        "kind": fill.kind,
        "position_id": position_id,
        "token": fill.token,
        "token_delta": fill.token_delta,
        "native_delta_wei": fill.native_delta_wei,
        "gas_wei": fill.gas_wei,
        "block_number": fill.block_number,
        "block_hash": fill.block_hash,
        "settled_ms": now_ms,
    }


def _opening(db: Connection, scope: Scope, order: Order, now_ms: int) -> dict[str, object]:
    return {
        "bot": scope.bot,
        "chain_id": scope.chain_id,
        "pair": order.intent.pair,
        "token": order.intent.token,
        "peak_value_wei": 0,
        "entry_liquidity_wei": _entry_liquidity(db, order),
        "opened_ms": now_ms,
        "closed_ms": None,
        "exit_reason": "",
    }


def _closing(db: Connection, order: Order, now_ms: int) -> dict[str, object]:
    decided = sa.select(_L.reason).where(
        _L.cycle_id == order.cycle_id, _L.pair == order.intent.pair
    )
    return {"closed_ms": now_ms, "exit_reason": db.execute(decided).scalar() or ""}


def _entry_liquidity(db: Connection, order: Order) -> int:
    """The quote reserve the entry was decided on, from its bundle; 0 when there is none to read."""
    body = db.execute(sa.select(_B.body).where(_B.id == order.bundle_id)).scalar()
    try:
        reserve = json.loads(body or b"")["inputs"]["detection"]["facts"]["reserve_quote"]
        return int(reserve)
    except (TypeError, ValueError, KeyError):
        return 0
