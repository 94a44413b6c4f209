"""What is known of a token of the corpus before anybody looks at its code."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final, TypeAlias

from botctl.core.units import UINT256_MAX

MINUTE_S: Final = 60
HOUR_S: Final = 60 * MINUTE_S
DAY_S: Final = 24 * HOUR_S


class Family(StrEnum):
    """The mechanism, whatever it is called."""

    REFUSAL = "the sell is refused"
    ROUTE = "routers or pairs are refused"
    TAX = "the sell is taxed"
    DELAY = "the sell closes later"
    COOLDOWN = "the seller must wait"
    LIMIT = "the amount is limited"
    LIST = "the seller is on a list, or not on one"
    OWNER = "somebody has a power"
    WATCHER = "a simulation is noticed"
    BALANCE = "balances lie"
    APPROVAL = "approvals do not do what they say"
    HELPER = "another contract decides"
    REENTRANCY = "the pair is used during the sell"
    PROXY = "the code is elsewhere"
    DESTRUCTION = "the code can go"
    LIQUIDITY = "the pool is emptied"
    PLAIN = "nothing is odd"
    METADATA = "what it says of itself is odd"
    CALLS = "its calls are odd"
    FEE = "moves cost something"
    ELASTIC = "balances move by themselves"
    RULE = "rules, harmless ones"
    RENOUNCED = "powers that nobody has any more"


class Party(Enum):
    """An address that is known only once the token is listed."""

    TOKEN = auto()
    PAIR = auto()
    ROUTER = auto()
    WETH = auto()
    OWNER = auto()
    BUYER = auto()
    PROBER = auto()
    KEEPER = auto()  # some person who is neither
    LAMP = auto()  # nobody's, and empty
    FIRST_CHILD = auto()  # the first contract that the token's constructor made
    SECOND_CHILD = auto()
    THIRD_CHILD = auto()


class Amount(Enum):
    """A number that is known only at the moment of the call."""

    OWNERS_LP = auto()
    OWNERS_TOKENS = auto()


# Bytes are a static word, filled up on the right; a tuple is an `address[]`.
Argument: TypeAlias = int | bytes | Party | Amount | tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A transaction, the launcher's if nothing else is said; without a signature, the arguments are all its data."""

    signature: str
    arguments: tuple[Argument, ...] = ()
    to: Party = Party.TOKEN
    value_wei: int = 0
    by: Party = Party.OWNER


@dataclass(frozen=True, slots=True)
class Arm:
    """What happens between our buy and our sell, in this order; nothing, if nothing is said."""

    calls: tuple[Call, ...] = ()
    crowd_buys: int = 0  # of CROWD_WEI each
    crowd_sells: int = 0  # a hundredth each of what the crowd has bought
    blocks: int = 0
    seconds: int = 0
    own_sells: int = 0  # a tenth each of what we hold
    other_producer: bool = False  # of the block that holds our sell
    other_base_fee: bool = False  # of the same block


NOTHING: Final = Arm()


@dataclass(frozen=True, slots=True)
class Token:
    """A row of the corpus. `fee_bps` is what an honest one keeps of a round trip, both ways."""

    name: str
    contract: str
    honest: bool
    family: Family
    why: str  # what a person would say who had read the code
    extra: tuple[int | Party, ...] = ()  # constructor arguments after the factory and WETH
    arm: Arm = NOTHING
    listing: tuple[Call, ...] = ()  # the launcher's last steps before anybody can buy
    fee_bps: int = 0
    lp_burned: bool = True
    hardfork: str | None = None  # the chain's latest, unless the trick is gone from it

    @property
    def waits_long(self) -> bool:
        """Better on a chain of few tokens: an empty block takes the longer the more there are."""
        return self.arm.blocks > 0

    @property
    def sleeps(self) -> bool:
        """Whether it lets go of everything until it is armed."""
        return not self.honest and self.arm != NOTHING


RENOUNCED: Final = (Call("renounceOwnership()"),)
FOR_EVER: Final = UINT256_MAX  # as a deadline
