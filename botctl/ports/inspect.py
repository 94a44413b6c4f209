"""A closer look at one token than a scan can afford: its code, and what simulations make of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from botctl.core.facts import BlockRef
from botctl.core.sellability.code_facts import CodeFacts
from botctl.core.sellability.proof import Proof
from botctl.core.sellability.selectors import Selector
from botctl.core.units import Address


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Who may use which of the token's functions: the likeliest, and the most dangerous, first."""

    token: Address
    pair: Address
    actors: Sequence[Address]
    selectors: Sequence[Selector]


class TokenInspector(Protocol):
    """Reads pinned to one block; any method may raise a BotError when the node is in trouble."""

    def pair_of(self, token: Address, quote: Address, at: BlockRef) -> Address | None:
        """The configured factory's pair; None when it has none."""

    def launcher(self, pair: Address, created_block: int) -> Address | None:
        """Whose transaction opened the pair; None when the log is not there any more."""

    def code(self, token: Address, at: BlockRef) -> CodeFacts:
        """Of the token's code and of every code behind it."""

    def prove(self, suspicion: Suspicion, *, amount_wei: int, at: BlockRef) -> Proof:
        """Tiers 3 to 5 of the gate, with the functions of contracts that the code names.

        Raises ERR_NODE_NO_OVERRIDE where the node lends no code.
        """
