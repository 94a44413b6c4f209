"""The terms of risk: plain values of the policy, without a rule among them."""

from dataclasses import dataclass
from enum import StrEnum

from botctl.core.units import BPS_ONE


@dataclass(frozen=True, slots=True)
class Cap:
    """From `floor` of its measure upwards, until the next cap: shares of `trade_wei` and of
    `exposure_max_wei`, in bps.
    """

    floor: int
    trade_bps: int
    exposure_bps: int


@dataclass(frozen=True, slots=True)
class Caps:
    """Each ascending by floor, the first at zero (seed document, exposure controls by band)."""

    liquidity_usd: tuple[Cap, ...]  # whole dollars in the pool
    age_s: tuple[Cap, ...]
    insiders_bps: tuple[Cap, ...]  # of the supply, in the hands of known insiders


@dataclass(frozen=True, slots=True)
class Sizing:
    """Shares of `risk.trade_wei` in bps.

    With `canary` the first entries are tiny: `canary_steps_bps[0]`, the next step after each
    `canary_trades` good trades in a row (none ended in a forced exit), whole after the last. With
    `expectancy` a record of at least `trades_min` trades sets the share: half of Kelly's, never
    below `share_min_bps`, which is also that of a record that loses.
    """

    canary: bool
    canary_steps_bps: tuple[int, ...]
    canary_trades: int
    expectancy: bool
    trades_min: int
    share_min_bps: int
    canary_from_ms: int = 0  # trades opened before it do not let the canary grow


class Regime(StrEnum):
    """Seed document, regime labels; `NORMAL` is the absence of the others."""

    NORMAL = "normal"
    HOT_LAUNCH = "hot_launch"
    CHOP = "chop"
    LOW_LIQUIDITY = "low_liquidity"
    RUG_HEAVY = "rug_heavy"


@dataclass(frozen=True, slots=True)
class RegimeLimits:
    """From which numbers a label is read; shares and slippage in bps."""

    window_s: int
    trades_min: int  # fewer say nothing
    dwell_s: int  # how long a stricter label holds at least
    rug_bps: int
    slippage_bps: int
    revert_bps: int
    liquidity_usd: int
    win_bps: int
    hot_launches: int  # per hour
    hot_hold_s: int  # trades that last longer are no launch fever


@dataclass(frozen=True, slots=True)
class Effect:
    """What a label takes: of the trade's size, of the fill's bounds; and adds to the score needed."""

    regime: Regime
    size_bps: int = BPS_ONE
    bound_bps: int = BPS_ONE
    score_add: int = 0
    entries: bool = True


@dataclass(frozen=True, slots=True)
class Calm:
    """What a pool may do before an entry into it waits."""

    flicker_bps: int  # a jump of price or liquidity from one cycle to the next
    flicker_pause_s: int  # how long entries into that market then wait
    sandwiches_max: int  # of others, in the long window
    sandwich_gas: int  # what the two trades around ours would burn


@dataclass(frozen=True, slots=True)
class LiveProbe:
    """Tier 6 of the gate: a tiny buy and its sale, for real, before the first entry into a market."""

    on: bool
    trade_wei: int
    day_max_wei: int  # bought in live probes since midnight UTC
    valid_s: int  # how long a probe that was sold speaks for its market
