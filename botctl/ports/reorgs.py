"""What the books need when a block that counted as final leaves the chain."""

from collections.abc import Sequence
from typing import Protocol

from botctl.core.orders import Fill, Order
from botctl.core.units import Address


class ReorgStore(Protocol):
    def unanswered_fills(self, bot: str, most: int) -> Sequence[Fill]:
        """By block, newest first, without those that `core.books.vanished_answer` was booked for."""

    def ended_from(self, wallet: Address, nonce: int, most: int) -> Sequence[Order]:
        """Orders whose own transaction ended on the chain at `nonce` or above it, lowest first."""
