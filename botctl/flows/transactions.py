"""From an order to the transaction that carries it out, raises its fee, or takes its nonce."""

from botctl.core.intent import Intent, Side
from botctl.core.orders import AttemptKind, Order, OrderKind, SignedTx, UnsignedTx
from botctl.core.quotes import BASE_FEE_HEADROOM
from botctl.core.replacement import CANCEL_GAS, Fees
from botctl.core.units import Address
from botctl.ports.chain import Head, Signer
from botctl.ports.runtime import Runtime
from botctl.ports.store import Lease, SignNow


def suggested_fees(head: Head) -> Fees:
    """Room for six full blocks over the tip; the tip is part of the whole (EIP-1559)."""
    priority = head.priority_fee_wei
    return Fees(BASE_FEE_HEADROOM * head.block.base_fee_wei + priority, priority)


def sign_now(
    rt: Runtime,
    order: Order,
    fees: Fees,
    signer: Signer,
    lease: Lease,
    kind: AttemptKind = AttemptKind.SEND,
) -> SignNow:
    """Signs `order`, or the cancel of it, for whatever nonce the authority gives out."""

    def sign(nonce: int) -> tuple[UnsignedTx, SignedTx]:
        unsigned = unsigned_tx(rt, order, fees, nonce, kind)
        return unsigned, signer.sign(unsigned, fence=lease.fence)

    return sign


def unsigned_tx(
    rt: Runtime, order: Order, fees: Fees, nonce: int, kind: AttemptKind = AttemptKind.SEND
) -> UnsignedTx:
    nothing = kind is AttemptKind.CANCEL or order.kind is OrderKind.NOOP
    to, value, data = (rt.identity.wallet, 0, b"") if nothing else _call(rt, order)
    return UnsignedTx(
        chain_id=rt.policy.venue.chain_id,
        nonce=nonce,
        to=to,
        value_wei=value,
        data=data,
        gas_limit=CANCEL_GAS if nothing else order.intent.gas_limit,
        fee_max_wei=fees.fee_max_wei,
        priority_fee_wei=fees.priority_fee_wei,
    )


def _call(rt: Runtime, order: Order) -> tuple[Address, int, bytes]:
    intent, venue = order.intent, rt.policy.venue
    if order.kind is OrderKind.APPROVE:
        return intent.token, 0, rt.calls.approve(spender=venue.router, amount=intent.amount_in)
    if intent.side is Side.BUY:
        return venue.router, intent.amount_in, _buy(rt, intent)
    return venue.router, 0, _sell(rt, intent)


def _buy(rt: Runtime, intent: Intent) -> bytes:
    return rt.calls.buy(
        min_out=intent.min_out,
        path=(rt.policy.venue.native, intent.token),
        to=rt.identity.wallet,
        deadline_s=intent.deadline_s,
    )


def _sell(rt: Runtime, intent: Intent) -> bytes:
    return rt.calls.sell(
        amount_in=intent.amount_in,
        min_out=intent.min_out,
        path=(intent.token, rt.policy.venue.native),
        to=rt.identity.wallet,
        deadline_s=intent.deadline_s,
    )
