"""What our wallet could have done at a block that is past, and what a transaction of ours brought."""

from typing import Final

from botctl.adapters.devnet import control
from botctl.adapters.devnet.deploy import DemoMarket, Deployment
from botctl.adapters.devnet.outbox import NEVER_S, SWAP_GAS
from botctl.adapters.evm import abi, selectors
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.gate_simulation import Log, answers
from botctl.adapters.evm.hashing import keccak256
from botctl.adapters.evm.rpc import Rpc
from botctl.core.units import Address, Hash32

# canonical-weth: event Withdrawal(address indexed src, uint wad)
WITHDRAWAL: Final = "0x" + keccak256(b"Withdrawal(address,uint256)").hex()
_ROUTER: Final = RouterCalls()


class Hindsight:
    """One wallet's view; every simulation stands on the state that a block left behind."""

    def __init__(self, rpc: Rpc, on: Deployment, wallet: Address) -> None:
        self._rpc = rpc
        self._on = on
        self._wallet = wallet

    def sale_wei(self, market: DemoMarket, quantity: int, block: int) -> int | None:
        """What selling `quantity` right after `block` would bring; None: it reverts.

        Plain transactions of the wallet, approval and sale, without a bound.
        """
        approve = _ROUTER.approve(spender=self._on.router, amount=quantity)
        sell = _ROUTER.sell(
            amount_in=quantity,
            min_out=0,
            path=(market.token, self._on.weth),
            to=self._wallet,
            deadline_s=NEVER_S,
        )
        calls = [self._call(market.token, approve), self._call(self._on.router, sell)]
        asked = {"blockStateCalls": [{"calls": calls}], "validation": False}
        result = self._rpc.call("eth_simulateV1", asked, hex(block))
        ((approval, sale),) = answers(result, [len(calls)])
        return self._unwrapped(sale.logs) if approval.ok and sale.ok else None

    def bought(self, tx_hash: Hash32, token: Address) -> int | None:
        """Tokens that a buy of ours brought; None: it reverted."""
        topics = [selectors.TRANSFER, None, "0x" + abi.address(self._wallet)]
        logs = self._logs(tx_hash)
        return None if logs is None else _sum(logs, token, topics)

    def sold_wei(self, tx_hash: Hash32) -> int | None:
        """What a sale of ours brought; None: it reverted."""
        logs = self._logs(tx_hash)
        return None if logs is None else self._unwrapped(logs)

    def _logs(self, tx_hash: Hash32) -> list[Log] | None:
        receipt = self._rpc.call("eth_getTransactionReceipt", tx_hash)
        assert isinstance(receipt, dict)
        if receipt["status"] != "0x1":
            return None
        return [Log(log["address"], log["topics"], log["data"]) for log in receipt["logs"]]

    def _unwrapped(self, logs: list[Log]) -> int:
        return _sum(logs, self._on.weth, [WITHDRAWAL])

    def _call(self, to: Address, data: bytes) -> dict[str, str]:
        return {"from": self._wallet, "to": to, "input": f"0x{data.hex()}", "gas": hex(SWAP_GAS)}


def is_mined(rpc: Rpc, tx_hash: Hash32) -> bool:
    """And did not revert."""
    receipt = rpc.call("eth_getTransactionReceipt", tx_hash)
    return isinstance(receipt, dict) and control.number(receipt["status"]) == 1


def _sum(logs: list[Log], emitter: Address, topics: list[str | None]) -> int:
    """Of the amounts in the logs of `emitter` whose topics are those, None standing for any."""
    return sum(
        int(log.data, 16)
        for log in logs
        if log.address.lower() == emitter
        and all(want in (None, has) for want, has in zip(topics, log.topics, strict=False))
    )
