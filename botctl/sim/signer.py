"""A signer whose signature is the transaction itself, and its memory of everything it ever signed."""

from dataclasses import dataclass, field

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.orders import SignedTx, UnsignedTx
from botctl.core.units import Address, Hash32
from botctl.sim.history import History
from botctl.sim.rules import WALLET
from botctl.sim.wire import encoded


@dataclass(slots=True)
class SimSigner:
    """The Signer port; shared by all processes, so that an old token is refused on every host."""

    history: History
    signed: dict[Hash32, UnsignedTx] = field(default_factory=dict)
    fence: int = 0

    @property
    def address(self) -> Address:
        return WALLET

    def sign(self, tx: UnsignedTx, *, fence: int) -> SignedTx:
        if fence < self.fence:
            raise TransientError(Code.ERR_LEASE_LOST, "a newer token has signed", fence=fence)
        self.fence = fence
        made = encoded(tx)
        self.signed[made.hash] = tx
        self.history.add("signed", tx.nonce, made.hash, tx.fee_max_wei, tx.data.decode(), fence)
        return made
