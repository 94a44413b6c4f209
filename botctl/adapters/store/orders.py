"""Orders, their attempts and timelines; each arrow of the lifecycle is one transaction."""

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import arrow, journal, schema
from botctl.adapters.store.commit import add_order
from botctl.adapters.store.database import wire
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import SELECT_ORDER, names, orders_of
from botctl.core.intent import Side
from botctl.core.lifecycle import OPEN, OrderEvent, OrderState
from botctl.core.orders import Attempt, Order, SendCode
from botctl.core.units import Address, OrderId
from botctl.ports.store import Moved, Step

_O, _T, _A, _N = schema.orders.c, schema.order_steps.c, schema.attempts.c, schema.nonces.c

_SELECT_ATTEMPT: Final = sa.select(*(_A[name] for name in names(Attempt)))
_SELECT_STEP: Final = sa.select(*(_T[name] for name in names(Step)))
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

    def nonce_next(self, chain_id: int, wallet: Address) -> int | None:
        query = sa.select(_N.next).where(_N.chain_id == chain_id, _N.wallet == wallet)
        with self._db.reading() as db:
            return db.execute(query).scalar()

    def add(self, order: Order) -> bool:
        entry = journal.entry(
            order.created_ms, f"order:{order.id}", arrow.CREATE, {"to": order.state}
        )
        with self._db.writing() as db:
            added = add_order(db, order, chain_id=self._scope.chain_id)
            if added:
                journal.append(db, entry)
            return added

    def move(self, order: Order, moved: Moved, now_ms: int) -> Order:
        after = arrow.moved_order(order, moved, now_ms)
        if moved.event is OrderEvent.PROVE_UNSENT:
            return self._give_back(order, after)
        with self._db.bare() as on:
            arrow.write(on, order, after, moved.event)
        return after

    def _give_back(self, order: Order, after: Order) -> Order:
        """Proven never sent: the nonce counter falls to just above what else was given out."""
        event = OrderEvent.PROVE_UNSENT
        with self._db.writing() as db:
            wallet = db.execute(sa.select(_O.wallet).where(_O.id == order.id)).scalar()
            ours = (_N.chain_id == self._scope.chain_id, _N.wallet == wallet)
            db.execute(sa.select(_N.next).where(*ours).with_for_update())
            arrow.write(wire(db), order, after, event)
            highest = db.execute(
                sa.select(sa.func.max(_O.nonce)).where(
                    _O.chain_id == self._scope.chain_id,
                    _O.wallet == wallet,
                    _O.nonce.is_not(None),
                    _O.state != OrderState.DROPPED,
                )
            ).scalar()
            lower = order.nonce if highest is None else highest + 1
            db.execute(sa.update(schema.nonces).where(*ours, _N.next > lower).values(next=lower))
        return after

    def sent(self, attempt: Attempt, code: SendCode, now_ms: int) -> None:
        which = (_A.order_id == attempt.order_id, _A.number == attempt.number)
        count = sa.update(schema.attempts).where(*which)
        facts = {"attempt": attempt.number, "answer": code, "hash": attempt.hash}
        with self._db.writing() as db:
            db.execute(count.values(sends=_A.sends + 1, last_code=code))
            journal.append(db, journal.entry(now_ms, f"order:{attempt.order_id}", "sent", facts))

    def _mine(self) -> tuple[sa.ColumnElement[bool], ...]:
        return _O.bot == self._scope.bot, _O.chain_id == self._scope.chain_id
