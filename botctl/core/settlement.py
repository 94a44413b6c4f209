"""What a mined transaction did to the wallet, read from its receipt alone, and what it should have."""

from collections.abc import Sequence

from botctl.core.intent import Side
from botctl.core.orders import AttemptKind, Fill, Order, OrderKind, Receipt
from botctl.core.units import Address


def fill_of(
    order: Order,
    receipt: Receipt,
    *,
    kind: AttemptKind = AttemptKind.SEND,
    wallet: Address,
    native: Address,
    router: Address,
) -> Fill:
    """The fill of a buried receipt; a reverted one and a cancel moved nothing but gas.

    A sell's native is what the pair paid the router in wrapped native: the router unwraps exactly
    that (UniswapV2Router02, swapExactTokensForETHSupportingFeeOnTransferTokens).
    """
    token, native_delta = 0, 0
    if receipt.ok and order.kind is OrderKind.SWAP and kind is not AttemptKind.CANCEL:
        token = _moved(receipt, order.intent.token, wallet)
        if order.intent.side is Side.BUY:
            native_delta = -order.intent.amount_in
        else:
            native_delta = _received(receipt, native, router)
    return Fill(
        order_id=order.id,
        kind=order.kind,
        token=order.intent.token,
        token_delta=token,
        native_delta_wei=native_delta,
        gas_wei=receipt.gas_used * receipt.gas_price_wei,
        block_number=receipt.block_number,
        block_hash=receipt.block_hash,
    )


def _moved(receipt: Receipt, token: Address, wallet: Address) -> int:
    """Net tokens into `wallet` by the Transfer logs; signed."""
    return sum(
        amount * ((to == wallet) - (source == wallet))
        for logged, source, to, amount in receipt.transfers
        if logged == token
    )


def _received(receipt: Receipt, token: Address, who: Address) -> int:
    return sum(
        amount for logged, _, to, amount in receipt.transfers if logged == token and to == who
    )


def broken_expectation(order: Order, fill: Fill) -> str | None:
    """What a successful swap must have done and did not; None when it kept its word."""
    intent = order.intent
    if order.kind is not OrderKind.SWAP:
        return None
    if intent.side is Side.BUY and fill.token_delta < intent.min_out:
        return f"received {fill.token_delta} tokens, the bound was {intent.min_out}"
    if intent.side is Side.SELL and fill.native_delta_wei < intent.min_out:
        return f"received {fill.native_delta_wei} wei, the bound was {intent.min_out}"
    if intent.side is Side.SELL and fill.token_delta != -intent.amount_in:
        return f"{-fill.token_delta} tokens left the wallet, {intent.amount_in} were sold"
    return None


def is_native_as_promised(order: Order, fill: Fill) -> bool:
    """Whether what broke its word, if anything, is the token's own account of itself: the pair and the
    wrapped coin tell what a sale brought, and no token can lie about that.
    """
    return order.intent.side is Side.BUY or fill.native_delta_wei >= order.intent.min_out


def native_moved_wei(fills: Sequence[Fill]) -> int:
    """The native effect of fills, gas included; signed."""
    return sum(fill.native_delta_wei - fill.gas_wei for fill in fills)
