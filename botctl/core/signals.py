"""The score of a market: many independent signals, each with a threshold, counted and weighted."""

from collections.abc import Callable
from typing import Final, NamedTuple

from botctl.core.amm import shortfall_bps
from botctl.core.case import Check
from botctl.core.facts import Detection, Market
from botctl.core.latest import Latest
from botctl.core.measures import Measures
from botctl.core.policy import Signals
from botctl.core.reasons import Reason
from botctl.core.units import DEAD_ADDRESS, ZERO_ADDRESS, ratio_bps_floor
from botctl.core.value import value

Answer = tuple[bool | None, str, str]
Ask = Callable[[Detection, Measures, "Terms"], Answer]

DECIMALS_MAX = 30  # above it the unit is smaller than any amount that could be traded
SUPPLY_MAX = 2**160  # no honest supply is near it; balances times prices would overflow
PERCENT = 100
UNKNOWN: Final = "unknown"
NOBODY: Final = frozenset({None, ZERO_ADDRESS, DEAD_ADDRESS})
_new: Final = tuple.__new__  # a NamedTuple's own constructor takes half as long again


class Signal(NamedTuple):
    code: Reason
    weight: int
    ask: Ask


class Score(NamedTuple):
    checks: tuple[Check, ...]
    passes: int
    points: int  # 0..100, share of the weights passed, rounded down


@value(frozen=True, slots=True)
class Bound:
    """A threshold, and how the check says it."""

    at: int
    says: str


@value(frozen=True, slots=True)
class Range:
    low: int
    high: int
    says: str


@value(frozen=True, slots=True)
class Terms:
    """The thresholds in words: the same for every market, so they are written down once."""

    liquidity_usd: Bound
    age_s: Bound
    swaps: Bound
    traders: Bound
    sells: Bound
    buy_share_bps: Range
    lp_locked_bps: Bound
    tax_total_bps: Bound
    fdv_usd: Range
    fdv_liquidity: Bound
    skew_bps: Bound


def _terms(s: Signals) -> Terms:
    return Terms(
        liquidity_usd=_floor(s.liquidity_usd_min, " usd"),
        age_s=_floor(s.age_min_s, " s"),
        swaps=_floor(s.swaps_min),
        traders=_floor(s.traders_min),
        sells=_floor(s.sells_min),
        buy_share_bps=_range(s.buy_share_min_bps, s.buy_share_max_bps, "bps"),
        lp_locked_bps=_floor(s.lp_locked_min_bps, " bps"),
        tax_total_bps=_ceiling(s.tax_total_max_bps, " bps"),
        fdv_usd=_range(s.fdv_usd_min, s.fdv_usd_max, "usd"),
        fdv_liquidity=_ceiling(s.fdv_liquidity_max, "x"),
        skew_bps=_ceiling(s.skew_max_bps, " bps"),
    )


def _floor(minimum: int, unit: str = "") -> Bound:
    return Bound(minimum, f">= {minimum}{unit}")


def _ceiling(maximum: int, unit: str) -> Bound:
    return Bound(maximum, f"<= {maximum}{unit}")


def _range(low: int, high: int, unit: str) -> Range:
    return Range(low, high, f"{low}..{high} {unit}")


def _at_least(actual: int | None, minimum: Bound, unit: str = "") -> Answer:
    if actual is None:
        return None, UNKNOWN, minimum.says
    return actual >= minimum.at, f"{actual}{unit}", minimum.says


def _at_most(actual: int | None, maximum: Bound, unit: str) -> Answer:
    if actual is None:
        return None, UNKNOWN, maximum.says
    return actual <= maximum.at, f"{actual}{unit}", maximum.says


def liquidity(_: Detection, m: Measures, t: Terms) -> Answer:
    return _at_least(m.liquidity_usd, t.liquidity_usd, " usd")


def age(_: Detection, m: Measures, t: Terms) -> Answer:
    return _at_least(m.age_s, t.age_s, " s")


def swaps(d: Detection, _: Measures, t: Terms) -> Answer:
    return _at_least(d.long.buys + d.long.sells, t.swaps)


