"""An account that pays for its place in the block, and the trades that it makes there."""

from typing import Final

from botctl.adapters.devnet import calldata, control
from botctl.adapters.devnet.control import Transaction
from botctl.adapters.devnet.deploy import DemoMarket, Deployment
from botctl.adapters.devnet.outbox import APPROVE_GAS, NEVER_S, SWAP_GAS
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.rpc import Rpc
from botctl.core.units import UINT256_MAX, Address, Hash32

FIRST_WEI: Final = 50 * control.GWEI  # above everybody: mined before them
LAST_WEI: Final = 12 * control.GWEI // 10  # just above the base fee: mined after them
_ROUTER: Final = RouterCalls()


class Villain:
    """Nonces are counted from what the node knows of it, its pool included, at `begin`."""

    def __init__(self, rpc: Rpc, who: Address) -> None:
        self._rpc = rpc
        self.address = who
        self._nonce = 0
        self._approved: set[Address] = set()

    def begin(self) -> None:
        known = self._rpc.call("eth_getTransactionCount", self.address, "pending")
        self._nonce = control.number(known)

    def send(
        self,
        to: Address | None,
        data: str,
        *,
        value_wei: int = 0,
        gas: int = 1_500_000,
        price_wei: int = FIRST_WEI,
    ) -> Hash32:
        return self.send_as(
            Transaction(self.address, self._nonce, data, to, value_wei, gas, price_wei)
        )

    def send_as(self, transaction: Transaction) -> Hash32:
        method, fields = transaction.request()
        sent = Hash32(str(self._rpc.call(method, *fields)))
        self._nonce += 1
        return sent

    def create(self, creation: str) -> Address:
        """A contract; there once the block is mined."""
        where = calldata.created_address(self.address, self._nonce)
        self.send(None, creation)
        return where

    @property
    def next_nonce(self) -> int:
        return self._nonce

    def approve(self, token: Address, spender: Address) -> None:
        if token not in self._approved:
            data = _ROUTER.approve(spender=spender, amount=UINT256_MAX)
            self.send(token, f"0x{data.hex()}", gas=APPROVE_GAS)
            self._approved.add(token)

    def buy(self, on: Deployment, market: DemoMarket, wei: int, *, price_wei: int) -> Hash32:
        data = _ROUTER.buy(
            min_out=0, path=(on.weth, market.token), to=self.address, deadline_s=NEVER_S
        )
        return self.send(
            on.router, f"0x{data.hex()}", value_wei=wei, gas=SWAP_GAS, price_wei=price_wei
        )

    def sell(self, on: Deployment, market: DemoMarket, amount: int, *, price_wei: int) -> Hash32:
        data = _ROUTER.sell(
            amount_in=amount,
            min_out=0,
            path=(market.token, on.weth),
            to=self.address,
            deadline_s=NEVER_S,
        )
        return self.send(on.router, f"0x{data.hex()}", gas=SWAP_GAS, price_wei=price_wei)
