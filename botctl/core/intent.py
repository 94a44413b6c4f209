"""What a decision wants done, and the key that lets it happen at most once."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from botctl.core.units import Address


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class Intent:
    """Amounts: `amount_in` is native wei for a buy, token units for a sell; `min_out` the other."""

    intent_key: str
    bot: str
    pair: Address
    token: Address
    side: Side
    amount_in: int
    expected_out: int
    min_out: int
    route: str
    strategy_version: str
    time_bucket: int
    deadline_s: int  # unix seconds, on chain
    gas_limit: int
    fee_max_wei: int  # per gas


def intent_key(  # noqa: PLR0913  the eight parts are the definition (DESIGN §5)
    *,
    bot: str,
    market: Address,
    side: Side,
    token: Address,
    amount: int,
    route: str,
    strategy_version: str,
    time_bucket: int,
) -> str:
    """sha256 over the eight parts, one a line: no part may contain a line break (DESIGN §5)."""
    parts = (bot, market, side, token, str(amount), route, strategy_version, str(time_bucket))
    if any("\n" in part for part in parts):
        raise ValueError("a line break inside an intent's parts would make two intents look alike")
    return sha256("\n".join(parts).encode()).hexdigest()
