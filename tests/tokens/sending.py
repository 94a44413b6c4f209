"""Many transactions of one account in one block, each with its own outcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from botctl.adapters.devnet import control
from botctl.adapters.devnet.control import Transaction
from botctl.adapters.evm.rpc import Rpc
from botctl.core.units import Address

BLOCK_S: Final = 12
TRADE_GAS: Final = 600_000  # what the product pays for at most (`risk.gas_max`)
BLOCK_GAS: Final = 30_000_000
MINED_MAX: Final = 50  # blocks a call: with many tokens a block takes long
CROWDED_GAS: Final = 4_000_000_000  # room for every token's transaction in one block


@dataclass(frozen=True, slots=True)
class Step:
    """A transaction but for who sends it; to nobody, it creates a contract."""

    to: Address | None
    data: str
    value_wei: int = 0


def send(
    rpc: Rpc,
    sender: Address,
    steps: Sequence[Step],
    *,
    gas: int = TRADE_GAS,
    after_s: int = BLOCK_S,
    base_fee_wei: int = control.BASE_FEE_WEI,
) -> list[bool]:
    """Mines them in this order in a block `after_s` later; whether each one succeeded."""
    nonce = control.nonce(rpc, sender)
    requests = [
        Transaction(sender, nonce + i, step.data, step.to, step.value_wei, gas).request()
        for i, step in enumerate(steps)
    ]
    rpc.call("evm_setBlockGasLimit", hex(CROWDED_GAS))
    hashes = control.all_of(rpc, requests)
    control.mine_at(rpc, control.head(rpc).timestamp_s + after_s, base_fee_wei)
    rpc.call("evm_setBlockGasLimit", hex(BLOCK_GAS))
    return list(_succeeded(rpc, hashes))


def send_all(rpc: Rpc, sender: Address, steps: Sequence[Step], *, gas: int = TRADE_GAS) -> None:
    """Raises AssertionError where one of them fails."""
    outcomes = send(rpc, sender, steps, gas=gas)
    failed = [index for index, ok in enumerate(outcomes) if not ok]
    assert failed == [], f"transactions {failed} of {len(steps)} failed"


def wait(rpc: Rpc, *, blocks: int, seconds: int) -> None:
    """At least this many blocks, ending at least this much later."""
    for done in range(0, blocks - 1, MINED_MAX):
        rpc.call("anvil_mine", hex(min(blocks - 1 - done, MINED_MAX)), hex(1))
    if blocks or seconds:
        control.mine_at(rpc, control.head(rpc).timestamp_s + max(seconds, BLOCK_S))


def _succeeded(rpc: Rpc, hashes: Iterable[object]) -> Iterable[bool]:
    for receipt in control.all_of(rpc, [("eth_getTransactionReceipt", (h,)) for h in hashes]):
        assert isinstance(receipt, dict), "a transaction was not mined"
        yield control.number(receipt["status"]) == 1
