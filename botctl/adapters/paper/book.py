"""What a paper wallet has done and therefore owns, at any block; pure, and derived from one list."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from botctl.core.orders import Receipt
from botctl.core.units import Address, Hash32

NATIVE: Final = "native"  # the coin itself, beside token addresses
BUMP_PERCENT: Final = 110  # both fees of a replacement, against those it replaces (geth's rule)


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of the wallet; `asset` is a token's address or NATIVE; signed."""

    asset: str
    delta: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What `spender` may take of `token` from now on."""

    token: Address
    spender: Address
    amount: int


@dataclass(frozen=True, slots=True)
class Mined:
    """A simulated transaction; gas is among its entries. `reason` tells why it reverted."""

    nonce: int
    raw: bytes
    receipt: Receipt
    entries: tuple[Entry, ...]
    allowances: tuple[Allowance, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Taken in, but a lower nonce is missing or its funds are: a pool's entry."""

    nonce: int
    raw: bytes
    hash: Hash32
    fee_max_wei: int
    priority_fee_wei: int

    def replaces(self, other: "Waiting") -> bool:
        return all(
            100 * ours >= BUMP_PERCENT * theirs
            for ours, theirs in (
                (self.fee_max_wei, other.fee_max_wei),
                (self.priority_fee_wei, other.priority_fee_wei),
            )
        )


@dataclass(frozen=True, slots=True)
class Book:
    """`mined` in the order of the nonces, which is also that of the blocks."""

    start_wei: int
    mined: tuple[Mined, ...] = ()
    waiting: tuple[Waiting, ...] = ()

    @property
    def nonce(self) -> int:
        return len(self.mined)

    def nonce_at(self, block_number: int) -> int:
        return sum(one.receipt.block_number <= block_number for one in self.mined)

    def balances(self, block_number: int | None = None) -> Mapping[str, int]:
        """By asset at the end of a block (None: now); what was never held is not there."""
        found = {NATIVE: self.start_wei}
        for one in self.mined:
            if block_number is not None and one.receipt.block_number > block_number:
                break
            for entry in one.entries:
                found[entry.asset] = found.get(entry.asset, 0) + entry.delta
        return found

    def allowance(self, token: Address, spender: Address, block_number: int | None = None) -> int:
        """The last word on it; zero when it was never said."""
        return next(
            (
                said.amount
                for one in reversed(self.mined)
                if block_number is None or one.receipt.block_number <= block_number
                for said in one.allowances
                if (said.token, said.spender) == (token, spender)
            ),
            0,
        )

    def find(self, tx_hash: Hash32) -> Mined | None:
        return next((one for one in self.mined if one.receipt.tx_hash == tx_hash), None)

    def waits(self, tx_hash: Hash32) -> bool:
        return any(one.hash == tx_hash for one in self.waiting)

    def waiting_at(self, nonce: int) -> Waiting | None:
        return next((one for one in self.waiting if one.nonce == nonce), None)

    def with_waiting(self, new: Waiting) -> "Book":
        """One a nonce: a replacement takes the place of what it replaces."""
        others = (one for one in self.waiting if one.nonce != new.nonce)
        return replace(self, waiting=tuple(sorted((*others, new), key=lambda one: one.nonce)))

    def with_mined(self, new: Mined) -> "Book":
        assert new.nonce == self.nonce, "transactions are mined in the order of their nonces"
        return replace(
            self,
            mined=(*self.mined, new),
            waiting=tuple(one for one in self.waiting if one.nonce != new.nonce),
        )
