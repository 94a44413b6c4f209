"""The markets of the hostile run: the demo's, and traps that no simulation sees before they spring."""

from typing import Final

from botctl.adapters.devnet.plan import DAY_S, DEMO_PLAN, ETHER, Behaviour, MarketPlan
from botctl.core.raid import AttackKind
from botctl.core.units import Wei

_K: Final = AttackKind
# What can be done to a market by who made it, by its contract.
DOORS: Final = {
    "Backdoor": (_K.TAX, _K.BLACKLIST, _K.CREEP, _K.PAUSE, _K.MINT, _K.BOMB),
    "HiddenProxy": (_K.UPGRADE,),
    "OwnedTrap": (_K.TAX, _K.BLACKLIST, _K.PAUSE, _K.MINT),
}
# The gate sees these for what they are.
SEEN_THROUGH: Final = frozenset({"OwnedTrap", "TimeBomb"})
LOCKED: Final = "LOCK"  # symbols that begin so: their LP is in the locker
LOOSE: Final = "LOOSE"  # their LP is their maker's

# (symbol, contract, liquidity in ether): rich pools, so that a bot that ranks by liquidity comes.
_FIRST: Final = (
    ("DOOR1", "Backdoor", 300),
    ("DOOR2", "Backdoor", 290),
    ("DOOR3", "Backdoor", 280),
    ("DOOR4", "Backdoor", 270),
    ("DOOR5", "Backdoor", 260),
    ("TURN1", "HiddenProxy", 295),
    ("LOCK1", "PlainToken", 285),
    ("LOOSE1", "PlainToken", 275),
    ("DOOR6", "Backdoor", 255),
    ("LOCK2", "PlainToken", 265),
    ("TURN2", "HiddenProxy", 180),
    ("BOMB1", "TimeBomb", 305),
    ("OWNED1", "OwnedTrap", 310),
    ("OWNED2", "OwnedTrap", 160),
)
# What is launched during the run, one after the other, again and again.
_LATER: Final = (
    ("DOOR", "Backdoor"),
    ("OWNED", "OwnedTrap"),
    ("TURN", "HiddenProxy"),
    ("LURE", "HoneypotRevert"),
    ("LOOSE", "PlainToken"),
    ("DOOR", "Backdoor"),
    ("TITHE", "SellTaxTrap"),
    ("LOCK", "PlainToken"),
    ("BOMB", "TimeBomb"),
    ("SNARE", "BlacklistTrap"),
)
_LAUNCH_ETHER: Final = (160, 300)  # the poorest and the richest pool of those


def _trap(symbol: str, contract: str, ether: int, age_s: int) -> MarketPlan:
    owned = contract == "OwnedTrap"
    return MarketPlan(
        name=f"Demo {symbol.capitalize()}",
        symbol=symbol,
        decimals=18,
        contract=contract,
        supply=1_000_000_000 * 10**18,
        quote_liquidity_wei=Wei(ether * ETHER),
        age_s=age_s,
        lp_burned_bps=0 if symbol.startswith((LOCKED, LOOSE)) else 10_000,
        renounced=not owned,
        behaviour=Behaviour.QUIET,
    )


HOSTILE_PLAN: Final = (
    *(market for market in DEMO_PLAN if market.behaviour is not Behaviour.RUG),
    *(_trap(symbol, contract, ether, 5 * DAY_S) for symbol, contract, ether in _FIRST),
)


def launch(number: int) -> MarketPlan:
    """The `number`th market that is launched during the run, from 0."""
    name, contract = _LATER[number % len(_LATER)]
    poorest, richest = _LAUNCH_ETHER
    ether = poorest + number * 37 % (richest - poorest)
    return _trap(f"{name}{100 + number}", contract, ether, age_s=0)


def doors(market: MarketPlan) -> tuple[AttackKind, ...]:
    """What its maker can do to it; nobody can do anything to an honest one but sell."""
    if market.symbol.startswith(LOCKED):
        return (AttackKind.UNLOCK, AttackKind.PULL)
    if market.symbol.startswith(LOOSE):
        return (AttackKind.PULL,)
    return DOORS.get(market.contract, ())


def is_hostile(market: MarketPlan) -> bool:
    return bool(doors(market)) or market.contract in SEEN_THROUGH
