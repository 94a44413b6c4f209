"""What we hold and have promised: positions, exposure, and the running books of one cycle."""

from dataclasses import dataclass

from botctl.core.units import Address


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


@dataclass(frozen=True, slots=True)
class Books:
    """Exposure as seen by the next decision; open intents count as spent."""

    positions: int  # open positions and open entries
    exposure_wei: int  # cost of open positions and open entries
    token_exposure_wei: int  # the same, of this market's token
    committed_wei: int  # native promised to open orders, worst fees included
    realised_today_wei: int  # signed; since UTC midnight
    live_intent: bool  # an order of this market is not yet terminal


@dataclass(frozen=True, slots=True)
class Contest:
    """Where a market stood among those good enough to enter in its cycle."""

    rank: int | None  # 0 is best; None: not a candidate
    candidates: int
    entries_max: int  # how many may be selected
