"""The nonce authority's row: leases with a fencing token, and the counter."""

from dataclasses import replace

from botctl.core.codes import Code
from botctl.core.errors import LostMoveError
from botctl.core.lifecycle import TERMINAL, OrderState
from botctl.core.nonces import Slot
from botctl.core.orders import Order
from botctl.core.units import Address
from botctl.ports.store import Lease, NonceRow
from botctl.sim.store.part import Part

ON_CHAIN = frozenset({OrderState.CONFIRMED, OrderState.CANCELED, OrderState.REPLACED})


class Nonces(Part):
    def nonce(self, wallet: Address) -> NonceRow | None:
        return self._t.nonces.get(wallet)

    def lease(
        self, wallet: Address, *, holder: str, chain_nonce: int, now_ms: int, ttl_ms: int
    ) -> Lease | None:
        row = self._t.nonces.get(wallet) or NonceRow(chain_nonce, "", 0, 0)
        if row.holder not in {"", holder} and row.until_ms > now_ms:
            return None
        fence = row.fence + (row.holder != holder)
        row = replace(row, holder=holder, fence=fence, until_ms=now_ms + ttl_ms)
        self._t.nonces[wallet] = row
        self._t.history.add("lease", holder, fence)
        return Lease(self._t.chain_id, wallet, holder, fence, row.until_ms)

    def release(self, lease: Lease) -> None:
        row = self._t.nonces[lease.wallet]
        if (row.fence, row.holder) == (lease.fence, lease.holder):
            self._t.nonces[lease.wallet] = replace(row, holder="", until_ms=0)

    def slots(self, wallet: Address) -> tuple[Slot, ...]:
        found = sorted(
            (order for order in self._t.with_nonce(wallet) if order.state not in TERMINAL),
            key=lambda order: order.nonce or 0,
        )
        return tuple(
            Slot(
                order.nonce or 0,
                order.id,
                self._t.bot,
                order.state,
                tuple(attempt.hash for attempt in self._t.attempts[order.id]),
            )
            for order in found
        )

    def settled_next(self, wallet: Address) -> int:
        ended = (o.nonce or 0 for o in self._t.with_nonce(wallet) if has_used_its_nonce(o))
        return max(ended, default=-1) + 1

    def set_next(self, lease: Lease, *, expected: int, to: int, now_ms: int, why: str) -> None:
        row = self._t.held(lease)
        given_out = any((o.nonce or 0) >= to for o in self._t.with_nonce(lease.wallet))
        if row.next != expected or given_out:
            raise LostMoveError(
                Code.ERR_MOVE_LOST, "the nonce counter has moved", expected=expected, next=row.next
            )
        self._t.nonces[lease.wallet] = replace(row, next=to)
        self._t.history.add("counter", expected, to)


def has_used_its_nonce(order: Order) -> bool:
    """A FAILED one only when it was mined."""
    mined = order.state is OrderState.FAILED and order.block_number is not None
    return mined or order.state in ON_CHAIN
