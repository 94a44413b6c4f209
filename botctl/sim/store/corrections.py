"""Changes of the books that no order made: what the chain says, and what can never be sold."""

from collections.abc import Sequence
from dataclasses import replace

from botctl.core.accounting import Account, after_fill
from botctl.core.books import NATIVE, Position
from botctl.core.codes import Code
from botctl.core.errors import LostMoveError
from botctl.core.orders import Fill, OrderKind
from botctl.core.units import Address, Hash32, OrderId
from botctl.ports.store import Correction
from botctl.sim.store.part import Part
from botctl.sim.store.tables import CorrectionRow, PositionRow


class Corrections(Part):
    def write_off(self, position_id: str, reason: str, now_ms: int) -> bool:
        """The quantity stays: it says what was given up."""
        row = self._t.positions.get(position_id)
        if row is None or row.closed_ms is not None or self._has_live_order(row):
            return False
        lost_wei = row.account.cost_wei
        account = replace(row.account, cost_wei=0, realised_wei=row.account.realised_wei - lost_wei)
        closed = replace(row, account=account, closed_ms=now_ms, exit_reason=reason)
        self._t.positions[position_id] = closed
        self._t.corrections[f"write_off:{position_id}"] = CorrectionRow(-lost_wei, now_ms, "")
        return True

    def correct(self, corrections: Sequence[Correction], now_ms: int, why: str) -> int:
        new = [one for one in corrections if one.id not in self._t.corrections]
        new.sort(key=lambda one: (one.token != NATIVE, one.token, one.id))
        changed = [row for one in new if one.token != NATIVE for row in self._moved(one, now_ms)]
        for one in new:
            self._t.corrections[one.id] = CorrectionRow(0, now_ms, one.token)
            if one.token == NATIVE:
                self._t.moved_wei += one.chain - one.ledger
        for row, account in changed:
            self._rebook(row, account, now_ms, why)
        return len(new)

    def _moved(self, one: Correction, now_ms: int) -> list[tuple[PositionRow, Account]]:
        """What is missing is missing from the oldest position first. Raises ERR_MOVE_LOST."""
        difference, moved = one.chain - one.ledger, list[tuple[PositionRow, Account]]()
        if difference == 0:
            return []  # an answer, which books nothing
        held = self._of_token(one.token) or self._found(one.token, difference, now_ms)
        for row in held:
            part = difference if difference >= 0 else -min(-difference, row.account.quantity)
            moved.append((row, after_fill(row.account, _no_money(row, part))))
            difference -= part
        if difference or not held:
            raise LostMoveError(
                Code.ERR_MOVE_LOST, "the books no longer hold this", correction=one.id
            )
        return moved

    def _found(self, token: str, difference: int, now_ms: int) -> list[PositionRow]:
        """A position for tokens that were never held: an order of ours says where they are traded."""
        orders = [order for order in self._t.orders.values() if order.intent.token == token]
        if difference < 0 or not orders:
            return []
        newest = max(orders, key=lambda order: (order.created_ms, order.id)).intent
        key = self._t.ids.time_ordered(now_ms)
        empty = Position(key, newest.pair, newest.token, 0, 0, now_ms, 0, 0)
        return [PositionRow(empty, Account())]

    def _of_token(self, token: str) -> list[PositionRow]:
        """The open ones, oldest first; when there is none, the newest closed one: it opens again."""
        found = [row for row in self._t.positions.values() if row.position.token == token]
        found.sort(key=lambda row: (row.position.opened_ms, row.position.id))
        return [row for row in found if row.closed_ms is None] or found[-1:]

    def _rebook(self, row: PositionRow, account: Account, now_ms: int, why: str) -> None:
        after = replace(row, account=account)
        if account.quantity > row.account.quantity:
            after = replace(after, closed_ms=None, exit_reason="")
        if account.closed:
            after = replace(after, closed_ms=now_ms, exit_reason=why)
        self._t.positions[row.position.id] = after
        realised_wei = account.realised_wei - row.account.realised_wei
        self._t.corrections[f"{row.position.id}@{now_ms}"] = CorrectionRow(realised_wei, now_ms, "")

    def _has_live_order(self, row: PositionRow) -> bool:
        return any(order.intent.pair == row.position.pair for order in self._t.open_orders())


def _no_money(row: PositionRow, tokens: int) -> Fill:
    token = Address(row.position.token)
    return Fill(OrderId(""), OrderKind.SWAP, token, tokens, 0, 0, 0, Hash32(""))
