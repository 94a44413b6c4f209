"""After a deep reorganisation: whose block may be gone, and what is to be sent again."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from botctl.core.books import NATIVE, VANISHED, vanished_answer
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Fill, Order
from botctl.core.units import Address
from botctl.ports.wallet_books import WalletBooks
from botctl.sim.store.nonces import has_used_its_nonce
from botctl.sim.store.part import Part


class Reorgs(Part):
    def unanswered_fills(self, bot: str, most: int) -> Sequence[Fill]:
        fills = [row.fill for row in self._t.fills.values()]
        fills.sort(key=lambda fill: (fill.block_number, fill.order_id), reverse=True)
        known = self._t.corrections
        open_ = [f for f in fills if vanished_answer(f.order_id, f.block_hash) not in known]
        return tuple(open_[:most])

    def wallet_books(
        self, bot: str, wallet: Address, also: Collection[Address] = ()
    ) -> WalletBooks | None:
        """Of the one bot there is."""
        first = self._t.baseline
        if first is None:
            return None
        mined = [o for o in self._t.orders.values() if o.state is OrderState.MINED]
        return WalletBooks(
            bots=(bot,),
            baseline_wei=first.balance_wei,
            baseline_block=first.block_number,
            moved_wei=self._t.moved_wei,
            tokens=self._tokens(also),
            newest_fill=max((r.fill.block_number for r in self._t.fills.values()), default=None),
            oldest_mined=min((o.block_number or 0 for o in mined), default=None),
        )

    def ended_from(self, wallet: Address, nonce: int, most: int) -> Sequence[Order]:
        found = [
            order
            for order in self._t.with_nonce(wallet)
            if has_used_its_nonce(order)
            and order.state is not OrderState.REPLACED
            and (order.nonce or 0) >= nonce
        ]
        return tuple(sorted(found, key=lambda order: order.nonce or 0)[:most])

    def _tokens(self, also: Collection[Address]) -> Mapping[Address, int]:
        answers = {
            row.token for key, row in self._t.corrections.items() if key.startswith(VANISHED)
        }
        rows = self._t.positions.values()
        held = {row.position.token for row in rows if row.closed_ms is None}
        tokens = {Address(token) for token in held | answers - {NATIVE}} | {*also}
        found: defaultdict[Address, int] = defaultdict(int, dict.fromkeys(tokens, 0))
        for row in rows:
            if row.position.token in tokens:
                found[row.position.token] += row.account.quantity
        return found
