"""eth_call on contracts of ours that exist only for the length of the call (state override)."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from botctl.adapters.evm.rpc import Call
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.facts import BlockRef
from botctl.core.units import Address

CONTRACTS: Final = Path(__file__).parent / "contracts"
NO_ANSWER: Final = "0x"  # what a call to an address without code returns
INVALID_PARAMS: Final = -32602
# How nodes without overrides refuse the parameters that carry them.
REFUSALS: Final = ("too many arguments", "override", "invalid params", "too many params")
NEXT_BLOCK: Final = 1
NEXT_BLOCK_S: Final = 12


class _Artifact(msgspec.Struct):
    runtime: str


@dataclass(frozen=True, slots=True)
class LentCode:
    """`at` is any address nobody uses; `balance_wei` is lent together with the code."""

    at: Address
    code: str = field(repr=False)
    balance_wei: int = 0

    def call(self, calldata: str, block: BlockRef) -> Call:
        return "eth_call", [self._ask(calldata), pinned(block), self._lent()]

    def call_in_next_block(self, calldata: str, block: BlockRef) -> Call:
        """As if mined right after `block`: a token may treat a new block differently."""
        ahead = {
            "number": hex(block.number + NEXT_BLOCK),
            "time": hex(block.timestamp_s + NEXT_BLOCK_S),
        }
        return "eth_call", [self._ask(calldata), pinned(block), self._lent(), ahead]

    def _ask(self, calldata: str) -> dict[str, str]:
        return {"to": self.at, "data": calldata}

    def _lent(self) -> dict[str, dict[str, str]]:
        lent = {"code": self.code}
        if self.balance_wei:
            lent["balance"] = hex(self.balance_wei)
        return {self.at: lent}


@cache
def runtime_code(contract: str) -> str:
    """The deployed bytecode of one of our contracts, as 0x hex."""
    text = (CONTRACTS / f"{contract}.json").read_bytes()
    return msgspec.json.decode(text, type=_Artifact).runtime


def pinned(block: BlockRef) -> dict[str, object]:
    """EIP-1898: by hash, and an error when a reorganisation has taken that block away."""
    return {"blockHash": block.hash, "requireCanonical": True}


def ensure_lent(answer: object, provider: str) -> None:
    """Raises ERR_NODE_NO_OVERRIDE when the node ignored or refused to lend our code."""
    ignored = answer == NO_ANSWER
    refused = isinstance(answer, RpcFault) and (
        answer.code == INVALID_PARAMS or any(word in answer.message.lower() for word in REFUSALS)
    )
    if ignored or refused:
        say = "this node does not lend code to a call; use one that has state overrides"
        said = answer.message if isinstance(answer, RpcFault) else ""
        raise OperatorError(Code.ERR_NODE_NO_OVERRIDE, say, provider=provider, said=said)
