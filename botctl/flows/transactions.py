"""From an order to the transaction that carries it out."""

from botctl.core.intent import Intent, Side
from botctl.core.orders import Order, OrderKind, SignedTx, UnsignedTx
from botctl.core.quotes import BASE_FEE_HEADROOM
from botctl.core.units import Address
from botctl.ports.chain import Head, Signer
from botctl.ports.runtime import Runtime
from botctl.ports.store import SignNow


def sign_now(rt: Runtime, order: Order, head: Head, signer: Signer) -> SignNow:
    """Signs `order` for whatever nonce the authority gives out."""

    def sign(nonce: int) -> tuple[UnsignedTx, SignedTx]:
        unsigned = unsigned_tx(rt, order, head, nonce)
        return unsigned, signer.sign(unsigned)

    return sign


def unsigned_tx(rt: Runtime, order: Order, head: Head, nonce: int) -> UnsignedTx:
    """Fees: room for six full blocks over the tip; the tip never above the whole (EIP-1559)."""
    fee_max = BASE_FEE_HEADROOM * head.block.base_fee_wei + head.priority_fee_wei
    to, value, data = _call(rt, order)
    return UnsignedTx(
        chain_id=rt.policy.venue.chain_id,
        nonce=nonce,
        to=to,
        value_wei=value,
        data=data,
        gas_limit=order.intent.gas_limit,
        fee_max_wei=fee_max,
        priority_fee_wei=head.priority_fee_wei,
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
