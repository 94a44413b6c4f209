"""Giving out a nonce, signing, and writing the bytes down: one transaction."""

from dataclasses import dataclass, replace

from botctl.core.codes import Code
from botctl.core.errors import LostMoveError
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import Attempt, AttemptKind, Order
from botctl.ports.store import Lease, Moment, Moved, SignNow
from botctl.sim.store.orders import moved_order
from botctl.sim.store.part import Part


@dataclass(frozen=True, slots=True)
class _Under:
    """What a new attempt is made under."""

    lease: Lease
    moment: Moment
    sign_now: SignNow
    kind: AttemptKind


class Signing(Part):
    def sign(
        self,
        order: Order,
        lease: Lease,
        moment: Moment,
        sign_now: SignNow,
        *,
        at: int | None = None,
    ) -> tuple[Order, Attempt]:
        row = self._t.held(lease)
        self._t.require_state(order, OrderEvent.SIGN)
        nonce = max(row.next, moment.chain_nonce) if at is None else at
        self._require_free(lease, nonce)
        if at is not None and not moment.chain_nonce <= at < row.next:
            raise LostMoveError(Code.ERR_MOVE_LOST, "this nonce is no gap", nonce=at)
        after = moved_order(order, Moved(OrderEvent.SIGN), moment.now_ms, nonce)
        attempt = self._attempt(after, _Under(lease, moment, sign_now, AttemptKind.SEND))
        self._t.wallets[order.id] = lease.wallet
        if at is None:
            self._t.nonces[lease.wallet] = replace(row, next=nonce + 1)
        return self._write(order, after, OrderEvent.SIGN, attempt)

    def bump(
        self,
        order: Order,
        lease: Lease,
        moment: Moment,
        sign_now: SignNow,
        *,
        kind: AttemptKind,
    ) -> tuple[Order, Attempt]:
        # Always later than what was seen, so that of two raises that saw the same one is too late.
        at_ms = max(moment.now_ms, order.changed_ms + 1)
        after = moved_order(order, Moved(OrderEvent.BUMP), at_ms)
        self._t.held(lease)
        self._t.require_state(order, OrderEvent.BUMP)
        if self._t.orders[order.id].changed_ms != order.changed_ms:
            raise LostMoveError(Code.ERR_MOVE_LOST, "it was raised meanwhile", order=order.id)
        attempt = self._attempt(after, _Under(lease, moment, sign_now, kind))
        return self._write(order, after, OrderEvent.BUMP, attempt)

    def _require_free(self, lease: Lease, nonce: int) -> None:
        """One order a nonce. Raises ERR_MOVE_LOST."""
        if any(order.nonce == nonce for order in self._t.with_nonce(lease.wallet)):
            raise LostMoveError(Code.ERR_MOVE_LOST, "this nonce is taken", nonce=nonce)

    def _attempt(self, after: Order, under: _Under) -> Attempt:
        assert after.nonce is not None, "only what has a nonce is signed"
        unsigned, signed = under.sign_now(after.nonce)
        assert unsigned.nonce == after.nonce, "what was signed is not what was given out"
        return Attempt(
            order_id=after.id,
            number=len(self._t.attempts.get(after.id, ())) + 1,
            nonce=unsigned.nonce,
            raw=signed.raw,
            hash=signed.hash,
            fee_max_wei=unsigned.fee_max_wei,
            priority_fee_wei=unsigned.priority_fee_wei,
            signed_ms=under.moment.now_ms,
            signed_block=under.moment.block_number,
            kind=under.kind,
            fence=under.lease.fence,
        )

    def _write(
        self, before: Order, after: Order, event: OrderEvent, attempt: Attempt
    ) -> tuple[Order, Attempt]:
        self._t.attempts[after.id] = (*self._t.attempts.get(after.id, ()), attempt)
        self._t.hashes[attempt.hash] = after.id
        self._t.put(before, after, event)
        return after, attempt
