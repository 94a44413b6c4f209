"""What the books need when a block that counted as final leaves the chain."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from botctl.core.orders import Fill, Order
from botctl.core.units import Address


class ReorgStore(Protocol):
    def unanswered_fills(self, bot: str, most: int) -> Sequence[Fill]:
        """By block, newest first, without those that `core.books.vanished_answer` was booked for."""

    def token_books(self, bot: str) -> Mapping[Address, int]:
        """Units the wallet should hold of every token that is held, or whose fill was answered for.

        What was written off is in the wallet still, and counts.
        """

    def ended_from(self, wallet: Address, nonce: int, most: int) -> Sequence[Order]:
        """Orders whose own transaction ended on the chain at `nonce` or above it, lowest first."""
