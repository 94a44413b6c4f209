"""Orders, their attempts and timelines; each arrow of the lifecycle is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import arrow, journal, leases, schema
from botctl.adapters.store.commit import add_order
from botctl.adapters.store.database import wire
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import SELECT_ORDER, names, orders_of
from botctl.adapters.store.signing import still_there
from botctl.adapters.store.witness import ATTEMPTS
from botctl.core.intent import Side
from botctl.core.lifecycle import OPEN, OrderEvent, OrderState
from botctl.core.orders import Attempt, Order, SendCode
from botctl.core.units import OrderId
from botctl.ports.store import Moved, Step

_O, _T, _A = schema.orders.c, schema.order_steps.c, schema.attempts.c

_SELECT_ATTEMPT: Final = sa.select(*(_A[name] for name in names(Attempt)))
_SELECT_STEP: Final = sa.select(*(_T[name] for name in names(Step)))
_SIGNS: Final = frozenset({OrderEvent.SIGN, OrderEvent.BUMP})
_NEWEST_FIRST: Final = (_O.created_ms.desc(), _O.id.desc())
# Exits before entries; a nonce before none; then the older one.
_URGENT_FIRST: Final = (
    sa.case((_O.side == Side.SELL, 0), else_=1),
    sa.case((_O.nonce.is_(None), 1), else_=0),
    _O.nonce,
    _O.created_ms,
    _O.id,
)


class Orders(Part):
    def open(self, states: Sequence[OrderState] = ()) -> tuple[Order, ...]:
        wanted = sorted(states or OPEN)
        query = SELECT_ORDER.where(*self._mine(), _O.state.in_(wanted)).order_by(*_URGENT_FIRST)
        with self._db.reading() as db:
            return tuple(orders_of(db, query))

    def recent(self, most: int | None) -> tuple[Order, ...]:
        query = SELECT_ORDER.where(*self._mine()).order_by(*_NEWEST_FIRST).limit(most)
        with self._db.reading() as db:
            return tuple(orders_of(db, query))

    def order(self, order_id: str) -> Order | None:
        with self._db.reading() as db:
            return next(orders_of(db, SELECT_ORDER.where(_O.id == order_id)), None)

    def of_pair(self, pair: str, most: int) -> tuple[Order, ...]:
        of_pair = SELECT_ORDER.where(*self._mine(), _O.pair == pair)
        query = of_pair.order_by(*_NEWEST_FIRST).limit(most)
        with self._db.reading() as db:
            return tuple(orders_of(db, query))

    def attempts(self, order_id: OrderId) -> tuple[Attempt, ...]:
        return self.attempts_of([order_id])[order_id]

    def attempts_of(self, order_ids: Sequence[OrderId]) -> Mapping[OrderId, tuple[Attempt, ...]]:
        query = _SELECT_ATTEMPT.where(_A.order_id.in_(order_ids)).order_by(_A.order_id, _A.number)
        found: dict[OrderId, tuple[Attempt, ...]] = dict.fromkeys(order_ids, ())
        with self._db.reading() as db:
            for row in db.execute(query):
                found[row[0]] += (Attempt(*row),)
        return found

    def timeline(self, order_id: OrderId) -> tuple[Step, ...]:
        query = _SELECT_STEP.where(_T.order_id == order_id).order_by(_T.id)
        with self._db.reading() as db:
            return tuple(Step(*row) for row in db.execute(query))

    def add(self, order: Order) -> bool:
        with self._db.writing() as db:
            rows = add_order(db, order, chain_id=self._scope.chain_id)
            if rows is None:
                return False
            subject, facts = f"order:{order.id}", {"to": order.state}
            journal.append(db, journal.entry(order.created_ms, subject, arrow.CREATE, facts, rows))
            return True

    def move(self, order: Order, moved: Moved, now_ms: int) -> Order:
        assert moved.event not in _SIGNS, "these write an attempt: `sign` and `bump`"
        after = arrow.moved_order(order, moved, now_ms)
        if moved.event is OrderEvent.PROVE_UNSENT:
            return self._give_back(order, after)
        with self._db.bare() as on:
            arrow.write(on, order, after, moved.event, chain_id=self._scope.chain_id)
        return after

    def _give_back(self, order: Order, after: Order) -> Order:
        """Proven never sent: the counter falls over this nonce, and over those given back before."""
        event, chain_id = OrderEvent.PROVE_UNSENT, self._scope.chain_id
        with self._db.writing() as db:
            wallet = db.execute(sa.select(_O.wallet).where(_O.id == order.id)).scalar()
            row, rows = leases.locked(db, chain_id, wallet), arrow.NOTHING_ELSE
            still_there(db, order, event)
            lower = _lowest_unused(db, chain_id, order, wallet)
            if row is not None and wallet is not None and lower < row.next:
                rows = leases.store(db, chain_id, wallet, replace(row, next=lower))
            arrow.write(wire(db), order, after, event, chain_id=chain_id, rows=rows)
        return after

    def sent(self, attempt: Attempt, code: SendCode, now_ms: int) -> None:
        which = (_A.order_id == attempt.order_id, _A.number == attempt.number)
        counted = (
            sa.update(schema.attempts).where(*which).values(sends=_A.sends + 1, last_code=code)
        )
        facts = {"attempt": attempt.number, "answer": code, "hash": attempt.hash}
        subject = f"order:{attempt.order_id}"
        with self._db.writing() as db:
            row = db.execute(counted.returning(*_A)).mappings().one()
            journal.append(db, journal.entry(now_ms, subject, "sent", facts, ATTEMPTS.of({**row})))

    def _mine(self) -> tuple[sa.ColumnElement[bool], ...]:
        return _O.bot == self._scope.bot, _O.chain_id == self._scope.chain_id


def _lowest_unused(db: Connection, chain_id: int, order: Order, wallet: str | None) -> int:
    """Where the counter may fall to when `order` gives its nonce back; never over a gap of others."""
    assert order.nonce is not None, "only what was signed can be proven unsent"
    ours = (_O.chain_id == chain_id, _O.wallet == wallet, _O.id != order.id)
    newest_first = sa.select(_O.nonce).where(*ours, sa.text(schema.TAKEN)).order_by(_O.nonce.desc())
    highest = db.execute(newest_first.limit(1)).scalar()
    above = -1 if highest is None else highest
    if above > order.nonce:
        return above + 1
    dropped = sa.select(_O.nonce).where(*ours, _O.state == OrderState.DROPPED, _O.nonce > above)
    given_back, lowest = set(db.execute(dropped).scalars()), order.nonce
    while lowest - 1 in given_back:
        lowest -= 1
    return lowest
