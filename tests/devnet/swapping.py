"""Real swaps through the deployed router, and what each of them really brought."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from botctl.adapters.devnet import calldata, control
from botctl.adapters.devnet.control import Transaction
from botctl.adapters.devnet.deploy import DemoMarket
from botctl.adapters.evm import abi
from botctl.adapters.evm.hashing import keccak256
from botctl.adapters.evm.rpc import Call
from botctl.core.units import UINT256_MAX, Address
from tests.support.chain import Chain

BLOCK_S: Final = 12
RICH_WEI: Final = 10**27
DEADLINE_S: Final = 2**40
BUY: Final = "swapExactETHForTokensSupportingFeeOnTransferTokens(uint256,address[],address,uint256)"
SELL: Final = (
    "swapExactTokensForETHSupportingFeeOnTransferTokens(uint256,uint256,address[],address,uint256)"
)
TRANSFER: Final = "0x" + keccak256(b"Transfer(address,address,uint256)").hex()
WITHDRAWAL: Final = "0x" + keccak256(b"Withdrawal(address,uint256)").hex()


class Trade(NamedTuple):
    is_buy: bool
    amount: int  # wei of a buy, smallest token units of a sell


class Trader:
    """One account on one market; it holds what it was given at launch, and money without end."""

    def __init__(self, chain: Chain, market: DemoMarket) -> None:
        self._chain, self._market = chain, market
        self.account = control.accounts(chain.rpc)[1]
        control.set_balance(chain.rpc, self.account, RICH_WEI)
        router = abi.address(chain.deployment.router)
        approve = calldata.call("approve(address,uint256)", router, abi.uint(UINT256_MAX))
        self._mined([(market.token, 0, approve)])

    def reserves(self) -> tuple[int, int]:
        """Of the token and of the quote, as the pair stores them."""
        ask = {"to": self._market.pair, "data": calldata.call("getReserves()")}
        raw = abi.unhexed(self._chain.rpc.call("eth_call", ask, "latest"))
        two = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big")
        return two if self._market.token < self._chain.deployment.weth else two[::-1]

    def held(self) -> int:
        return control.balance_of(self._chain.rpc, self._market.token, self.account)

    def received(self, trades: Sequence[Trade]) -> list[int | None]:
        """One block with all of them: what each brought the trader; None for a revert."""
        receipts = self._mined([self._call(trade) for trade in trades])
        return [
            self._brought(trade, receipt) if receipt["status"] == "0x1" else None
            for trade, receipt in zip(trades, receipts, strict=True)
        ]

    def _call(self, trade: Trade) -> tuple[Address, int, str]:
        deployment, token = self._chain.deployment, self._market.token
        path = calldata.addresses(
            (deployment.weth, token) if trade.is_buy else (token, deployment.weth)
        )
        tail = (path, abi.address(self.account), abi.uint(DEADLINE_S))
        if trade.is_buy:
            return deployment.router, trade.amount, calldata.call(BUY, abi.uint(0), *tail)
        sell = calldata.call(SELL, abi.uint(trade.amount), abi.uint(0), *tail)
        return deployment.router, 0, sell

    def _mined(self, calls: Sequence[tuple[Address, int, str]]) -> list[dict[str, object]]:
        rpc = self._chain.rpc
        nonce = control.nonce(rpc, self.account)
        requests: list[Call] = [
            Transaction(self.account, nonce + i, data, to=to, value_wei=wei).request()
            for i, (to, wei, data) in enumerate(calls)
        ]
        hashes = control.all_of(rpc, requests)
        control.mine_at(rpc, control.head(rpc).timestamp_s + BLOCK_S)
        found = control.all_of(rpc, [("eth_getTransactionReceipt", [one]) for one in hashes])
        assert all(isinstance(one, dict) for one in found)
        return [one for one in found if isinstance(one, dict)]

    def _brought(self, trade: Trade, receipt: dict[str, object]) -> int:
        """Tokens that arrived at the account; or the ether that the router unwrapped for it."""
        logs = receipt["logs"]
        assert isinstance(logs, list)
        if not trade.is_buy:
            [unwrapped] = [log for log in logs if log["topics"][0] == WITHDRAWAL]
            return control.number(unwrapped["data"])
        to_us = "0x" + abi.address(self.account)
        return sum(
            control.number(log["data"])
            for log in logs
            if log["address"] == self._market.token
            and log["topics"][0] == TRANSFER
            and log["topics"][2] == to_us
        )
