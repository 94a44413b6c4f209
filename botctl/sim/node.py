"""What our processes talk to: a node that may lag, its pool, and a private relay beside it."""

from collections.abc import Sequence
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.facts import BlockRef
from botctl.core.orders import SendCode, SignedTx
from botctl.core.units import Address, Hash32
from botctl.ports.chain import (
    Elsewhere,
    Head,
    Holding,
    NonceCount,
    SendAnswer,
    Sighting,
    Survey,
    SurveyRequest,
    WalletState,
)
from botctl.sim.chain import Block, Chain, Tx
from botctl.sim.pool import Pool
from botctl.sim.rules import CHAIN_ID, PRIORITY_FEE_WEI
from botctl.sim.survey import survey
from botctl.sim.wire import decoded, hash_of

NEAR: Final = "near"
FAR: Final = "far"
_SAYS: Final = {code: SendAnswer(code, code.value) for code in SendCode}


class Node:
    """MarketReader, TxReader and Sender, as far as `execute` and `reconcile` call them.

    `lag_blocks`: how far the node we read from is behind. Bytes always reach one that is not.
    """

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self.pool = Pool()
        self.relay = Pool()
        self.lag_blocks = 0

    def head(self) -> Head:
        return Head(CHAIN_ID, self._newest().ref, NEAR, PRIORITY_FEE_WEI, 1, 1)

    def blocks(self, numbers: Sequence[int]) -> tuple[BlockRef | None, ...]:
        top = self._newest().ref.number
        found = [self._chain.number(number) if number <= top else None for number in numbers]
        return tuple(None if block is None else block.ref for block in found)

    def survey(self, request: SurveyRequest, at: BlockRef) -> Survey:
        return survey(request, self._at(at).state)

    def reserves_elsewhere(self, pairs: Sequence[Address], at: BlockRef) -> Elsewhere | None:
        return None

    def wallet(self, wallet: Address, tokens: Sequence[Address], at: BlockRef) -> WalletState:
        state = self._at(at).state
        holdings = tuple(Holding(token, state.tokens.get(token)) for token in tokens)
        return WalletState(state.nonce, state.balance_wei, holdings)

    def allowance(self, wallet: Address, spender: Address, token: Address, at: BlockRef) -> int:
        return self._at(at).state.allowances[token]

    def nonces(self, wallet: Address) -> tuple[NonceCount, ...]:
        """A lagging node and one that is not; both know the public pool."""
        best, mine = self._chain.head.state.nonce, self._newest().state.nonce
        pending = self.pool.pending_from(best)
        near = NonceCount(NEAR, mine, pending)
        return (near, NonceCount(FAR, best, pending)) if self.lag_blocks else (near,)

    def sightings(self, hashes: Sequence[Hash32]) -> tuple[Sighting, ...]:
        return tuple(self._sighting(each) for each in hashes)

    def revert_reason(self, raw: bytes, at_number: int) -> str:
        tx_hash = hash_of(raw)
        block = self._chain.holding(tx_hash)
        if block is None:
            return ""
        reasons = zip(block.txs, block.reasons, strict=True)
        return next(why for tx, why in reasons if tx.hash == tx_hash)

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        tx = Tx(signed.hash, signed.raw, decoded(signed.raw))
        if self._chain.holding(tx.hash) is not None:
            return _SAYS[SendCode.ALREADY_KNOWN]
        pool = self.pool if public else self.relay
        return _SAYS[pool.offer(tx, self._chain.head.state)]

    def waiting(self) -> list[Tx]:
        """What a miner can take, in order of nonces; it prefers the better of two offers."""
        nonce, found = self._chain.head.state.nonce, list[Tx]()
        while (tx := self._best(nonce)) is not None:
            found.append(tx)
            nonce += 1
        return found

    def settle(self) -> None:
        """After the chain has changed."""
        self.pool.settle(self._chain.head.state)
        self.relay.settle(self._chain.head.state)

    def _best(self, nonce: int) -> Tx | None:
        offers = [tx for pool in (self.pool, self.relay) if (tx := pool.at(nonce)) is not None]
        return max(offers, key=lambda tx: tx.unsigned.priority_fee_wei, default=None)

    def _newest(self) -> Block:
        lagging = self._chain.number(self._chain.head.ref.number - self.lag_blocks)
        return self._chain.head if not self.lag_blocks else lagging or self._chain.blocks[0]

    def _at(self, ref: BlockRef) -> Block:
        found = self._chain.canonical(ref)
        if found is None:
            raise TransientError(Code.ERR_CHAIN_REORGED, "no such block", block=ref.number)
        return found

    def _sighting(self, tx_hash: Hash32) -> Sighting:
        block = self._chain.holding(tx_hash)
        if block is None:
            return Sighting(tx_hash, known=self.pool.knows(tx_hash), receipt=None)
        if block.ref.number > self._newest().ref.number:
            return Sighting(tx_hash, known=True, receipt=None)  # for this node it still waits
        receipt = next(one for one in block.receipts if one.tx_hash == tx_hash)
        return Sighting(tx_hash, known=True, receipt=receipt)
