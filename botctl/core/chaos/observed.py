"""What is seen while a scenario plays; times in seconds of scenario time."""

from dataclasses import dataclass

from botctl.core.health import HealthState
from botctl.core.intent import Side

UNEXPECTED = "UNEXPECTED"  # an error without a code of ours


@dataclass(frozen=True, slots=True)
class Look:
    """`state` None: `health` itself did not answer."""

    at_s: int
    state: HealthState | None


@dataclass(frozen=True, slots=True)
class Told:
    """A code that was logged, alerted, or ended a command; `tier` None where it has none."""

    at_s: int
    code: str
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """An entry counts when it has a nonce, so is signed; an exit when it is seen mined."""

    at_s: int
    side: Side
    pair: str


@dataclass(frozen=True, slots=True)
class Run:
    """One cycle; `code` is empty when it ended well."""

    at_s: int
    code: str


@dataclass(frozen=True, slots=True)
class Effects:
    """What store and chain say when all is over."""

    doubled: int  # decisions with more than one trade
    nonces_given: int
    mined: int
    traps_bought: int
    left: tuple[str, ...]  # pairs held when it began and still held
    open_orders: int
    restrictions: tuple[str, ...]  # latched, with their reasons


@dataclass(frozen=True, slots=True)
class Observed:
    looks: tuple[Look, ...]
    told: tuple[Told, ...]
    trades: tuple[Trade, ...]
    runs: tuple[Run, ...]
    failed: frozenset[str]  # invariants that failed while the trouble lasted
    decided: frozenset[str]  # reasons of decisions meanwhile
    held: int  # positions when it began
    effects: Effects
