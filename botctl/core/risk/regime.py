"""The times we trade in: labelled from our own record, and what each label takes from the limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from botctl.core.policy import Band, Policy
from botctl.core.record import Performance
from botctl.core.terms import Effect, Regime, RegimeLimits
from botctl.core.units import ratio_bps_floor, share_floor

HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a label was read from; shares and slippage in bps, `hold_s` and `slippage` are medians.

    None: too few trades in the window to say.
    """

    trades: int
    win_bps: int | None
    hold_s: int | None
    rug_bps: int | None
    slippage_bps: int | None
    revert_bps: int | None
    launches_per_hour: int
    liquidity_usd: int | None  # median of the markets that could be entered at all


@dataclass(frozen=True, slots=True)
class Times:
    """The label that holds since then, and the numbers it was last read from."""

    regime: Regime
    since_ms: int
    numbers: Numbers
    why: str


STRICTNESS: Final[Mapping[Regime, int]] = {
    Regime.NORMAL: 0,
    Regime.HOT_LAUNCH: 1,
    Regime.CHOP: 2,
    Regime.LOW_LIQUIDITY: 3,
    Regime.RUG_HEAVY: 4,
}


def numbers(
    seen: Performance,
    limits: RegimeLimits,
    now_ms: int,
    *,
    launches: int,
    liquidities_usd: Sequence[int],
) -> Numbers:
    """`launches`: markets created in the last hour; liquidities of what could be entered."""
    since_ms = now_ms - limits.window_s * 1_000
    trades = [trade for trade in seen.trades if trade.closed_ms >= since_ms]
    slips = [e.slippage_bps for e in seen.entered if e.settled_ms >= since_ms]
    enough = len(trades) >= limits.trades_min
    return Numbers(
        trades=len(trades),
        win_bps=_share(sum(t.realised_wei > 0 for t in trades), len(trades)) if enough else None,
        hold_s=_median([(t.closed_ms - t.opened_ms) // 1_000 for t in trades]) if enough else None,
        rug_bps=_share(sum(t.forced for t in trades), len(trades)) if enough else None,
        slippage_bps=_median(slips) if len(slips) >= limits.trades_min else None,
        revert_bps=_share(seen.reverted, seen.mined) if seen.mined >= limits.trades_min else None,
        launches_per_hour=launches,
        liquidity_usd=_median(liquidities_usd),
    )


def read(n: Numbers, limits: RegimeLimits) -> tuple[Regime, str]:
    """The first label whose rule holds, the most dangerous first, with the number that said so."""
    rules = (
        (Regime.RUG_HEAVY, n.rug_bps, limits.rug_bps, "of the trades ended in a forced exit"),
        (Regime.LOW_LIQUIDITY, n.slippage_bps, limits.slippage_bps, "bps median slippage"),
        (Regime.CHOP, n.revert_bps, limits.revert_bps, "of the transactions reverted"),
    )
    for regime, measured, limit, what in rules:
        if measured is not None and measured >= limit:
            return regime, f"{measured} bps {what}, limit {limit}"
    if n.liquidity_usd is not None and n.liquidity_usd < limits.liquidity_usd:
        say = f"median liquidity {n.liquidity_usd} dollars, limit {limits.liquidity_usd}"
        return Regime.LOW_LIQUIDITY, say
    if n.win_bps is not None and n.win_bps < limits.win_bps:
        return Regime.CHOP, f"{n.win_bps} bps of the trades won, limit {limits.win_bps}"
    quick = n.hold_s is None or n.hold_s <= limits.hot_hold_s
    if n.launches_per_hour >= limits.hot_launches and quick:
        say = f"{n.launches_per_hour} new markets in an hour, limit {limits.hot_launches}"
        return Regime.HOT_LAUNCH, say
    return Regime.NORMAL, "no rule of another regime holds"


def next_times(known: Times | None, n: Numbers, limits: RegimeLimits, now_ms: int) -> Times:
    """A stricter label holds at once; a milder one only after `dwell_s` of the stricter."""
    regime, why = read(n, limits)
    if known is None:
        return Times(regime, now_ms, n, why)
    if regime is known.regime:
        return replace(known, numbers=n)
    milder = STRICTNESS[regime] < STRICTNESS[known.regime]
    if milder and now_ms - known.since_ms < limits.dwell_s * 1_000:
        return replace(known, numbers=n)
    return Times(regime, now_ms, n, why)


def under(policy: Policy, regime: Regime) -> Policy:
    """The policy as it holds in these times: sizes shrunk, thresholds raised, bounds tightened."""
    effect = effect_of(policy.regimes, regime)
    if effect == Effect(regime):
        return policy
    risk, signals = policy.risk, policy.signals
    return replace(
        policy,
        risk=replace(risk, trade_wei=share_floor(risk.trade_wei, effect.size_bps)),
        signals=replace(signals, score_min=min(100, signals.score_min + effect.score_add)),
        bands=tuple(_tightened(band, effect.bound_bps) for band in policy.bands),
    )


def effect_of(table: Sequence[Effect], regime: Regime) -> Effect:
    """Of a regime the table does not name: none."""
    return next((effect for effect in table if effect.regime is regime), Effect(regime))


def _tightened(band: Band, bound_bps: int) -> Band:
    """The tolerance for the fill stays: tighter than the pool moves, nothing would ever fill."""
    return replace(
        band,
        cost_max_bps=share_floor(band.cost_max_bps, bound_bps),
        impact_max_bps=share_floor(band.impact_max_bps, bound_bps),
    )


def _share(part: int, whole: int) -> int | None:
    return ratio_bps_floor(part, whole) if whole else None


def _median(values: Sequence[int]) -> int | None:
    return sorted(values)[len(values) // 2] if values else None
