"""The end of an order: its last arrow, what it did to the wallet, and the position that changed."""

import json
from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import arrow, schema
from botctl.adapters.store.database import wire
from botctl.adapters.store.part import Part, Scope
from botctl.adapters.store.rows import names
from botctl.adapters.store.signing import still_there
from botctl.adapters.store.statements import insert
from botctl.adapters.store.witness import BALANCES, FILLS, POSITIONS, Rows
from botctl.core.accounting import Account, after_fill
from botctl.core.books import Entry
from botctl.core.codes import Code
from botctl.core.errors import CorruptError
from botctl.core.flattening import of_flatten
from botctl.core.lifecycle import TERMINAL, OrderState
from botctl.core.orders import Fill, Order, OrderKind
from botctl.core.reasons import Reason
from botctl.ports.store import Moved

_P, _L, _B, _K = schema.positions.c, schema.ledger.c, schema.bundles.c, schema.balances.c
_ADD_FILL: Final = insert(schema.fills)
_ADD_POSITION: Final = insert(schema.positions)
_OPEN_BALANCE: Final = insert(schema.balances, on_conflict="DO NOTHING")

Values = Mapping[str, object]  # a row's columns


class Settling(Part):
    def settle(self, order: Order, moved: Moved, fill: Fill | None, now_ms: int) -> Order:
        after = arrow.moved_order(order, moved, now_ms)
        assert after.state in TERMINAL, "only an order that has ended is settled"
        with self._db.writing() as db:
            still_there(db, order, moved.event)
            rows = arrow.NOTHING_ELSE
            if fill is not None:
                _require_gas_only(after, fill)
                rows = self._book(db, order, fill, now_ms)
            chain_id = self._scope.chain_id
            arrow.write(wire(db), order, after, moved.event, chain_id=chain_id, rows=rows)
        return after

    def _book(self, db: Connection, order: Order, fill: Fill, now_ms: int) -> Rows:
        rows = add_to_balance(db, self._scope, fill.native_delta_wei - fill.gas_wei)
        held = None if order.kind is OrderKind.NOOP else _held(db, self._scope, order)
        before = Account() if held is None else account_of(held)
        after = after_fill(before, fill)
        if after.quantity < 0:
            say = "an order sold more than the books hold; nothing was booked"
            raise CorruptError(Code.ERR_LEDGER_MISMATCH, say, order=order.id, held=before.quantity)
        changed = (
            self._open(db, order, after, now_ms)
            if held is None
            else change(db, held, after, _closing(db, order, now_ms) if after.closed else {})
        )
        booked = _fill_values(self._scope, fill, changed, now_ms)
        booked |= {"realised_wei": after.realised_wei - before.realised_wei}
        db.execute(_ADD_FILL, booked)
        return rows | FILLS.of(booked) | (POSITIONS.of(changed) if changed else {})

    def _open(self, db: Connection, order: Order, account: Account, now_ms: int) -> Values | None:
        """A new position; None for gas that was spent without holding anything."""
        if account.closed:
            return None
        facts = _opening(db, self._scope, order, now_ms)
        return add_position(db, {**facts, "id": self._ids.time_ordered(now_ms)}, account)


def add_position(db: Connection, opening: Values, account: Account) -> Values:
    values = {**opening, **_books(account)}
    db.execute(_ADD_POSITION, values)
    return values


def _require_gas_only(after: Order, fill: Fill) -> None:
    """What was cancelled, and what only fills a nonce, moved nothing but gas."""
    gas_only = after.state is OrderState.CANCELED or after.kind is OrderKind.NOOP
    moved = fill.token_delta != 0 or fill.native_delta_wei != 0
    assert not (gas_only and moved), "a self-send of nothing cannot have moved anything"


def _held(db: Connection, scope: Scope, order: Order) -> Values | None:
    """The open position of the order's market, locked."""
    of_pair = sa.select(schema.positions).where(*open_of(scope), _P.pair == order.intent.pair)
    row = db.execute(of_pair.with_for_update()).mappings().first()
    return None if row is None else dict(row)


