"""What the gate is asked about: a token, and who might do what to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from botctl.core.facts import BlockRef
from botctl.core.units import DEAD_ADDRESS, ZERO_ADDRESS, Address

NOBODY: Final = frozenset((ZERO_ADDRESS, DEAD_ADDRESS))
NAMELESS: Final = ""  # as a selector: calldata that names no function, for what a fallback does


@dataclass(frozen=True, slots=True)
class Power:
    """Something that may be called: a function of the token, or of a contract that it obeys."""

    target: Address
    selector: str  # eight hex digits without 0x, or `NAMELESS`


@dataclass(frozen=True, slots=True)
class Suspect:
    """A token on trial. `actors` may use the powers: the likeliest first, the most dangerous power first.

    `people` are whoever else is named by the token or by what it obeys; they are tried apart, so that
    a crowd of them takes no gas from the actors.
    """

    token: Address
    pair: Address
    actors: tuple[Address, ...] = ()
    powers: tuple[Power, ...] = ()
    people: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when everything of one batch happens."""

    router: Address
    native: Address
    block: BlockRef
    producer: Address  # of the pinned block
    amount_wei: int
    salt: bytes  # makes our wallets' addresses unguessable
    trader: Address | None = None  # our real wallet, which some may know


def suspect(
    token: Address, pair: Address, owner: Address | None, selectors: Sequence[str]
) -> Suspect:
    """The usual case: one owner as read, and functions of the token itself."""
    return Suspect(
        token=token,
        pair=pair,
        actors=() if owner is None or owner in NOBODY else (owner,),
        powers=tuple(Power(token, selector) for selector in selectors),
    )
