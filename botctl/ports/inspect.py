"""A closer look at tokens than a scan can afford: their code, and what simulations make of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from botctl.core.facts import BlockRef
from botctl.core.sellability.code_facts import CodeFacts
from botctl.core.sellability.proof import Capability, Proof
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
    """Answers one for one, in the order asked. Nearly all reads are pinned to one block.

    The requests do not grow with the tokens but by pages, and what one token does (its calls
    revert, its words are garbage) is told of that token only; any method raises a BotError when the
    node is in trouble.
    """

    def pair_of(self, token: Address, quote: Address, at: BlockRef) -> Address | None:
        """The configured factory's pair; None when it has none."""

    def launchers(self, pairs: Sequence[tuple[Address, int]]) -> tuple[Address | None, ...]:
        """Of pairs with the blocks that opened them: whose transactions did.

        None where the log, or its transaction, is not there any more.
        """

    def codes(self, tokens: Sequence[Address], at: BlockRef) -> tuple[CodeFacts, ...]:
        """Of each token's code and of every code behind it, as far as it can be read."""

    def proofs(
        self, suspicions: Sequence[Suspicion], *, amount_wei: int, at: BlockRef
    ) -> tuple[Proof, ...]:
        """Tiers 3 to 5 of the gate, with the functions of contracts that the code names.

        Raises ERR_NODE_NO_OVERRIDE where the node lends no code.
        """

    def capabilities(self, at: BlockRef) -> tuple[Capability, ...]:
        """What the node was seen to do; seen once, and then remembered."""
