"""Traps that spring late, or on what a simulation keeps as it was and the chain does not."""

from typing import Final

from tests.tokens.powers import dump
from tests.tokens.rows import DAY_S, NOTHING, Arm, Call, Family, Party, Token

_F: Final = Family


def _late(
    contract: str,
    family: Family,
    why: str,
    arm: Arm = NOTHING,
    extra: tuple[Party, ...] = (),
) -> Token:
    return Token(contract, contract, False, family, why, arm=arm, extra=extra)


LATE: Final = (
    _late(
        "ApprovalsAreForTheQuick",
        _F.APPROVAL,
        "an approval half an hour after one's buy stores nothing",
        Arm(seconds=DAY_S),
    ),
    _late(
        "ApprovalsEnd",
        _F.APPROVAL,
        "approvals store nothing two days after the launch",
        Arm(seconds=3 * DAY_S),
    ),
    _late(
        "PatienceIsPunished",
        _F.DELAY,
        "sells close to each 400 blocks after their own buy",
        Arm(blocks=600),
    ),
    _late(
        "ClosesWhenPoor",
        _F.DELAY,
        "nobody sells once the pool holds less than it was opened with",
        Arm(calls=(Call("approve(address,uint256)", (Party.ROUTER, 10**40)), dump(10**25))),
    ),
    _late("ClosesAfterFortyBuys", _F.DELAY, "sells close after forty buys", Arm(crowd_buys=40)),
    _late(
        "SellsHalveTheRest",
        _F.BALANCE,
        "each sell halves what others hold",
        Arm(crowd_buys=1, crowd_sells=4),
    ),
    _late("OwnRouterOnly", _F.ROUTE, "only the launcher's router may spend"),
    _late("OneBlockInAThousand", _F.DELAY, "sells in one block of a thousand only"),
    _late("CrowdedBlocksAreTraps", _F.LIST, "a buy soon after another's never leaves", Arm()),
    _late(
        "BaseFeeMustNotMove",
        _F.WATCHER,
        "sells at the base fee of one's buy only",
        Arm(other_base_fee=True),
    ),
    _late("ChanceMustNotMove", _F.WATCHER, "sells with the randomness of one's buy only"),
    _late("ChanceIsNothing", _F.WATCHER, "sells only where randomness is zero"),
    _late("RichOriginsStay", _F.WATCHER, "refuses an origin with five ether"),
    _late("WeAreKnown", _F.LIST, "knows our wallet from before", extra=(Party.BUYER,)),
)
