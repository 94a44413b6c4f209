"""Changes of the books that no order made: what the chain says, and what can never be sold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import journal, schema
from botctl.adapters.store.columns import clean
from botctl.adapters.store.part import Part, Scope
from botctl.adapters.store.positions import WRITTEN_OFF
from botctl.adapters.store.settling import (
    Values,
    account_of,
    add_position,
    add_to_balance,
    change,
    open_of,
    opening,
)
from botctl.adapters.store.statements import insert
from botctl.adapters.store.witness import CORRECTIONS, POSITIONS, Rows
from botctl.core.accounting import Account, after_fill
from botctl.core.books import NATIVE
from botctl.core.codes import Code
from botctl.core.errors import LostMoveError
from botctl.core.lifecycle import OPEN
from botctl.core.orders import Fill, OrderKind
from botctl.core.units import Address, Hash32, OrderId
from botctl.ports.store import Correction

_P, _O = schema.positions.c, schema.orders.c
_ADD: Final = insert(schema.corrections, on_conflict="DO NOTHING")
REOPENED: Final[Values] = {"closed_ms": None, "exit_reason": ""}  # of an open one, as it is
_NOT_HELD: Final = (
    "the books no longer hold what was to be corrected; nothing was booked, look again"
)


@dataclass(frozen=True, slots=True)
class _Change:
    """What one correction did: which rows, and what it realised in wei, signed."""

    rows: Rows
    realised_wei: int = 0


class Corrections(Part):
    def correct(self, corrections: Sequence[Correction], now_ms: int, why: str) -> int:
        """Raises ERR_MOVE_LOST when the books hold less than is to be taken from them."""
        rows: Rows = {}
        booked = []
        with self._db.writing() as db:
            for one in sorted(corrections, key=lambda c: (c.token != NATIVE, c.token, c.id)):
                if _is_booked(db, one.id):
                    continue
                changed = self._apply(db, one, now_ms, why)
                values = _values(self._scope, one, now_ms, why)
                values |= {"realised_wei": changed.realised_wei}
                if db.execute(_ADD, values).rowcount != 1:
                    raise _not_held(one)  # another run booked it in the meantime
                rows |= changed.rows | CORRECTIONS.of(values)
                booked.append(_facts(one))
            if booked:
                facts = {"corrections": booked, "why": why}
                subject = f"bot:{self._scope.bot}"
                journal.append(db, journal.entry(now_ms, subject, "correct", facts, rows))
        return len(booked)

    def _apply(self, db: Connection, one: Correction, now_ms: int, why: str) -> _Change:
        difference, closing = one.chain - one.ledger, _closing(why, now_ms)
        if one.token == NATIVE:
            return _Change(add_to_balance(db, self._scope, difference))
        if difference == 0:
            return _Change({})  # an answer, which books nothing
        held = _of_token(db, self._scope, one.token)
        if difference < 0:
            return _taken(db, one, held, closing)
        found = held[0] if held else self._found(db, one, now_ms)
        return _moved(db, found, difference, closing)

    def _found(self, db: Connection, one: Correction, now_ms: int) -> Values:
        """A position for tokens that were never held: an order of ours says where they are traded."""
        of_token = (_O.bot == self._scope.bot, _O.chain_id == self._scope.chain_id)
        traded = sa.select(_O.pair).where(*of_token, _O.token == one.token)
        pair = db.execute(traded.order_by(_O.created_ms.desc(), _O.id.desc()).limit(1)).scalar()
        if pair is None:
            raise _not_held(one)
        facts = opening(self._scope, pair, one.token, now_ms)
        return add_position(db, {**facts, "id": self._ids.time_ordered(now_ms)}, Account())

    def adopt(self, pair: Address, token: Address, quantity: int, now_ms: int, why: str) -> bool:
        """Like a fill that brought tokens and took no money."""
        with self._db.writing() as db:
            of_pair = sa.select(schema.positions).where(*open_of(self._scope), _P.pair == pair)
            row = db.execute(of_pair.with_for_update()).mappings().first()
            if row is not None and _has_live_order(db, dict(row)):
                return False
            if row is not None:
                rows = _moved(db, dict(row), quantity, {}).rows
            else:
                facts = opening(self._scope, pair, token, now_ms)
                named = {**facts, "id": self._ids.time_ordered(now_ms)}
                rows = POSITIONS.of(add_position(db, named, Account(quantity=quantity)))
            said = {"token": token, "quantity": str(quantity), "why": why}
            subject = f"bot:{self._scope.bot}"
            journal.append(db, journal.entry(now_ms, subject, "adopt", said, rows))
            return True

    def write_off(self, position_id: str, reason: str, now_ms: int) -> bool:
        with self._db.writing() as db:
            held = _locked(db, self._scope, position_id)
            if held is None or _has_live_order(db, held):
                return False
            before = account_of(held)
            lost = replace(before, cost_wei=0, realised_wei=before.realised_wei - before.cost_wei)
            # The quantity stays: it says what was given up. No reader counts a closed position.
            closed = change(db, held, lost, _closing(reason, now_ms))
            given_up = _given_up(self._scope, held, before, reason, now_ms)
            db.execute(_ADD, given_up)
            facts = {"reason": reason, "cost_wei": str(before.cost_wei)}
            rows = POSITIONS.of(closed) | CORRECTIONS.of(given_up)
            subject = f"position:{position_id}"
            journal.append(db, journal.entry(now_ms, subject, "write_off", facts, rows))
            return True


def _adopted(
    scope: Scope, pair: Address, token: Address, quantity: int, now_ms: int
) -> dict[str, object]:
    return {
        "bot": scope.bot,
        "chain_id": scope.chain_id,
        "pair": pair,
        "token": token,
        "quantity": quantity,
        "cost_wei": 0,
        "proceeds_wei": 0,
        "realised_wei": 0,
        "gas_wei": 0,
        "peak_value_wei": 0,
        "entry_liquidity_wei": 0,
        "opened_ms": now_ms,
        "closed_ms": None,
        "exit_reason": "",
    }


def _is_booked(db: Connection, key: str) -> bool:
    query = sa.select(schema.corrections.c.id).where(schema.corrections.c.id == key)
    return db.execute(query).first() is not None


def _of_token(db: Connection, scope: Scope, token: str) -> list[Values]:
    """The open positions, oldest first; when there is none, the newest closed one: it opens again."""
    of_token = sa.select(schema.positions).where(
        _P.bot == scope.bot, _P.chain_id == scope.chain_id, _P.token == token
    )
    is_open, age = _P.closed_ms.is_(None), (_P.opened_ms, _P.id)
    held = of_token.where(is_open).order_by(*age)
    newest = of_token.order_by(*(column.desc() for column in age)).limit(1)
    return _locked_rows(db, held) or _locked_rows(db, newest)


def _locked_rows(db: Connection, query: sa.Select[tuple[object, ...]]) -> list[Values]:
    return [dict(row) for row in db.execute(query.with_for_update()).mappings()]


def _taken(db: Connection, one: Correction, held: Sequence[Values], closing: Values) -> _Change:
    """Tokens that are gone are missing from the oldest position first."""
    left, rows, realised_wei = one.ledger - one.chain, Rows(), 0
    for position in held:
        part = min(left, account_of(position).quantity)
        if part:
            changed = _moved(db, position, -part, closing)
            rows |= changed.rows
            realised_wei += changed.realised_wei
            left -= part
    if left:
        raise _not_held(one)
    return _Change(rows, realised_wei)


def _moved(db: Connection, position: Values, tokens: int, closing: Values) -> _Change:
    """Like a fill that moved tokens and no money; closed when nothing is left."""
    before = account_of(position)
    after = after_fill(before, _no_money(position, tokens))
    closing = closing if after.closed else REOPENED if tokens > 0 else {}
    changed = change(db, position, after, closing)
    return _Change(POSITIONS.of(changed), after.realised_wei - before.realised_wei)


def _no_money(position: Values, tokens: int) -> Fill:
    token, nowhere = Address(str(position["token"])), Hash32("")
    return Fill(OrderId(""), OrderKind.SWAP, token, tokens, 0, 0, 0, nowhere)


def _locked(db: Connection, scope: Scope, position_id: str) -> Values | None:
    query = sa.select(schema.positions).where(*open_of(scope), _P.id == position_id)
    row = db.execute(query.with_for_update()).mappings().first()
    return None if row is None else dict(row)


def _has_live_order(db: Connection, position: Values) -> bool:
    query = sa.select(_O.id).where(
        _O.bot == position["bot"],
        _O.chain_id == position["chain_id"],
        _O.pair == position["pair"],
        _O.state.in_(sorted(OPEN)),
    )
    return db.execute(query.limit(1)).first() is not None


def _closing(reason: str, now_ms: int) -> Values:
    return {"closed_ms": now_ms, "exit_reason": clean(reason)}


def _given_up(
    scope: Scope, position: Values, before: Account, reason: str, now_ms: int
) -> dict[str, object]:
    """The same position has the same id, so its loss is realised once."""
    return {
        "id": f"{WRITTEN_OFF}{position['id']}",
        "bot": scope.bot,
        "chain_id": scope.chain_id,
        "token": position["token"],
        "ledger": before.quantity,
        "chain": 0,
        "realised_wei": -before.cost_wei,
        "block_number": None,
        "why": reason,
        "at_ms": now_ms,
    }


def _values(scope: Scope, one: Correction, now_ms: int, why: str) -> dict[str, object]:
    return {
        "id": one.id,
        "bot": scope.bot,
        "chain_id": scope.chain_id,
        "token": one.token,
        "ledger": one.ledger,
        "chain": one.chain,
        "block_number": one.block_number,
        "why": why,
        "at_ms": now_ms,
    }


def _facts(one: Correction) -> dict[str, object]:
    return {
        "id": one.id,
        "token": one.token,
        "ledger": str(one.ledger),
        "chain": str(one.chain),
        "block": one.block_number,
    }


def _not_held(one: Correction) -> LostMoveError:
    return LostMoveError(Code.ERR_MOVE_LOST, _NOT_HELD, token=one.token, correction=one.id)
