"""Turns the crowd's trades into the transactions of one block."""

from collections.abc import Mapping
from typing import Final

from botctl.adapters.devnet import calldata, control
from botctl.adapters.devnet.control import Transaction
from botctl.adapters.devnet.deploy import DemoMarket, Deployment
from botctl.adapters.evm import abi
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.rpc import Rpc
from botctl.core.units import UINT256_MAX, Address

SWAP_GAS: Final = 400_000
APPROVE_GAS: Final = 100_000
PULL_GAS: Final = 600_000
NEVER_S: Final = 2**63  # a deadline
_ROUTER: Final = RouterCalls()
_PULL: Final = (
    "removeLiquidityETHSupportingFeeOnTransferTokens"
    "(address,uint256,uint256,uint256,address,uint256)"
)


def pull_data(who: Address, market: DemoMarket, lp: int) -> str:
    """Calldata for the router: all that `lp` stands for, whatever it is."""
    words = (abi.address(market.token), abi.uint(lp), abi.uint(0), abi.uint(0))
    return calldata.call(_PULL, *words, abi.address(who), abi.uint(NEVER_S))


class Outbox:
    """Nothing is looked up: nonces are counted from where the chain was. All pay one price, so the
    node mines them in the order sent.
    """

    def __init__(
        self,
        deployment: Deployment,
        nonces: Mapping[Address, int],
        approved: frozenset[tuple[Address, Address]],
    ) -> None:
        self._deployment = deployment
        self._nonces = dict(nonces)
        self._approved = set(approved)  # (holder, token)
        self._block: list[Transaction] = []

    def buy(self, who: Address, market: DemoMarket, wei: int) -> None:
        data = _ROUTER.buy(
            min_out=0, path=(self._deployment.weth, market.token), to=who, deadline_s=NEVER_S
        )
        self._add(who, self._deployment.router, "0x" + data.hex(), SWAP_GAS, wei)

    def sell(self, who: Address, market: DemoMarket, amount: int) -> None:
        if (who, market.token) not in self._approved:
            self._approve(who, market.token)
        data = _ROUTER.sell(
            amount_in=amount,
            min_out=0,
            path=(market.token, self._deployment.weth),
            to=who,
            deadline_s=NEVER_S,
        )
        self._add(who, self._deployment.router, "0x" + data.hex(), SWAP_GAS)

    def pull(self, who: Address, market: DemoMarket, lp: int) -> None:
        """Takes the liquidity away: the rug."""
        self._approve(who, market.pair)
        self._add(who, self._deployment.router, pull_data(who, market, lp), PULL_GAS)

    def send(self, rpc: Rpc) -> None:
        control.all_of(rpc, [each.request() for each in self._block])
        self._block.clear()

    def _approve(self, who: Address, token: Address) -> None:
        data = _ROUTER.approve(spender=self._deployment.router, amount=UINT256_MAX)
        self._add(who, token, "0x" + data.hex(), APPROVE_GAS)
        self._approved.add((who, token))

    def _add(self, who: Address, to: Address, data: str, gas: int, wei: int = 0) -> None:
        nonce = self._nonces[who]
        self._nonces[who] = nonce + 1
        self._block.append(Transaction(who, nonce, data, to, wei, gas))
