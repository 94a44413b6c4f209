"""The one true chain: blocks with the state after each, receipts, and reorganisations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from botctl.core.facts import BlockRef
from botctl.core.orders import Receipt, UnsignedTx
from botctl.core.units import BPS_ONE, Address, Hash32
from botctl.sim.clock import START_MS
from botctl.sim.ledger import GENESIS, Reserves, State, affordable, applied
from botctl.sim.rules import BASE_FEE_WEI, START_BLOCK


@dataclass(frozen=True, slots=True)
class Tx:
    """A signed transaction as nodes see it."""

    hash: Hash32
    raw: bytes
    unsigned: UnsignedTx


@dataclass(frozen=True, slots=True)
class Block:
    """`txs` are the wallet's only; a reverted one has its reason in `reasons`."""

    ref: BlockRef
    state: State
    txs: tuple[Tx, ...]
    receipts: tuple[Receipt, ...]
    reasons: tuple[str, ...]


class Chain:
    """`base_fee_wei` is that of the next block. A hash is never used twice, whatever is undone."""

    def __init__(self) -> None:
        self.base_fee_wei = BASE_FEE_WEI
        self._hashes = 1
        first = BlockRef(
            START_BLOCK, self._hash(), Hash32("0x0"), START_MS // 1_000, self.base_fee_wei
        )
        self._blocks = [Block(first, GENESIS, (), (), ())]
        self._where: dict[Hash32, Block] = {}
        self._crowd: dict[Address, int] = {}

    @property
    def head(self) -> Block:
        return self._blocks[-1]

    @property
    def blocks(self) -> Sequence[Block]:
        return self._blocks

    def number(self, number: int) -> Block | None:
        index = number - START_BLOCK
        return self._blocks[index] if 0 <= index < len(self._blocks) else None

    def canonical(self, ref: BlockRef) -> Block | None:
        """None when a reorganisation took it away."""
        found = self.number(ref.number)
        return found if found is not None and found.ref.hash == ref.hash else None

    def holding(self, tx_hash: Hash32) -> Block | None:
        """The block that holds this transaction now."""
        return self._where.get(tx_hash)

    def mine(self, waiting: Sequence[Tx], time_s: int) -> Block:
        """One block with as many of `waiting`, which is in order of nonces, as can go in."""
        before = self.head
        ref = BlockRef(
            number=before.ref.number + 1,
            hash=self._hash(),
            parent=before.ref.hash,
            timestamp_s=max(time_s, before.ref.timestamp_s + 1),
            base_fee_wei=self.base_fee_wei,
        )
        block = Block(ref, self._after_crowd(), (), (), ())
        for tx in waiting:
            if not _fits(block, tx.unsigned):
                break
            block = _with(block, tx)
        self._blocks.append(block)
        for tx in block.txs:
            self._where[tx.hash] = block
        return block

    def cut(self, depth: int) -> list[Tx]:
        """Undo the newest `depth` blocks; what they held, oldest first."""
        depth = min(depth, len(self._blocks) - 1)
        gone = self._blocks[len(self._blocks) - depth :]
        del self._blocks[len(self._blocks) - depth :]
        lost = [tx for block in gone for tx in block.txs]
        for tx in lost:
            del self._where[tx.hash]
        return lost

    def move_price(self, token: Address, share_bps: int) -> None:
        """The crowd trades in the next block: a pool's native side becomes this share of itself."""
        self._crowd[token] = share_bps

    def _after_crowd(self) -> State:
        state = self.head.state
        if not self._crowd:
            return state
        pools = dict(state.pools)
        for token, share_bps in self._crowd.items():
            old = pools[token]
            pools[token] = Reserves(old.token, old.native * share_bps // BPS_ONE)
        self._crowd.clear()
        return replace(state, pools=pools)

    def _hash(self) -> Hash32:
        self._hashes += 1
        return Hash32(f"0x{self._hashes:064x}")


def _fits(block: Block, tx: UnsignedTx) -> bool:
    state = block.state
    return (
        tx.nonce == state.nonce
        and tx.fee_max_wei >= block.ref.base_fee_wei
        and affordable(state, tx)
    )


def _with(block: Block, tx: Tx) -> Block:
    ref, unsigned = block.ref, tx.unsigned
    price = min(unsigned.fee_max_wei, ref.base_fee_wei + unsigned.priority_fee_wei)
    effect = applied(block.state, unsigned, ref.timestamp_s, price)
    receipt = Receipt(
        tx_hash=tx.hash,
        block_number=ref.number,
        block_hash=ref.hash,
        ok=not effect.reason,
        gas_used=effect.gas_used,
        gas_price_wei=price,
        transfers=effect.transfers,
    )
    return Block(
        ref,
        effect.state,
        (*block.txs, tx),
        (*block.receipts, receipt),
        (*block.reasons, effect.reason),
    )
