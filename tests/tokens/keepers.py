"""Traps that obey somebody who is not the owner, or an owner whose words must fit one another."""

from typing import Final

from tests.tokens.rows import Argument, Arm, Call, Family, Party, Token

_F: Final = Family


def _kept(contract: str, why: str, to: Party = Party.TOKEN) -> Token:
    """Sprung by a keeper that the constructor was told of."""
    signature = "sweep_19()" if to is Party.TOKEN else "turn()"
    arm = Arm(calls=(Call(signature, to=to, by=Party.KEEPER),))
    return Token(contract, contract, False, _F.OWNER, why, extra=(Party.KEEPER,), arm=arm)


def _told(contract: str, why: str, signature: str, *words: Argument) -> Token:
    arm = Arm(calls=(Call(signature, words),))
    return Token(contract, contract, False, _F.OWNER, why, arm=arm)


KEPT: Final = (
    _kept("KeeperInStorage", "a keeper whom only storage names closes it"),
    _kept("KeeperIsPacked", "a keeper who shares a slot with a date closes it"),
    _kept("KeeperInCode", "a keeper whom only the code names closes it"),
    _kept("KeeperOfTheHelper", "the helper's keeper shuts the helper", to=Party.FIRST_CHILD),
    Token(
        "HelperInStorage",
        "HelperInStorage",
        False,
        _F.HELPER,
        "the launcher commands a helper that only storage names",
        arm=Arm(calls=(Call("turn()", to=Party.FIRST_CHILD),)),
    ),
    _told("OriginSetsTax", "obeys an origin, not a caller", "adjust(uint256)", 9_900),
    _told(
        "DustFromTheLauncher",
        "the launcher's dust to the pair closes it",
        "transfer(address,uint256)",
        Party.PAIR,
        1,
    ),
    _told(
        "FeesOfTwoSides",
        "only the buyers' fee is capped",
        "setFees(uint256,uint256)",
        0,
        90,
    ),
    _told(
        "FeesAreCappedAtAQuarter",
        "both fees up to 25 %",
        "setFees(uint256,uint256)",
        0,
        2_500,
    ),
    _told("OneHoldersFee", "a fee for us", "assign(address,uint256)", Party.BUYER, 9_900),
    _told("ModeOfAHolder", "a mode for us", "classify(uint256,address)", 1, Party.BUYER),
    _told(
        "GuardComesLater",
        "the owner names a guard that refuses",
        "appoint(address)",
        Party.PAIR,
    ),
)