def traders(d: Detection, _: Measures, t: Terms) -> Answer:
    return _at_least(d.long.traders, t.traders)


def sellers(d: Detection, _: Measures, t: Terms) -> Answer:
    """Others have sold: the cheapest evidence against a trap."""
    return _at_least(d.long.sells, t.sells)


def buy_share(d: Detection, _: Measures, t: Terms) -> Answer:
    """Buying pressure by volume: neither a one-sided pump nor a rush for the door."""
    wanted = t.buy_share_bps
    bought = d.short.buy_quote_nano
    total = bought + d.short.sell_quote_nano
    if total == 0:
        return None, "no volume", wanted.says
    share = ratio_bps_floor(bought, total)
    return wanted.low <= share <= wanted.high, f"{share} bps", wanted.says


def lp_locked(_: Detection, m: Measures, t: Terms) -> Answer:
    return _at_least(m.lp_locked_bps, t.lp_locked_bps, " bps")


def owner(d: Detection, _: Measures, __: Terms) -> Answer:
    """Nobody can change the rules: no owner function, or it was renounced."""
    who = d.facts.owner
    return who in NOBODY, who or "no owner function", "none or renounced"


def tax(_: Detection, m: Measures, t: Terms) -> Answer:
    buy, sell = m.buy_tax_bps, m.sell_tax_bps
    return _at_most(None if buy is None or sell is None else buy + sell, t.tax_total_bps, " bps")


def fdv(_: Detection, m: Measures, t: Terms) -> Answer:
    wanted, actual = t.fdv_usd, m.fdv_usd
    if actual is None:
        return None, UNKNOWN, wanted.says
    return wanted.low <= actual <= wanted.high, f"{actual} usd", wanted.says


def fdv_liquidity(_: Detection, m: Measures, t: Terms) -> Answer:
    """A value on paper that far exceeds what the pool could pay is no value; rounded up."""
    value_usd, liquid_usd = m.fdv_usd, m.liquidity_usd
    times = -(-value_usd // liquid_usd) if value_usd is not None and liquid_usd else None
    return _at_most(times, t.fdv_liquidity, "x")


def metadata(d: Detection, _: Measures, __: Terms) -> Answer:
    """The token says what it is, in a way that arithmetic survives."""
    odd = _odd_name(d.market) or _odd_supply(d.facts.token_supply)
    return odd is None, odd or "complete", "complete"


def _odd_name(market: Market) -> str | None:
    if market.decimals is None:
        return "no decimals"
    if market.decimals > DECIMALS_MAX:
        return "absurd decimals"
    return "no symbol" if market.symbol is None else None


def _odd_supply(supply: int | None) -> str | None:
    if not supply:
        return "no supply"
    return "absurd supply" if supply > SUPPLY_MAX else None


def skew(d: Detection, _: Measures, t: Terms) -> Answer:
    """The pair holds what its reserves say; a token that moves balances by itself does not."""
    facts = d.facts
    of_token = _apart_bps(facts.pair_token_balance, facts.reserve_token)
    of_quote = _apart_bps(facts.pair_quote_balance, facts.reserve_quote)
    worst = None if of_token is None or of_quote is None else max(of_token, of_quote)
    return _at_most(worst, t.skew_bps, " bps")


def _apart_bps(balance: int | None, reserve: int | None) -> int | None:
    if balance is None or reserve is None:
        return None
    return shortfall_bps(min(balance, reserve), max(balance, reserve)) if balance != reserve else 0


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
_TERMS: Final = Latest(_terms)


def score(seen: Detection, m: Measures, thresholds: Signals) -> Score:
    """Every signal's answer, how many passed, and their share of the weights; unknown fails."""
    terms = _TERMS.of(thresholds)
    checks, passes, passed = [], 0, 0
    for code, weight, ask in SIGNALS:
        ok, actual, limit = ask(seen, m, terms)
        checks.append(_new(Check, (code, ok, actual, limit)))
        if ok:
            passes += 1
            passed += weight
    return Score(tuple(checks), passes, passed * PERCENT // WEIGHT_TOTAL)
