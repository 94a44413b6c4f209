"""What an owner could do to those who hold a token, and which of it shuts them in."""

from enum import StrEnum
from typing import Final


class Power(StrEnum):
    OWNERSHIP = "ownership"  # hand over or give up: no harm by itself
    OWNER_RETURNS = "owner_returns"  # give up for a time, or take back
    ROLES = "roles"  # others than the owner hold powers
    MINT = "mint"
    PAUSE = "pause"
    BLACKLIST = "blacklist"
    WHITELIST = "whitelist"
    FEE = "fee"
    LIMIT = "limit"
    COOLDOWN = "cooldown"
    TRADING = "trading"  # close it, or close selling
    SEIZE = "seize"  # set, burn, move or spend the balance of others
    REBASE = "rebase"
    UPGRADE = "upgrade"
    CALL = "call"  # any call in the name of the token
    DESTROY = "destroy"
    ROUTE = "route"
    EXEMPT = "exempt"
    SWAP_BACK = "swap_back"
    WITHDRAW = "withdraw"
    OPEN = "open"  # open trading, lift limits, lower fees: only better for a holder


# With these an owner can shut holders in or take what they hold. UPGRADE is not among them: it can do
# anything, but honest issuers keep it, and a change of code is seen while a position is held.
TRAPPING: Final = frozenset(
    (
        Power.MINT,
        Power.PAUSE,
        Power.BLACKLIST,
        Power.WHITELIST,
        Power.FEE,
        Power.LIMIT,
        Power.COOLDOWN,
        Power.TRADING,
        Power.SEIZE,
        Power.REBASE,
        Power.CALL,
        Power.DESTROY,
    )
)
# A renounced owner ends no power of a contract that has one of these.
OUTLASTING: Final = frozenset((Power.ROLES, Power.OWNER_RETURNS))
