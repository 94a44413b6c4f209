"""What makes an entry smaller, or later: kinds of market, our own record, the times, nervous pools."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from botctl.config.groups.base import Group
from botctl.config.kinds import Flag, Listed, WeiAmount, Whole
from botctl.config.moment import moment, moment_ms
from botctl.core.terms import Calm, Cap, Caps, Effect, LiveProbe, Regime, RegimeLimits, Sizing
from botctl.core.units import BPS_ONE

Share = Annotated[Whole, Field(gt=0, le=BPS_ONE)]


class CapGroup(Group):
    """One kind of market, from `floor` upwards until the next."""

    floor: Whole = Field(ge=0, description="Of what the list is about.")
    trade_bps: Share = Field(description="Most of risk.trade_wei that one entry may be.")
    exposure_bps: Share = Field(description="Most of risk.exposure_max_wei in all such markets.")

    def values(self) -> Cap:
        return Cap(**self.model_dump())


def cap(floor: int, trade_bps: int, exposure_bps: int) -> CapGroup:
    return CapGroup(floor=floor, trade_bps=trade_bps, exposure_bps=exposure_bps)


def _ascending(caps: tuple[CapGroup, ...]) -> tuple[CapGroup, ...]:
    floors = [each.floor for each in caps]
    if not floors or floors[0] != 0:
        raise ValueError("the first must begin at floor = 0")
    if any(low >= high for low, high in pairwise(floors)):
        raise ValueError("must ascend by floor")
    return caps


CapList = Annotated[tuple[CapGroup, ...], Listed, AfterValidator(_ascending)]


class CapsGroup(Group):
    """Shares of the limits by kind of market; what is not known counts as the strictest kind."""

    liquidity_usd: CapList = Field(
        (cap(0, 5_000, 4_000), cap(100_000, BPS_ONE, 7_000), cap(1_000_000, BPS_ONE, BPS_ONE)),
        description="By whole dollars in the pool: a thin pool is left by one seller.",
    )
    age_s: CapList = Field(
        (cap(0, 5_000, 5_000), cap(86_400, BPS_ONE, BPS_ONE)),
        description="By seconds since the pool was opened: most traps are sprung in the first day.",
    )
    insiders_bps: CapList = Field(
        (cap(0, BPS_ONE, BPS_ONE), cap(2_000, 5_000, 5_000), cap(5_000, 2_500, 2_500)),
        description="By the supply's share with its owner, its launcher, itself and its big buyers.",
    )

    def values(self) -> Caps:
        return Caps(
            liquidity_usd=tuple(each.values() for each in self.liquidity_usd),
            age_s=tuple(each.values() for each in self.age_s),
            insiders_bps=tuple(each.values() for each in self.insiders_bps),
        )


class SizingGroup(Group):
    """How much of risk.trade_wei one entry is; never more than that."""

    canary: Flag = Field(
        default=False,
        description="Begin tiny after an install or a change of strategy, grow with good trades.",
    )
    canary_steps_bps: Annotated[tuple[Share, ...], Listed] = Field(
        (2_500, 5_000), min_length=1, description="Shares of the first steps; then the whole."
    )
    canary_trades: Whole = Field(
        5, gt=0, description="Trades a step without a forced exit; one of those begins anew."
    )
    canary_from: Annotated[str, AfterValidator(moment)] = Field(
        "",
        description='UTC, such as "2026-03-01T12:00": only trades opened since then let it grow.'
        " Write the time of an upgrade or of a new strategy; empty: all trades count.",
    )
    expectancy: Flag = Field(
        default=True, description="Size by half of Kelly's share once the record is long enough."
    )
    trades_min: Whole = Field(
        20, gt=0, le=50, description="Closed trades before the record says anything."
    )
    share_min_bps: Share = Field(
        2_500, description="What a losing record is left with: enough to see whether it turns."
    )

    def values(self) -> Sizing:
        own = self.model_dump(exclude={"canary_from"})
        return Sizing(**own, canary_from_ms=moment_ms(self.canary_from))


class RegimeGroup(Group):
    """From which numbers of our own record the times get their label."""

    window_s: Whole = Field(14_400, gt=0, description="Four hours: what is older is another day.")
    trades_min: Whole = Field(8, gt=0, description="Fewer trades or transactions say nothing.")
    dwell_s: Whole = Field(1_800, ge=0, description="A stricter label holds at least this long.")
    rug_bps: Share = Field(
        2_500, description="Rug-heavy: a quarter of the trades ended in a forced exit."
    )
    slippage_bps: Share = Field(
        150,
        description="Low liquidity: the median buy got so much less than its decision expected.",
    )
    revert_bps: Share = Field(2_000, description="Chop: a fifth of the transactions reverted.")
    liquidity_usd: Whole = Field(
        10_000, ge=0, description="Low liquidity: the median pool that could be entered is thinner."
    )
    win_bps: Whole = Field(
        3_000, ge=0, le=BPS_ONE, description="Chop: fewer than three trades in ten won."
    )
    hot_launches: Whole = Field(
        120, gt=0, description="Hot launch: new markets in an hour, two a minute."
    )
    hot_hold_s: Whole = Field(
        1_800, gt=0, description="And trades that are over in half an hour at the median."
    )

    def values(self) -> RegimeLimits:
        return RegimeLimits(**self.model_dump())


class EffectGroup(Group):
    """What one label takes while it holds."""

    regime: Regime = Field(description="normal, hot_launch, chop, low_liquidity or rug_heavy.")
    size_bps: Share = Field(BPS_ONE, description="Of risk.trade_wei.")
    bound_bps: Share = Field(BPS_ONE, description="Of the bands' cost_max_bps and impact_max_bps.")
    score_add: Whole = Field(0, ge=0, le=100, description="Added to signals.score_min.")
    entries: Flag = Field(default=True, description="false: no entry at all.")

    def values(self) -> Effect:
        return Effect(**self.model_dump())


EFFECTS_DEFAULT = (
    EffectGroup(regime=Regime.HOT_LAUNCH, size_bps=5_000, score_add=5),
    EffectGroup(regime=Regime.CHOP, size_bps=5_000, bound_bps=8_000, score_add=10),
    EffectGroup(regime=Regime.LOW_LIQUIDITY, size_bps=5_000, bound_bps=8_000, score_add=5),
    EffectGroup(
        regime=Regime.RUG_HEAVY, size_bps=2_500, bound_bps=8_000, score_add=15, entries=False
    ),
)


def one_each(effects: tuple[EffectGroup, ...]) -> tuple[EffectGroup, ...]:
    named = [each.regime for each in effects]
    twice = next((regime for regime in named if named.count(regime) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice} has two entries; keep one")
    return effects


class LiveProbeGroup(Group):
    """Tier 6 of the gate: buy a little for real, sell it at once, and enter only what could be sold.

    `features.live_probe` switches it: it pays fees for each new market, and shows our address.
    """

    trade_wei: WeiAmount = Field(
        10**15, gt=0, description="Of one probe, below risk.trade_min_wei."
    )
    day_max_wei: WeiAmount = Field(
        10**16, gt=0, description="Of all probes since midnight UTC; fees come on top."
    )
    valid_s: Whole = Field(
        21_600, gt=0, description="A probe that was sold speaks for its market this long."
    )

    def values(self, *, on: bool) -> LiveProbe:
        return LiveProbe(on=on, **self.model_dump())


class CalmGroup(Group):
    """When a pool is too nervous to be entered."""

    flicker_bps: Whole = Field(
        2_000, gt=0, le=BPS_ONE, description="Price or liquidity jumped a fifth within one cycle."
    )
    flicker_pause_s: Whole = Field(
        600,
        ge=0,
        description="Entries into that market then wait: its quotes are not to be trusted.",
    )
    sandwiches_max: Whole = Field(
        2, ge=0, description="Others caught between two trades in the long window: it is watched."
    )
    sandwich_gas: Whole = Field(
        250_000, gt=0, description="What the two trades around ours burn: below it nobody bothers."
    )

    def values(self) -> Calm:
        return Calm(**self.model_dump())
