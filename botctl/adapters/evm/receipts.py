"""Receipts and pool entries of our own transactions."""

import msgspec

from botctl.adapters.evm.events import log_of, transfer
from botctl.adapters.evm.logs import decoded
from botctl.adapters.evm.quantity import hash_of, quantity
from botctl.core.orders import Receipt


class _Wire(msgspec.Struct, rename="camel"):
    transaction_hash: str
    block_number: str
    block_hash: str
    status: str
    gas_used: str
    effective_gas_price: str
    logs: list[object]


def receipt_of(answer: object) -> Receipt | None:
    """None: not mined. Raises ValueError for a receipt of the wrong shape."""
    if answer is None:
        return None
    wire = msgspec.convert(answer, _Wire)
    status = quantity(wire.status)
    if status not in (0, 1):
        raise ValueError("a status that is neither success nor failure")
    return Receipt(
        tx_hash=hash_of(wire.transaction_hash),
        block_number=quantity(wire.block_number),
        block_hash=hash_of(wire.block_hash),
        ok=status == 1,
        gas_used=quantity(wire.gas_used),
        gas_price_wei=quantity(wire.effective_gas_price),
        transfers=tuple(decoded([log_of(log) for log in wire.logs], transfer)),
    )
