"""The score of a market: many independent signals, each with a threshold, counted and weighted."""

from collections.abc import Callable
from typing import NamedTuple

from botctl.core.amm import shortfall_bps
from botctl.core.case import Check
from botctl.core.facts import Detection
from botctl.core.measures import Measures
from botctl.core.policy import Signals
from botctl.core.reasons import Reason
from botctl.core.units import DEAD_ADDRESS, ZERO_ADDRESS, ratio_bps_floor

Answer = tuple[bool | None, str, str]
Ask = Callable[[Detection, Measures, Signals], Answer]

DECIMALS_MAX = 30  # above it the unit is smaller than any amount that could be traded
SUPPLY_MAX = 2**160  # no honest supply is near it; balances times prices would overflow
PERCENT = 100


class Signal(NamedTuple):
    code: Reason
    weight: int
    ask: Ask


class Score(NamedTuple):
    checks: tuple[Check, ...]
    passes: int
    points: int  # 0..100, share of the weights passed, rounded down


def _at_least(actual: int | None, minimum: int, unit: str = "") -> Answer:
    if actual is None:
        return None, "unknown", f">= {minimum}{unit}"
    return actual >= minimum, f"{actual}{unit}", f">= {minimum}{unit}"


def _at_most(actual: int | None, maximum: int, unit: str = "") -> Answer:
    if actual is None:
        return None, "unknown", f"<= {maximum}{unit}"
    return actual <= maximum, f"{actual}{unit}", f"<= {maximum}{unit}"


def liquidity(_: Detection, m: Measures, s: Signals) -> Answer:
    return _at_least(m.liquidity_usd, s.liquidity_usd_min, " usd")


def age(_: Detection, m: Measures, s: Signals) -> Answer:
    return _at_least(m.age_s, s.age_min_s, " s")


def swaps(d: Detection, _: Measures, s: Signals) -> Answer:
    return _at_least(d.long.buys + d.long.sells, s.swaps_min)


def traders(d: Detection, _: Measures, s: Signals) -> Answer:
    return _at_least(d.long.traders, s.traders_min)


def sellers(d: Detection, _: Measures, s: Signals) -> Answer:
    """Others have sold: the cheapest evidence against a trap."""
    return _at_least(d.long.sells, s.sells_min)


def buy_share(d: Detection, _: Measures, s: Signals) -> Answer:
    """Buying pressure by volume: neither a one-sided pump nor a rush for the door."""
    limit = f"{s.buy_share_min_bps}..{s.buy_share_max_bps} bps"
    total = d.short.buy_quote_nano + d.short.sell_quote_nano
    if total == 0:
        return None, "no volume", limit
    share = ratio_bps_floor(d.short.buy_quote_nano, total)
    return s.buy_share_min_bps <= share <= s.buy_share_max_bps, f"{share} bps", limit


def lp_locked(_: Detection, m: Measures, s: Signals) -> Answer:
    return _at_least(m.lp_locked_bps, s.lp_locked_min_bps, " bps")


def owner(d: Detection, _: Measures, __: Signals) -> Answer:
    """Nobody can change the rules: no owner function, or it was renounced."""
    who = d.facts.owner
    return (
        who in {None, ZERO_ADDRESS, DEAD_ADDRESS},
        who or "no owner function",
        "none or renounced",
    )


def tax(_: Detection, m: Measures, s: Signals) -> Answer:
    known = m.buy_tax_bps is not None and m.sell_tax_bps is not None
    total = (m.buy_tax_bps or 0) + (m.sell_tax_bps or 0)
    return _at_most(total if known else None, s.tax_total_max_bps, " bps")


def fdv(_: Detection, m: Measures, s: Signals) -> Answer:
    limit = f"{s.fdv_usd_min}..{s.fdv_usd_max} usd"
    if m.fdv_usd is None:
        return None, "unknown", limit
    return s.fdv_usd_min <= m.fdv_usd <= s.fdv_usd_max, f"{m.fdv_usd} usd", limit


def fdv_liquidity(_: Detection, m: Measures, s: Signals) -> Answer:
    """A value on paper that far exceeds what the pool could pay is no value; rounded up."""
    times = -(-m.fdv_usd // m.liquidity_usd) if m.fdv_usd is not None and m.liquidity_usd else None
    return _at_most(times, s.fdv_liquidity_max, "x")


def metadata(d: Detection, _: Measures, __: Signals) -> Answer:
    """The token says what it is, in a way that arithmetic survives."""
    market, supply = d.market, d.facts.token_supply
    odd = (
        ("no decimals", market.decimals is None),
        ("absurd decimals", (market.decimals or 0) > DECIMALS_MAX),
        ("no symbol", market.symbol is None),
        ("no supply", not supply),
        ("absurd supply", (supply or 0) > SUPPLY_MAX),
    )
    found = next((what for what, is_odd in odd if is_odd), None)
    return found is None, found or "complete", "complete"


def skew(d: Detection, _: Measures, s: Signals) -> Answer:
    """The pair holds what its reserves say; a token that moves balances by itself does not."""
    facts, limit = d.facts, s.skew_max_bps
    pairs = (
        (facts.pair_token_balance, facts.reserve_token),
        (facts.pair_quote_balance, facts.reserve_quote),
    )
    worst = 0
    for balance, reserve in pairs:
        if balance is None or reserve is None:
            return None, "unknown", f"<= {limit} bps"
        low, high = sorted((balance, reserve))
        worst = max(worst, shortfall_bps(low, high))
    return worst <= limit, f"{worst} bps", f"<= {limit} bps"


SIGNALS = (
    Signal(Reason.SIG_LIQUIDITY, 10, liquidity),
    Signal(Reason.SIG_AGE, 5, age),
    Signal(Reason.SIG_SWAPS, 8, swaps),
    Signal(Reason.SIG_TRADERS, 8, traders),
    Signal(Reason.SIG_SELLERS, 10, sellers),
    Signal(Reason.SIG_BUY_SHARE, 10, buy_share),
    Signal(Reason.SIG_LP_LOCKED, 12, lp_locked),
    Signal(Reason.SIG_OWNER, 8, owner),
    Signal(Reason.SIG_TAX, 8, tax),
    Signal(Reason.SIG_FDV, 4, fdv),
    Signal(Reason.SIG_FDV_LIQUIDITY, 5, fdv_liquidity),
    Signal(Reason.SIG_METADATA, 6, metadata),
    Signal(Reason.SIG_SKEW, 6, skew),
)
WEIGHT_TOTAL = sum(signal.weight for signal in SIGNALS)


def score(seen: Detection, m: Measures, thresholds: Signals) -> Score:
    """Every signal's answer, how many passed, and their share of the weights; unknown fails."""
    checks = tuple(Check(s.code, *s.ask(seen, m, thresholds)) for s in SIGNALS)
    passed = [s.weight for s, check in zip(SIGNALS, checks, strict=True) if check.ok]
    return Score(checks, len(passed), sum(passed) * PERCENT // WEIGHT_TOTAL)
