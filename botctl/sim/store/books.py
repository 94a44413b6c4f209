"""Fills, positions and balances: the LedgerStore's and PositionStore's part, and settling."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from botctl.core.accounting import Account, after_fill
from botctl.core.books import Position
from botctl.core.codes import Code
from botctl.core.deciding.spending import Holdings, worst_cost_wei
from botctl.core.errors import CorruptError
from botctl.core.intent import Side
from botctl.core.lifecycle import TERMINAL, OrderState
from botctl.core.orders import Fill, Order, OrderKind
from botctl.core.record import NOTHING, Performance
from botctl.core.risk.regime import Times
from botctl.core.units import Address
from botctl.ports.store import Baseline, Closed, Moved
from botctl.sim.store.orders import moved_order
from botctl.sim.store.part import Part
from botctl.sim.store.tables import FillRow, PositionRow


class Books(Part):
    def holdings(self, bot: str, day_start_ms: int) -> Holdings:
        orders = list(self._t.open_orders())
        entries = [order for order in orders if _is_entry(order)]
        held = [_position(row) for row in self._t.positions.values() if row.closed_ms is None]
        tokens: defaultdict[str, int] = defaultdict(int)
        pairs: defaultdict[str, int] = defaultdict(int)
        for position in held:
            tokens[position.token] += position.cost_wei
            pairs[position.pair] += position.cost_wei
        for order in entries:
            tokens[order.intent.token] += order.intent.amount_in
            pairs[order.intent.pair] += order.intent.amount_in
        at_stake_wei = sum(tokens.values())
        for position_id, row in self._t.positions.items():
            if given_up := self._t.corrections.get(f"write_off:{position_id}"):
                tokens[row.position.token] -= given_up.realised_wei
        return Holdings(
            positions=tuple(held),
            open_entries=len(entries),
            exposure_wei=at_stake_wei,
            committed_wei=sum(_promised_wei(o) for o in orders if o.state is not OrderState.MINED),
            realised_today_wei=self._realised_since(day_start_ms),
            token_exposure_wei=tuple(sorted(tokens.items())),
            live_pairs=frozenset(order.intent.pair for order in orders),
            exposures=tuple(sorted(pairs.items())),
        )

    def performance(self, bot: str, since_ms: int, most: int) -> Performance:
        """Nothing is decided in this world, so nobody is sized by a record."""
        del bot, since_ms, most
        return NOTHING

    def times(self, bot: str) -> Times | None:
        del bot
        return None

    def top_buyers(
        self, at_block: int, blocks: int, most: int
    ) -> Mapping[Address, tuple[Address, ...]]:
        del at_block, blocks, most
        return {}

    def _realised_since(self, since_ms: int) -> int:
        fills = self._t.fills.values()
        filled = sum(row.realised_wei for row in fills if row.settled_ms >= since_ms)
        corrected = self._t.corrections.values()
        return filled + sum(row.realised_wei for row in corrected if row.at_ms >= since_ms)

    def settle(self, order: Order, moved: Moved, fill: Fill | None, now_ms: int) -> Order:
        after = moved_order(order, moved, now_ms)
        assert after.state in TERMINAL, "only an order that has ended is settled"
        self._t.require_state(order, moved.event)
        if fill is not None:
            self._book(order, fill, now_ms)
        self._t.put(order, after, moved.event)
        return after

    def _book(self, order: Order, fill: Fill, now_ms: int) -> None:
        held = None if order.kind is OrderKind.NOOP else self._open_row(order.intent.pair)
        before = Account() if held is None else held.account
        after = after_fill(before, fill)
        if after.quantity < 0:
            say = "an order sold more than the books hold; nothing was booked"
            raise CorruptError(Code.ERR_LEDGER_MISMATCH, say, order=order.id, held=before.quantity)
        row = _opened(order, now_ms) if held is None else held
        row = replace(row, account=after, closed_ms=now_ms if after.closed else None)
        if held is None and not after.closed:
            position = replace(row.position, id=self._t.ids.time_ordered(now_ms))
            row = replace(row, position=position)
        if row.position.id:
            self._t.positions[row.position.id] = row
        realised_wei = after.realised_wei - before.realised_wei
        self._t.fills[order.id] = FillRow(fill, now_ms, realised_wei, row.position.id or None)
        self._t.moved_wei += fill.native_delta_wei - fill.gas_wei

    def _open_row(self, pair: str) -> PositionRow | None:
        return next(
            (
                row
                for row in self._t.positions.values()
                if row.closed_ms is None and row.position.pair == pair
            ),
            None,
        )

    def positions(self, bot: str, *, only_open: bool) -> tuple[Closed, ...]:
        return tuple(
            _closed(row)
            for row in self._t.positions.values()
            if row.closed_ms is None or not only_open
        )

    def native_moved_wei(self, bot: str) -> int:
        return self._t.moved_wei

    def newest_fills(self, bot: str, most: int) -> tuple[Fill, ...]:
        fills = [row.fill for row in self._t.fills.values()]
        fills.sort(key=lambda fill: (fill.block_number, fill.order_id), reverse=True)
        return tuple(fills[:most])

    def failed_exits(self, bot: str) -> Mapping[str, int]:
        return {
            row.position.id: sum(_failed_exit(order, row) for order in self._t.orders.values())
            for row in self._t.positions.values()
            if row.closed_ms is None
        }

    def baseline(self, bot: str) -> Baseline | None:
        return self._t.baseline

    def set_baseline(self, bot: str, baseline: Baseline, now_ms: int, why: str) -> None:
        self._t.baseline = baseline


def _is_entry(order: Order) -> bool:
    return order.kind is OrderKind.SWAP and order.intent.side is Side.BUY


def _promised_wei(order: Order) -> int:
    intent = order.intent
    return worst_cost_wei(intent) if _is_entry(order) else intent.gas_limit * intent.fee_max_wei


def _failed_exit(order: Order, row: PositionRow) -> bool:
    return (
        order.kind is OrderKind.SWAP
        and order.intent.side is Side.SELL
        and order.state is OrderState.FAILED
        and order.nonce is not None  # a refusal before it was sent says nothing about the token
        and order.intent.pair == row.position.pair
        and order.created_ms >= row.position.opened_ms
    )


def _opened(order: Order, now_ms: int) -> PositionRow:
    """Without an id: one is asked for only when it stays."""
    intent = order.intent
    return PositionRow(Position("", intent.pair, intent.token, 0, 0, now_ms, 0, 0), Account())


def _position(row: PositionRow) -> Position:
    return replace(row.position, quantity=row.account.quantity, cost_wei=row.account.cost_wei)


def _closed(row: PositionRow) -> Closed:
    return Closed(
        position=_position(row),
        symbol=None,
        open=row.closed_ms is None,
        proceeds_wei=row.account.proceeds_wei,
        realised_wei=row.account.realised_wei,
        gas_wei=row.account.gas_wei,
        closed_ms=row.closed_ms,
        exit_reason=row.exit_reason,
    )
