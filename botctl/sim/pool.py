"""One node's pool: takes, refuses and replaces as geth does, and forgets when the scenario says so."""

from typing import Final

from botctl.core.orders import SendCode
from botctl.core.units import Hash32
from botctl.sim.chain import Tx
from botctl.sim.ledger import State, affordable

REPLACE_BPS: Final = 11_000  # of both fee fields (geth, core/txpool/legacypool, PriceBump 10 %)


class Pool:
    """One transaction a nonce; those above a gap are queued, which is known but not minable."""

    def __init__(self) -> None:
        self._by_nonce: dict[int, Tx] = {}
        self._hashes: set[Hash32] = set()

    def offer(self, tx: Tx, state: State) -> SendCode:
        """As `eth_sendRawTransaction` answers, in our words."""
        if tx.hash in self._hashes:
            return SendCode.ALREADY_KNOWN
        if tx.unsigned.nonce < state.nonce:
            return SendCode.NONCE_TOO_LOW
        if not affordable(state, tx.unsigned):
            return SendCode.NO_FUNDS
        old = self._by_nonce.get(tx.unsigned.nonce)
        if old is not None and not _outbids(tx, old):
            return SendCode.UNDERPRICED
        self.put(tx)
        return SendCode.ACCEPTED

    def transactions(self) -> tuple[Tx, ...]:
        """By nonce."""
        return tuple(tx for _, tx in sorted(self._by_nonce.items()))

    def put(self, tx: Tx) -> None:
        """Whatever was there: what a reorganisation gives back, or somebody else's."""
        self.forget(tx.unsigned.nonce)
        self._by_nonce[tx.unsigned.nonce] = tx
        self._hashes.add(tx.hash)

    def forget(self, nonce: int) -> None:
        old = self._by_nonce.pop(nonce, None)
        if old is not None:
            self._hashes.remove(old.hash)

    def knows(self, tx_hash: Hash32) -> bool:
        return tx_hash in self._hashes

    def at(self, nonce: int) -> Tx | None:
        return self._by_nonce.get(nonce)

    def nonces(self) -> list[int]:
        return sorted(self._by_nonce)

    def settle(self, state: State) -> None:
        """After a block: what it made stale is gone."""
        for nonce in [n for n in self._by_nonce if n < state.nonce]:
            self.forget(nonce)

    def pending_from(self, nonce: int) -> int:
        """The first nonce from `nonce` on that nothing here has."""
        while nonce in self._by_nonce:
            nonce += 1
        return nonce


def _outbids(new: Tx, old: Tx) -> bool:
    fee, tip = old.unsigned.fee_max_wei, old.unsigned.priority_fee_wei
    return (
        new.unsigned.fee_max_wei * 10_000 >= fee * REPLACE_BPS
        and new.unsigned.priority_fee_wei * 10_000 >= tip * REPLACE_BPS
    )
