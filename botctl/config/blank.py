"""What `init` leaves to a person: marked in the file, and refused by name until it is filled in."""

from collections.abc import Mapping
from typing import Final

from botctl.core.facts import Mode

BLANK: Final = "FILL IN"
# Where a default would be a guess about real money: whose wallet, and whose word about the chain.
BLANKS: Final[Mapping[Mode, frozenset[str]]] = {
    Mode.LIVE: frozenset({"chain.urls", "wallet.address"}),
}