def open_of(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return _P.bot == scope.bot, _P.chain_id == scope.chain_id, _P.closed_ms.is_(None)


def account_of(position: Values) -> Account:
    return Account(*(_whole(position[name]) for name in names(Account)))


def _whole(cell: object) -> int:
    assert isinstance(cell, int), "an amount's column brings integers"
    return cell


def change(db: Connection, held: Values, account: Account, closing: Values) -> Values:
    """The locked position with its new books; `closing` when they end it."""
    new = {**_books(account), **closing}
    db.execute(sa.update(schema.positions).where(_P.id == held["id"]).values(new))
    return {**held, **new}


def _books(account: Account) -> Values:
    return {name: getattr(account, name) for name in names(Account)}


def add_to_balance(db: Connection, scope: Scope, wei: int) -> Rows:
    """In Python, because SQLite cannot add 256-bit numbers; the row's lock makes it one step."""
    ours = (_K.bot == scope.bot, _K.chain_id == scope.chain_id)
    db.execute(_OPEN_BALANCE, {"bot": scope.bot, "chain_id": scope.chain_id, "moved_wei": 0})
    moved = db.execute(sa.select(_K.moved_wei).where(*ours).with_for_update()).scalar_one() + wei
    db.execute(sa.update(schema.balances).where(*ours).values(moved_wei=moved))
    return BALANCES.of({"bot": scope.bot, "chain_id": scope.chain_id, "moved_wei": moved})


def _fill_values(
    scope: Scope, fill: Fill, position: Values | None, now_ms: int
) -> dict[str, object]:
    return {
        "order_id": fill.order_id,
        "bot": scope.bot,
        "chain_id": scope.chain_id,
        "kind": fill.kind,
        "position_id": None if position is None else position["id"],
        "token": fill.token,
        "token_delta": fill.token_delta,
        "native_delta_wei": fill.native_delta_wei,
        "gas_wei": fill.gas_wei,
        "block_number": fill.block_number,
        "block_hash": fill.block_hash,
        "settled_ms": now_ms,
    }


def _opening(db: Connection, scope: Scope, order: Order, now_ms: int) -> dict[str, object]:
    unquoted = opening(scope, order.intent.pair, order.intent.token, now_ms)
    return {**unquoted, **_entered_on(db, order)}


def opening(scope: Scope, pair: str, token: str, now_ms: int) -> dict[str, object]:
    """Without its id and its books."""
    return {
        "bot": scope.bot,
        "chain_id": scope.chain_id,
        "pair": pair,
        "token": token,
        "peak_value_wei": 0,
        "entry_liquidity_wei": 0,
        "entry": None,
        "opened_ms": now_ms,
        "closed_ms": None,
        "exit_reason": "",
    }


def _closing(db: Connection, order: Order, now_ms: int) -> dict[str, object]:
    decided = sa.select(_L.reason).where(
        _L.cycle_id == order.cycle_id, _L.pair == order.intent.pair
    )
    ordered = Reason.EXIT_FLATTEN.value if of_flatten(order) else ""
    return {"closed_ms": now_ms, "exit_reason": db.execute(decided).scalar() or ordered}


def _entered_on(db: Connection, order: Order) -> Values:
    """What the entry was decided on, from its bundle; nothing is known when there is none to read."""
    body = db.execute(sa.select(_B.body).where(_B.id == order.bundle_id)).scalar()
    try:
        bundle = json.loads(body or b"")
        seen, measured = bundle["inputs"]["detection"], bundle["decision"]["measures"]
        facts, tiers = seen["facts"], seen.get("tiers")
        supply = facts["token_supply"]
        entry = Entry(
            sell_tax_bps=measured["sell_tax_bps"],
            lp_locked_bps=measured["lp_locked_bps"],
            token_supply=None if supply is None else int(supply),
            owner=facts["owner"],
            token_code_hash=facts["token_code_hash"],
            code_id=tiers["code_id"] if tiers else None,
            live_probe=bundle["decision"]["reason"] == Reason.ENTRY_LIVE_PROBE,
        )
        return {"entry_liquidity_wei": int(facts["reserve_quote"]), "entry": entry}
    except (TypeError, ValueError, KeyError, AttributeError):
        return {"entry_liquidity_wei": 0, "entry": None}
