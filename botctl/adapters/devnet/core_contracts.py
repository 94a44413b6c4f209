"""The real WETH, factory and router, and our launcher: what every market needs."""

from dataclasses import dataclass
from typing import Final

from botctl.adapters.devnet import artifacts, calldata, control
from botctl.adapters.devnet.control import Transaction
from botctl.adapters.evm import abi
from botctl.adapters.evm.rpc import Rpc
from botctl.core.units import Address

CORE_GAS: Final = 6_000_000


@dataclass(frozen=True, slots=True)
class Core:
    """Addresses follow from the creator and its nonces."""

    creator: Address
    first_nonce: int

    def at(self, index: int) -> Address:
        return calldata.created_address(self.creator, self.first_nonce + index)

    @property
    def weth(self) -> Address:
        return self.at(0)

    @property
    def factory(self) -> Address:
        return self.at(1)

    @property
    def router(self) -> Address:
        return self.at(2)

    @property
    def launcher(self) -> Address:
        return self.at(3)

    def creations(self) -> tuple[str, ...]:
        """In the order of the addresses."""
        ends = (abi.address(self.factory), abi.address(self.weth))
        return (
            artifacts.creation_of(*artifacts.WETH),
            artifacts.creation_of(*artifacts.FACTORY) + abi.address(self.creator),
            artifacts.creation_of(*artifacts.ROUTER) + "".join(ends),
            artifacts.ours("Launcher").creation + abi.address(self.router),
        )


def deploy_core(rpc: Rpc, core: Core, at_s: int) -> int:
    """In one block at `at_s`; returns its number."""
    control.all_of(
        rpc,
        [
            Transaction(core.creator, core.first_nonce + i, creation, gas=CORE_GAS).request()
            for i, creation in enumerate(core.creations())
        ],
    )
    control.mine_at(rpc, at_s)
    return control.head(rpc).number
