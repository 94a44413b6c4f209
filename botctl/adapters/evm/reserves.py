"""Only the reserves of some pairs at one block: the second provider's word before money moves."""

from collections.abc import Sequence
from typing import Final

from botctl.adapters.evm.abi import unhexed
from botctl.adapters.evm.lent_code import pinned
from botctl.adapters.evm.rpc import Rpc
from botctl.adapters.evm.rpc_errors import RpcFault, fault_error, shaped
from botctl.core.codes import Code
from botctl.core.facts import BlockRef
from botctl.core.units import Address

GET_RESERVES: Final = "0x0902f1ac"  # UniswapV2Pair: getReserves() -> (uint112, uint112, uint32)
WORD: Final = 32
BYTES: Final = 3 * WORD

Reserves = tuple[int, int] | None


def reserves(rpc: Rpc, pairs: Sequence[Address], at: BlockRef) -> tuple[Reserves, ...]:
    """(reserve0, reserve1) of each; None for a pair that does not answer as one. One round trip."""
    where = pinned(at)
    answers = rpc.batch([("eth_call", ({"to": p, "data": GET_RESERVES}, where)) for p in pairs])
    with shaped(rpc.name):
        return tuple(_reserves(answer, rpc.name) for answer in answers)


def _reserves(answer: object, provider: str) -> Reserves:
    if isinstance(answer, RpcFault):
        error = fault_error(answer, provider=provider)
        if error.code is not Code.ERR_RPC_FAULT:
            raise error  # the node's trouble, or it does not have this block
        return None
    data = unhexed(answer)
    if len(data) != BYTES:
        return None
    return int.from_bytes(data[:WORD], "big"), int.from_bytes(data[WORD : 2 * WORD], "big")
