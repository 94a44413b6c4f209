"""The rules as values: everything a decision depends on besides what was seen.

Amounts are wei of the chain's native coin unless the name says otherwise. Defaults live in the
settings (`botctl/config`), never here: a bundle must carry every number that decided it.
"""

from dataclasses import dataclass

from botctl.core.features import Feature
from botctl.core.terms import Calm, Caps, Effect, LiveProbe, RegimeLimits, Sizing
from botctl.core.units import Address, Hash32

RULE_VERSION = "3"  # raised whenever the same inputs could decide differently


@dataclass(frozen=True, slots=True)
class Venue:
    """The configured DEX: what must be found on the chain before money moves."""

    chain_id: int
    route: str  # "uniswap_v2"
    factory: Address
    router: Address
    native: Address  # the wrapped native token, the only quote we can spend
    factory_code_hash: Hash32 | None  # None: not pinned by the operator
    router_code_hash: Hash32 | None
    pair_code_hash: Hash32 | None


@dataclass(frozen=True, slots=True)
class Band:
    """Bounds that hold from `liquidity_usd_min` upwards, until the next band starts."""

    liquidity_usd_min: int  # whole dollars
    slippage_bps: int  # tolerated below the simulated output
    cost_max_bps: int  # worst accepted fill against the mid price: fee, impact, tax, tolerance
    impact_max_bps: int


@dataclass(frozen=True, slots=True)
class Freshness:
    head_age_max_ms: int
    quote_age_max_ms: int
    ahead_max_ms: int  # how far the chain's clock may be ahead of ours


@dataclass(frozen=True, slots=True)
class Risk:
    trade_wei: int
    trade_min_wei: int
    token_exposure_max_wei: int
    exposure_max_wei: int
    positions_max: int
    daily_loss_max_wei: int
    balance_buffer_wei: int
    fee_max_wei: int  # per gas
    gas_max: int
    gas_margin_bps: int  # added to the simulated gas
    gas_share_max_bps: int  # worst fee of one entry against its size
    buy_tax_max_bps: int
    sell_tax_max_bps: int
    round_trip_loss_max_bps: int


@dataclass(frozen=True, slots=True)
class Signals:
    """Thresholds and weights of the score; each signal is independent of the others."""

    liquidity_usd_min: int
    age_min_s: int
    swaps_min: int
    traders_min: int
    sells_min: int
    buy_share_min_bps: int
    buy_share_max_bps: int
    lp_locked_min_bps: int
    tax_total_max_bps: int
    fdv_usd_min: int
    fdv_usd_max: int
    fdv_liquidity_max: int  # fully diluted value over liquidity
    skew_max_bps: int  # pair's balances against its reserves
    passes_min: int
    score_min: int  # 0..100


@dataclass(frozen=True, slots=True)
class Exits:
    take_profit_bps: int
    stop_loss_bps: int
    trailing_start_bps: int  # profit from which the peak is trailed
    trailing_drop_bps: int
    hold_max_s: int
    slippage_bps: int
    emergency_slippage_bps: int
    emergency_liquidity_drop_bps: int
    emergency_sell_tax_bps: int
    emergency_tax_rise_bps: int  # of the sell tax against that of the entry
    emergency_unlock_bps: int  # of the LP supply: what was locked at the entry and is not any more
    emergency_mint_bps: int  # growth of the token's supply since the entry


@dataclass(frozen=True, slots=True)
class Policy:
    strategy_version: str
    select_best: int
    deadline_s: int
    time_bucket_s: int
    venue: Venue
    freshness: Freshness
    risk: Risk
    bands: tuple[Band, ...]  # ascending by liquidity_usd_min, the first at zero
    signals: Signals
    exits: Exits
    caps: Caps
    sizing: Sizing
    regime: RegimeLimits
    regimes: tuple[Effect, ...]
    calm: Calm
    live_probe: LiveProbe
    tiers: bool  # every tier of the gate must have been asked before an entry is decided
    off: tuple[Feature, ...] = ()  # what was switched off; bundles from before have nothing to say


def band_for(bands: tuple[Band, ...], liquidity_usd: int) -> Band:
    """The last band whose floor the liquidity reaches."""
    return next(b for b in reversed(bands) if liquidity_usd >= b.liquidity_usd_min)
