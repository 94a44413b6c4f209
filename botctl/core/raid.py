"""What a hostile crowd did to the markets we held, and what became of what we had in them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botctl.core.intent import Side
from botctl.core.units import Address, Hash32, share_floor

# Below a tenth of what a sale brought one block earlier there is nothing left to save.
WORTHLESS_BPS: Final = 1_000
# The block of the attack is decided on in the cycle after it and mined in the next; two more for a
# sell that was caught between other trades.
EXIT_CYCLES: Final = 4
# What only the gate's tiers can see is seen when they are asked again: what they said stands for
# `scan.tiers_age_max_ms`, five cycles by default, as long as code, owner and taxes stay as they were.
SIGHT_CYCLES: Final = 6


class AttackKind(StrEnum):
    """By who could do it: holders of the LP, those who know a token's hidden door, everybody."""

    PULL = "pull"  # the liquidity, or most of it
    UNLOCK = "unlock"  # the LP leaves its locker; a pull follows
    TAX = "tax"
    CREEP = "creep"  # a tax that grows with every block
    BLACKLIST = "blacklist"
    PAUSE = "pause"
    MINT = "mint"
    UPGRADE = "upgrade"  # other code behind the token's proxy
    BOMB = "bomb"  # a fuse is lit: no sale from a later block on
    CRASH = "crash"  # a holder sells a large part of the pool


SEEN_BY_TIERS: Final = frozenset({AttackKind.BOMB})


class Fate(StrEnum):
    SOLD = "sold"  # in time
    UNSELLABLE = "unsellable"  # it could be sold the block before, and not from the attack's on
    HIT_BEFORE = "hit_before"  # an earlier attack had made it unsellable
    PENDING = "pending"  # the run ended before its time was up
    MARKET = "market"  # a price is no trap: the ordinary rules of exit answer for it
    LATE = "late"  # it could be sold, and was not: a broken promise


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack on a market that we held then.

    `before_wei` and `after_wei`: what selling all of it would have brought at the end of the block
    before and of the attack's own, simulated from our wallet; None: the sale reverts.
    """

    kind: AttackKind
    pair: Address
    symbol: str
    block: int
    timestamp_s: int
    quantity: int
    before_wei: int | None
    after_wei: int | None


@dataclass(frozen=True, slots=True)
class Sandwich:
    """A trade of ours between two of an attacker's in one block; amounts in the units of `min_out`."""

    tx_hash: Hash32
    pair: Address
    side: Side
    min_out: int
    got: int | None  # None: it reverted, as its bound asks

    @property
    def within_bound(self) -> bool:
        return self.got is None or self.got >= self.min_out


def is_worthless(before_wei: int, after_wei: int | None) -> bool:
    return after_wei is None or after_wei <= share_floor(before_wei, WORTHLESS_BPS)


def exit_cycles(kind: AttackKind) -> int:
    """How many cycles an emergency exit has, from the block of the attack to that of the sale."""
    return EXIT_CYCLES + SIGHT_CYCLES if kind in SEEN_BY_TIERS else EXIT_CYCLES


def fate(attack: Attack, sold_block: int | None, *, head: int, cycle_blocks: int) -> Fate:
    """`sold_block`: of the first sale mined after the attack; `head`: the last block of the run."""
    if attack.kind is AttackKind.CRASH:
        return Fate.MARKET
    if not attack.before_wei:
        return Fate.HIT_BEFORE
    deadline = attack.block + exit_cycles(attack.kind) * cycle_blocks
    if sold_block is not None and sold_block <= deadline:
        return Fate.SOLD
    if is_worthless(attack.before_wei, attack.after_wei):
        return Fate.UNSELLABLE
    if sold_block is None and head <= deadline:
        return Fate.PENDING
    return Fate.LATE
