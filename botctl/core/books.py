"""What we hold and have promised: positions, exposure, and the running books of one cycle."""

from dataclasses import dataclass
from typing import Final

from botctl.core.orders import Fill, OrderKind
from botctl.core.units import Address, Hash32, OrderId

NATIVE: Final = "native"  # what a correction calls the coin itself
VANISHED: Final = "reorg"


@dataclass(frozen=True, slots=True)
class Entry:
    """The market as it was when we decided to enter: what a held one is compared with.

    None: it was not known then, so it cannot have got worse.
    """

    sell_tax_bps: int | None
    lp_locked_bps: int | None
    token_supply: int | None
    owner: Address | None
    token_code_hash: Hash32 | None
    code_id: str | None  # as in `Tiers`
    live_probe: bool = False  # bought only to be sold again at once


@dataclass(frozen=True, slots=True)
class Position:
    """Tokens held in one market. Costs include gas; peak is the best exit value seen so far."""

    id: str
    pair: Address
    token: Address
    quantity: int  # token units held
    cost_wei: int  # what the held quantity cost, gas included
    opened_ms: int
    peak_value_wei: int
    entry_liquidity_wei: int  # quote reserve at the entry's decision
    entry: Entry | None = None  # None: bought by a botctl that did not keep it


@dataclass(frozen=True, slots=True)
class Books:
    """Exposure as seen by the next decision; open intents count as spent."""

    positions: int  # open positions and open entries
    exposure_wei: int  # cost of open positions and open entries
    token_exposure_wei: int  # the same, of this market's token
    committed_wei: int  # native promised to open orders, worst fees included
    realised_today_wei: int  # signed; since UTC midnight
    live_intent: bool  # an order of this market is not yet terminal
    zone_exposure_wei: tuple[int, int, int] = (0, 0, 0)  # in markets as thin, as young, as held
    probed_ms: int | None = None  # when a live probe of this market was last sold
    probes_today: int = 0  # live probes decided since UTC midnight


@dataclass(frozen=True, slots=True)
class Contest:
    """Where a market stood among those good enough to enter in its cycle."""

    rank: int | None  # 0 is best; None: not a candidate
    candidates: int
    entries_max: int  # how many may be selected


def vanished_answer(order_id: OrderId, block_hash: Hash32) -> str:
    """The id of the correction by which a person answers for a fill whose block left the chain."""
    return f"{VANISHED}:{order_id}:{block_hash}"


def traded(fill: Fill) -> str:
    """What an answer for this fill is about: the token of a trade, even of one that reverted.

    In the block that took the place of its own it may have done what it had not done before.
    """
    return fill.token if fill.kind is OrderKind.SWAP else NATIVE
