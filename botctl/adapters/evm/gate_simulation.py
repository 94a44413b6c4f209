"""eth_simulateV1: blocks of plain transactions on top of the pinned one, asked and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import msgspec

from botctl.adapters.evm.abi import unhexed
from botctl.adapters.evm.gate_case import Place
from botctl.adapters.evm.lent_code import pinned
from botctl.adapters.evm.quantity import quantity
from botctl.adapters.evm.revert import revert_data, revert_reason
from botctl.adapters.evm.rpc import Call
from botctl.adapters.evm.rpc_errors import printable
from botctl.core.units import Address

# What a person's transaction carries: a limit that a swap's fee is worth, a price above the base fee.
SWAP_GAS: Final = 600_000
TIP_WEI: Final = 10**9
BASE_FEE_ROOM: Final = 2  # the fee cap, in base fees
BASE_FEE_STEPS: Final = 4  # of this part each: a block may raise it by an eighth (EIP-1559)
BASE_FEE_PART: Final = 16
SUCCESS: Final = "0x1"

Lent = Mapping[Address, Mapping[str, str]]  # balances and code, by address


class Log(msgspec.Struct):
    address: str
    topics: list[str]
    data: str


class _Error(msgspec.Struct):
    message: str = ""
    data: object = None


class Answer(msgspec.Struct, rename="camel"):
    """Of one transaction."""

    status: str
    return_data: str
    gas_used: str
    logs: list[Log] = []
    error: _Error | None = None

    @property
    def ok(self) -> bool:
        return self.status == SUCCESS

    @property
    def gas(self) -> int:
        return quantity(self.gas_used)

    @property
    def data(self) -> bytes:
        return unhexed(self.return_data)

    @property
    def reason(self) -> str:
        """Why it reverted. Never raises for what a token wrote."""
        data = revert_data(self.return_data) or revert_data(self.error.data if self.error else None)
        if not data and self.error is not None:
            return printable(self.error.message)
        return revert_reason(data)

    def number(self) -> int | None:
        """The last word of what it returned; None where it failed or returned too little."""
        data = self.data
        return (
            int.from_bytes(data[-32:], "big") if self.ok and len(data) >= len(bytes(32)) else None
        )


class _Block(msgspec.Struct):
    calls: list[Answer]


@dataclass(frozen=True, slots=True)
class Tx:
    sender: Address
    to: Address
    data: str
    value_wei: int = 0
    gas: int = SWAP_GAS


@dataclass(frozen=True, slots=True)
class SimBlock:
    """`blocks` and `seconds` after the pinned one."""

    blocks: int
    seconds: int
    txs: Sequence[Tx]
    lent: Lent = field(default_factory=dict)
    producer: Address | None = None  # None: that of the pinned block


def simulated(place: Place, blocks: Sequence[SimBlock], *, is_validated: bool = True) -> Call:
    """Validated, each transaction is what a node would accept: nonces, fees and funds."""
    asked = {
        "blockStateCalls": [_block(place, each) for each in blocks],
        "validation": is_validated,
    }
    return "eth_simulateV1", [asked, pinned(place.block)]


def answers(result: object, counts: Sequence[int]) -> list[list[Answer]]:
    """By block, those that were asked for: `counts` transactions each. Raises ValueError.

    A node may fill the gaps between with blocks of its own, which are empty.
    """
    found = [each.calls for each in msgspec.convert(result, list[_Block]) if each.calls]
    if [len(calls) for calls in found] != list(counts):
        raise ValueError("not one answer a transaction")
    return found


def wallet(place: Place, token: Address, index: int) -> Address:
    """An address that nobody has used; another for each token, block and index."""
    made_from = f"{place.block.hash}{token}{index}".encode() + place.salt
    return Address("0x" + sha256(made_from).hexdigest()[:40])


def fee_wei(place: Place, gas: int = SWAP_GAS) -> int:
    """The most that one transaction may cost."""
    return gas * _price_wei(place)


def _block(place: Place, asked: SimBlock) -> dict[str, object]:
    return {
        "blockOverrides": {
            "number": hex(place.block.number + asked.blocks),
            "time": hex(place.block.timestamp_s + asked.seconds),
            "feeRecipient": asked.producer or place.producer,
            "baseFeePerGas": hex(_base_fee_wei(place, asked.blocks)),
            "prevRandao": "0x" + sha256(f"{place.block.hash}{asked.blocks}".encode()).hexdigest(),
        },
        "stateOverrides": asked.lent,
        "calls": [_tx(place, tx) for tx in asked.txs],
    }


def _tx(place: Place, tx: Tx) -> dict[str, str]:
    return {
        "from": tx.sender,
        "to": tx.to,
        "input": tx.data,
        "value": hex(tx.value_wei),
        "gas": hex(tx.gas),
        "maxFeePerGas": hex(_price_wei(place)),
        "maxPriorityFeePerGas": hex(TIP_WEI),
    }


def _base_fee_wei(place: Place, blocks: int) -> int:
    """Never twice the same, as on a chain, and well below what the transactions may cost."""
    base_wei = place.block.base_fee_wei
    return base_wei + base_wei * (blocks % BASE_FEE_STEPS) // BASE_FEE_PART + blocks


def _price_wei(place: Place) -> int:
    return BASE_FEE_ROOM * place.block.base_fee_wei + TIP_WEI
