"""What only a test node can do: mine now and at a given time, give money, go back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from botctl.adapters.devnet import calldata
from botctl.adapters.evm import abi
from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.facts import BlockRef
from botctl.core.units import Address, Hash32

GWEI: Final = 10**9
BASE_FEE_WEI: Final = GWEI
# Well above the base fee that `mine_at` sets.
GAS_PRICE_WEI: Final = 3 * GWEI


@dataclass(frozen=True, slots=True)
class Transaction:
    """Sent from an unlocked account. Nonce, gas and price are given, so the node looks nothing up."""

    sender: Address
    nonce: int
    data: str
    to: Address | None = None  # None creates a contract
    value_wei: int = 0
    gas: int = 500_000
    gas_price_wei: int = GAS_PRICE_WEI  # the dearest are mined first

    def request(self) -> Call:
        fields = {
            "from": self.sender,
            "nonce": hex(self.nonce),
            "gas": hex(self.gas),
            "gasPrice": hex(self.gas_price_wei),
            "value": hex(self.value_wei),
            "data": self.data,
        }
        return "eth_sendTransaction", [fields | ({"to": self.to} if self.to else {})]


def accounts(rpc: Rpc) -> tuple[Address, ...]:
    """The node's unlocked, funded accounts."""
    found = rpc.call("eth_accounts")
    assert isinstance(found, list)
    return tuple(Address(str(each).lower()) for each in found)


def head(rpc: Rpc) -> BlockRef:
    block = rpc.call("eth_getBlockByNumber", "latest", False)
    assert isinstance(block, dict)
    return BlockRef(
        number=number(block["number"]),
        hash=Hash32(str(block["hash"])),
        parent=Hash32(str(block["parentHash"])),
        timestamp_s=number(block["timestamp"]),
        base_fee_wei=number(block["baseFeePerGas"]),
    )


def nonce(rpc: Rpc, who: Address) -> int:
    return number(rpc.call("eth_getTransactionCount", who, "latest"))


def code(rpc: Rpc, where: Address) -> bytes:
    return abi.unhexed(rpc.call("eth_getCode", where, "latest"))


def balance_of(rpc: Rpc, token: Address, who: Address, at: int | None = None) -> int:
    """Of a token, by a plain call to it; at the end of block `at`, or now."""
    ask = {"to": token, "data": calldata.call("balanceOf(address)", abi.address(who))}
    where = "latest" if at is None else hex(at)
    return int.from_bytes(abi.unhexed(rpc.call("eth_call", ask, where)), "big")


def timestamp_s(rpc: Rpc, block: int) -> int:
    found = rpc.call("eth_getBlockByNumber", hex(block), False)
    assert isinstance(found, dict)
    return number(found["timestamp"])


def number(quantity: object) -> int:
    """A JSON-RPC quantity."""
    assert isinstance(quantity, str)
    return int(quantity, 16)


def all_of(rpc: Rpc, calls: Sequence[Call]) -> list[object]:
    """A batch in which every call must succeed."""
    results = rpc.batch(calls)
    for result, (method, _) in zip(results, calls, strict=True):
        if isinstance(result, RpcFault):
            raise TransientError(Code.ERR_DEVNET_FAILED, result.message, method=method)
    return results


def mine_at(rpc: Rpc, timestamp_s: int, base_fee_wei: int = BASE_FEE_WEI) -> None:
    """Mine one block with what is in the pool, at this time and price; it is there on return."""
    rpc.call("anvil_setNextBlockBaseFeePerGas", hex(base_fee_wei))
    rpc.call("evm_mine", {"timestamp": timestamp_s, "blocks": 1})


def set_balance(rpc: Rpc, who: Address, wei: int) -> None:
    rpc.call("anvil_setBalance", who, hex(wei))


def snapshot(rpc: Rpc) -> str:
    return str(rpc.call("evm_snapshot"))


def revert(rpc: Rpc, snapshot_id: str) -> None:
    """Back to a snapshot, which is used up by it. Safe only because nothing here mines by itself."""
    if rpc.call("evm_revert", snapshot_id) is not True:
        raise TransientError(Code.ERR_DEVNET_FAILED, "no such snapshot", snapshot=snapshot_id)
