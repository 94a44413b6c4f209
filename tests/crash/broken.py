"""Flaws that a flow could have: each must be found by the checks, or they prove nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from botctl.core.lifecycle import OrderState
from botctl.core.orders import SignedTx, UnsignedTx
from botctl.core.units import Address
from botctl.flows.transactions import suggested_fees, unsigned_tx
from botctl.ports.chain import Sender, Signer
from botctl.ports.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Hasty:
    """Sends what it signs at once, before the bytes are on disk."""

    signer: Signer
    sender: Sender

    @property
    def address(self) -> Address:
        return self.signer.address

    def sign(self, tx: UnsignedTx, *, fence: int) -> SignedTx:
        signed = self.signer.sign(tx, fence=fence)
        self.sender.send(signed)
        return signed


def _sends_before_it_is_written(rt: Runtime) -> Runtime:
    return replace(rt, signer=lambda: Hasty(rt.signer(), rt.sender))


def _sends_anew(rt: Runtime) -> Runtime:
    """At its start, what it cannot be sure of goes out once more, under the next nonce."""
    wallet = rt.identity.wallet
    for order in rt.store.open((OrderState.SUBMITTED,)):
        (count,), row = rt.txs.nonces(wallet), rt.store.nonce(wallet)
        assert row is not None
        again = unsigned_tx(rt, order, suggested_fees(rt.txs.head()), count.pending)
        rt.sender.send(rt.signer().sign(again, fence=row.fence))
    return rt


SENDS_UNWRITTEN: Final = "sends before it is written"
SENDS_ANEW: Final = "sends what is unsure under a new nonce"
FLAWS: Final[Mapping[str, Callable[[Runtime], Runtime]]] = {
    "": lambda rt: rt,
    SENDS_ANEW: _sends_anew,
    SENDS_UNWRITTEN: _sends_before_it_is_written,
}
