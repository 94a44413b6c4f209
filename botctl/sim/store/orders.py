"""Orders, attempts and timelines: the CycleStore's and OrderStore's reads, and the single arrows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from botctl.core.intent import Side
from botctl.core.lifecycle import OPEN, OrderEvent, OrderState, move
from botctl.core.orders import Attempt, Order, OrderKind, SendCode
from botctl.core.units import OrderId
from botctl.ports.store import Committed, CycleRow, DecidedBatch, DetectionRow, Moved, Step
from botctl.sim.store.part import Part
from botctl.sim.store.tables import Tables

BLOCKED: Final = "intent_idempotency_blocks_total"
CREATE: Final = "create"
SIGNS: Final = frozenset({OrderEvent.SIGN, OrderEvent.BUMP})


class Orders(Part):
    def record(self, cycle: CycleRow, detections: Sequence[DetectionRow]) -> bool:
        """Detections are not kept: no flow that runs here reads them."""
        if any(one.block_hash == cycle.block_hash for one in self._t.cycles.values()):
            return False
        self._t.cycles[cycle.cycle_id] = cycle
        return True

    def latest(self) -> CycleRow | None:
        return next(reversed(self._t.cycles.values()), None)

    def commit(self, batch: DecidedBatch) -> Committed | None:
        """Ledger rows and bundles are not kept either."""
        cycle = self._t.cycles.get(batch.cycle_id)
        if cycle is None or cycle.decided_ms is not None:
            return None
        self._t.cycles[batch.cycle_id] = replace(cycle, decided_ms=batch.decided_ms)
        orders = [order for order in batch.orders if self._is_possible(order)]
        blocked = sum(not _added(self._t, order) for order in orders)
        if blocked:
            self._t.counters[BLOCKED] = self._t.counters.get(BLOCKED, 0) + blocked
        return Committed(len(orders) - blocked)

    def _is_possible(self, order: Order) -> bool:
        """Not a sell of what is no longer held."""
        if order.kind is not OrderKind.SWAP or order.intent.side is not Side.SELL:
            return True
        rows = self._t.positions.values()
        return any(row.closed_ms is None and row.position.pair == order.intent.pair for row in rows)

    def add(self, order: Order) -> bool:
        return _added(self._t, order)

    def open(self, states: Sequence[OrderState] = ()) -> tuple[Order, ...]:
        wanted = states or OPEN
        found = [order for order in self._t.orders.values() if order.state in wanted]
        if len(found) > 1:
            found.sort(key=_urgent_first)
        return tuple(found)

    def recent(self, most: int | None) -> tuple[Order, ...]:
        newest = sorted(self._t.orders.values(), key=lambda o: (o.created_ms, o.id), reverse=True)
        return tuple(newest[:most])

    def order(self, order_id: str) -> Order | None:
        return self._t.orders.get(OrderId(order_id))

    def of_pair(self, pair: str, most: int) -> tuple[Order, ...]:
        return tuple(o for o in self.recent(None) if o.intent.pair == pair)[:most]

    def attempts(self, order_id: OrderId) -> tuple[Attempt, ...]:
        return self._t.attempts.get(order_id, ())

    def attempts_of(self, order_ids: Sequence[OrderId]) -> Mapping[OrderId, tuple[Attempt, ...]]:
        return {order_id: self._t.attempts.get(order_id, ()) for order_id in order_ids}

    def timeline(self, order_id: OrderId) -> tuple[Step, ...]:
        return self._t.steps.get(order_id, ())

    def move(self, order: Order, moved: Moved, now_ms: int) -> Order:
        assert moved.event not in SIGNS, "these write an attempt: `sign` and `bump`"
        after = moved_order(order, moved, now_ms)
        self._t.require_state(order, moved.event)
        self._t.put(order, after, moved.event)
        if moved.event is OrderEvent.PROVE_UNSENT:
            self._give_back(order)
        return after

    def _give_back(self, order: Order) -> None:
        """The counter falls over this nonce and over those given back before; never over a gap."""
        wallet = self._t.wallets[order.id]
        row, lower = self._t.nonces[wallet], self._lowest_unused(order)
        if lower < row.next:
            self._t.nonces[wallet] = replace(row, next=lower)

    def _lowest_unused(self, order: Order) -> int:
        assert order.nonce is not None, "only what was signed can be proven unsent"
        wallet = self._t.wallets[order.id]
        above = max((o.nonce or 0 for o in self._t.with_nonce(wallet)), default=-1)
        if above > order.nonce:
            return above + 1
        given_back = {
            one.nonce
            for one in self._t.orders.values()
            if one.state is OrderState.DROPPED and self._t.wallets[one.id] == wallet
        }
        lowest = order.nonce
        while lowest - 1 > above and lowest - 1 in given_back:
            lowest -= 1
        return lowest

    def sent(self, attempt: Attempt, code: SendCode, now_ms: int) -> None:
        self._t.attempts[attempt.order_id] = tuple(
            replace(one, sends=one.sends + 1, last_code=code)
            if one.number == attempt.number
            else one
            for one in self._t.attempts[attempt.order_id]
        )


def moved_order(order: Order, moved: Moved, now_ms: int, nonce: int | None = None) -> Order:
    """`order` after the arrow. Raises ERR_ILLEGAL_MOVE when the table has no such arrow."""
    gone = moved.event is OrderEvent.SEE_REORG  # the block it was in is no longer there
    seen = moved.block_number is not None
    return replace(
        order,
        state=move(order.state, moved.event),
        changed_ms=now_ms,
        nonce=order.nonce if nonce is None else nonce,
        code=moved.code,
        detail=moved.detail,
        block_number=moved.block_number if seen or gone else order.block_number,
        block_hash=moved.block_hash if seen or gone else order.block_hash,
    )


def _added(tables: Tables, order: Order) -> bool:
    """False where a unique index objects: this effect is under way or done."""
    key = (order.kind, order.intent.intent_key)
    if key in tables.keys or order.id in tables.orders or not _market_is_free(tables, order):
        return False
    tables.keys.add(key)
    tables.put(order, order, CREATE)
    return True


def _market_is_free(tables: Tables, order: Order) -> bool:
    """One live swap a market."""
    return order.kind is not OrderKind.SWAP or not any(
        one.kind is OrderKind.SWAP and one.intent.pair == order.intent.pair
        for one in tables.open_orders()
    )


def _urgent_first(order: Order) -> tuple[bool, bool, int, int, str]:
    """Exits before entries; a nonce before none; then the older one."""
    return (
        order.intent.side is not Side.SELL,
        order.nonce is None,
        order.nonce or 0,
        order.created_ms,
        order.id,
    )
