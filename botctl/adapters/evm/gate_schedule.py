"""Which wallet sells what, and when: the ladder as a table."""

from enum import Enum
from typing import Final, NamedTuple

HOUR_S: Final = 3_600
DAY_S: Final = 24 * HOUR_S


class Part(Enum):
    """Of what the wallet bought."""

    ALL = "all"
    TENTH = "tenth"
    REST = "rest"

    def of(self, bought: int) -> int:
        tenth = bought // 10
        return {Part.ALL: bought, Part.TENTH: tenth, Part.REST: bought - tenth}[self]


class Step(NamedTuple):
    name: str
    wallet: int
    part: Part = Part.ALL
    is_late: bool = False  # the router is approved right before the sale, not right after the buy

    @property
    def txs(self) -> int:
        """A quote and a sale, after a late approval."""
        return 2 + self.is_late


class Rung(NamedTuple):
    """A block of sales, `blocks` and `seconds` after the pinned one. Each wallet buys in the first."""

    blocks: int
    seconds: int
    steps: tuple[Step, ...]
    is_dusted: bool = False  # a stranger sends the last wallets a little before it
    is_pumped: bool = False  # a stranger buys a lot before it
    is_anothers: bool = True  # made by another producer than the pinned block

    @property
    def txs(self) -> int:
        """Those of the steps, after what strangers do."""
        return sum(step.txs for step in self.steps) + self.is_dusted + self.is_pumped


BUYS: Final = Rung(1, 12, (), is_anothers=False)
OPINION: Final = "opinion"
TRADER: Final = 0  # the wallet of the opinion: our real one, where it is known
# Nodes simulate at most 256 blocks ahead (geth), so the later rungs jump in time alone.
RUNGS: Final = (
    Rung(2, 24, (Step(OPINION, TRADER), Step("a tenth", 1, Part.TENTH)), is_anothers=False),
    Rung(3, 36, (Step("the rest", 1, Part.REST),), is_dusted=True),
    Rung(30, 360, (Step("after 6 minutes", 2),)),
    Rung(250, HOUR_S, (Step("after an hour", 3, is_late=True),)),
    Rung(251, 12 * HOUR_S, (Step("after 12 hours, dusted", 4),)),
    Rung(252, DAY_S, (Step("after a day, in a richer pool", 5),), is_pumped=True),
    Rung(253, 7 * DAY_S, (Step("after a week", 6, is_late=True),)),
)
LATE: Final = frozenset(step.wallet for rung in RUNGS for step in rung.steps if step.is_late)
RICH: Final = frozenset((2, 5))  # wallets with a fortune; the others have no more than they need
FORTUNE_WEI: Final = 10**21
DUSTED: Final = 4  # this wallet, by a stranger
SELLERS: Final = 7
DUSTER: Final = SELLERS  # a wallet that buys and only gives away
BUYERS: Final = SELLERS + 1
WHALE: Final = BUYERS  # buys later, and for itself
PUMP_DIVISOR: Final = 4  # of the pool's native reserve
DUST_DIVISOR: Final = 1_000  # of what the stranger bought
