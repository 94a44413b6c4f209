"""Blocks: the head of the chain, and headers by number."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

import msgspec

from botctl.adapters.evm.paging import Plain, ask_all
from botctl.adapters.evm.quantity import hash_of, quantity
from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import RpcFault, fault_error, shaped
from botctl.core.codes import Code
from botctl.core.facts import BlockRef
from botctl.ports.chain import Head

LATEST: Final = "latest"
# In the manner of geth's own suggestion: this percentile of what its recent blocks were paid.
TIP_BLOCKS: Final = 20
TIP_PERCENTILE: Final = 60
TIP_WEI_MIN: Final = 1_000_000  # geth's miners take nothing below it, and quiet blocks tell nothing


class _Block(msgspec.Struct, rename="camel"):
    number: str
    hash: str
    parent_hash: str
    timestamp: str
    base_fee_per_gas: str = "0x0"  # chains without EIP-1559 have none


class _FeeHistory(msgspec.Struct, rename="camel"):
    reward: list[list[str]]  # by block, then by percentile; zero for an empty block


class _Tip:
    """The node's suggestion; of a node that does not offer one, what recent blocks were paid."""

    def __init__(self) -> None:
        self.wei = 0
        self._open: list[Call] = [("eth_maxPriorityFeePerGas", ())]
        self._fell_back = False

    def calls(self) -> list[Call]:
        return self._open

    def take(self, answers: Sequence[object], provider: str) -> None:
        asked, self._open = self._open, []
        for (method, _), answer in zip(asked, answers, strict=True):
            if isinstance(answer, RpcFault):
                self._fall_back(answer, provider, method)
                continue
            with shaped(provider):
                self.wei = _recent_tip_wei(answer) if self._fell_back else quantity(answer)

    def _fall_back(self, fault: RpcFault, provider: str, method: str) -> None:
        error = fault_error(fault, provider=provider, method=method)
        if self._fell_back or error.code is not Code.ERR_RPC_FAULT:
            raise error  # nothing is left to ask, or it is the node's trouble and will pass
        self._fell_back = True
        self._open = [("eth_feeHistory", (hex(TIP_BLOCKS), LATEST, [TIP_PERCENTILE]))]


def _recent_tip_wei(answer: object) -> int:
    """`TIP_PERCENTILE` of the blocks that were paid anything, at least `TIP_WEI_MIN`."""
    history = msgspec.convert(answer, _FeeHistory)
    rewards = map(quantity, chain.from_iterable(history.reward))
    paid = sorted(reward for reward in rewards if reward > 0)
    tip_wei = paid[(len(paid) - 1) * TIP_PERCENTILE // 100] if paid else 0
    return max(tip_wei, TIP_WEI_MIN)


def head(rpc: Rpc) -> Head:
    """One round trip, a second where no tip is suggested. Alone: `sources_*` count this provider."""
    asked, tip = Plain(("eth_chainId", ()), header_call(LATEST)), _Tip()
    ask_all(rpc, asked, tip)
    chain_id, block = asked.answers
    with shaped(rpc.name):
        return Head(
            chain_id=quantity(chain_id),
            block=_known(block_ref(block)),
            provider=rpc.name,
            priority_fee_wei=tip.wei,
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
