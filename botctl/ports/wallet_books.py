"""What the books say of a wallet: all bots that sign with it, added up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from botctl.core.units import Address


@dataclass(frozen=True, slots=True)
class WalletBooks:
    """One snapshot; wei and token units. `bots` are those of this database, by name."""

    bots: tuple[str, ...]
    baseline_wei: int  # the earliest of theirs
    baseline_block: int
    moved_wei: int  # by all fills and corrections since, gas included; signed
    tokens: Mapping[Address, int]
    newest_fill: int | None  # its block
    oldest_mined: int | None  # block of the open order that was mined first: its fill is missing


class WalletBookStore(Protocol):
    def wallet_books(
        self, bot: str, wallet: Address, also: Collection[Address] = ()
    ) -> WalletBooks | None:
        """None before the first baseline of `bot`.

        `tokens`: what the wallet should hold, whichever bot bought it, of every token that `bot` holds
        or answered for a fill of, and of `also`. What was written off is in the wallet still, and counts.
        """
