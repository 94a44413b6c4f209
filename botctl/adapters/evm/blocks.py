"""Blocks: the head of the chain, and headers by number."""

from collections.abc import Sequence
from typing import Final

import msgspec

from botctl.adapters.evm.paging import Plain, ask_all
from botctl.adapters.evm.quantity import hash_of, quantity
from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import shaped
from botctl.core.facts import BlockRef
from botctl.ports.chain import Head

LATEST: Final = "latest"


class _Block(msgspec.Struct, rename="camel"):
    number: str
    hash: str
    parent_hash: str
    timestamp: str
    base_fee_per_gas: str = "0x0"  # chains without EIP-1559 have none


def head(rpc: Rpc) -> Head:
    """One round trip. Alone: `sources_*` count this provider."""
    asked = Plain(("eth_chainId", ()), header_call(LATEST), ("eth_maxPriorityFeePerGas", ()))
    ask_all(rpc, asked)
    chain_id, block, priority_fee = asked.answers
    with shaped(rpc.name):
        return Head(
            chain_id=quantity(chain_id),
            block=_known(block_ref(block)),
            provider=rpc.name,
            priority_fee_wei=quantity(priority_fee),
            sources_configured=1,
            sources_agreeing=1,
        )


def headers(rpc: Rpc, numbers: Sequence[int]) -> tuple[BlockRef | None, ...]:
    """None for a number above the head."""
    asked = Plain(*(header_call(hex(number)) for number in numbers))
    ask_all(rpc, asked)
    with shaped(rpc.name):
        return tuple(block_ref(answer) for answer in asked.answers)


def header_call(tag: str) -> Call:
    return "eth_getBlockByNumber", (tag, False)


def block_ref(answer: object) -> BlockRef | None:
    if answer is None:
        return None
    block = msgspec.convert(answer, _Block)
    return BlockRef(
        number=quantity(block.number),
        hash=hash_of(block.hash),
        parent=hash_of(block.parent_hash),
        timestamp_s=quantity(block.timestamp),
        base_fee_wei=quantity(block.base_fee_per_gas),
    )


def _known(block: BlockRef | None) -> BlockRef:
    if block is None:
        raise ValueError("a chain without a head")
    return block
