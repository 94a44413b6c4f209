"""How much may be lost: sizes, exposure, gas, taxes, and the bounds of a single fill."""

from itertools import pairwise

from pydantic import Field, model_validator

from botctl.config.groups.base import Group
from botctl.config.kinds import WeiAmount, Whole
from botctl.core.policy import Band, Risk
from botctl.core.units import BPS_ONE


class RiskGroup(Group):
    """Limits on entries; no exit is ever held back by one of these."""

    trade_wei: WeiAmount = Field(
        2 * 10**16, gt=0, description="One entry. Small: what you can lose whole and still sleep."
    )
    trade_min_wei: WeiAmount = Field(
        5 * 10**15, gt=0, description="Below this, fees eat any profit."
    )
    token_exposure_max_wei: WeiAmount = Field(
        2 * 10**16, gt=0, description="One entry's worth: a losing token is never bought again."
    )
    exposure_max_wei: WeiAmount = Field(
        10**17, gt=0, description="All positions and open entries together: five entries."
    )
    positions_max: Whole = Field(
        5, gt=0, description="More than five cannot be watched by a person."
    )
    daily_loss_max_wei: WeiAmount = Field(
        3 * 10**16, gt=0, description="After this loss since midnight UTC no entry until tomorrow."
    )
    balance_buffer_wei: WeiAmount = Field(
        2 * 10**16, ge=0, description="Stays in the wallet whatever happens: the gas of every exit."
    )
    fee_max_wei: WeiAmount = Field(
        20 * 10**9, gt=0, description="Price of one gas in an entry, its headroom included."
    )
    gas_max: Whole = Field(
        600_000, gt=0, description="Gas of one entry; three times a plain swap: more is a trick."
    )
    gas_margin_bps: Whole = Field(
        2_000, ge=0, le=BPS_ONE, description="Added to simulated gas: state moves until it mines."
    )
    gas_share_max_bps: Whole = Field(
        1_000, gt=0, le=BPS_ONE, description="Worst fee of an entry against its size: a tenth."
    )
    buy_tax_max_bps: Whole = Field(
        300,
        ge=0,
        le=BPS_ONE,
        description="Measured, not declared; 3 % is what honest projects take.",
    )
    sell_tax_max_bps: Whole = Field(
        300, ge=0, le=BPS_ONE, description="The same on the way out, where traps charge."
    )
    round_trip_loss_max_bps: Whole = Field(
        700,
        ge=0,
        le=BPS_ONE,
        description="Buy and sell at once: both taxes, both fees, and impact.",
    )

    @model_validator(mode="after")
    def _sizes_fit(self) -> "RiskGroup":
        if self.trade_min_wei > self.trade_wei:
            raise ValueError("trade_min_wei must not exceed trade_wei")
        if self.trade_wei > self.token_exposure_max_wei:
            raise ValueError("token_exposure_max_wei must have room for one trade_wei")
        if self.token_exposure_max_wei > self.exposure_max_wei:
            raise ValueError("exposure_max_wei must have room for token_exposure_max_wei")
        return self

    def values(self) -> Risk:
        return Risk(**self.model_dump())


class BandGroup(Group):
    """Bounds of one fill, from this liquidity upwards until the next band."""

    liquidity_usd_min: Whole = Field(ge=0, description="Whole dollars in the pool, both sides.")
    slippage_bps: Whole = Field(
        gt=0, le=BPS_ONE, description="Accepted below the simulated output."
    )
    cost_max_bps: Whole = Field(
        gt=0, le=BPS_ONE, description="Worst fill against mid: 30 fee, impact, 300 tax, slippage."
    )
    impact_max_bps: Whole = Field(gt=0, le=BPS_ONE, description="How far we may move the price.")

    def values(self) -> Band:
        return Band(**self.model_dump())


def band(
    liquidity_usd_min: int, slippage_bps: int, cost_max_bps: int, impact_max_bps: int
) -> BandGroup:
    return BandGroup(
        liquidity_usd_min=liquidity_usd_min,
        slippage_bps=slippage_bps,
        cost_max_bps=cost_max_bps,
        impact_max_bps=impact_max_bps,
    )


# Thin pools move more between quote and block, so a fill there needs a wider bound to happen at all.
BANDS_DEFAULT = (band(0, 150, 550, 100), band(100_000, 100, 450, 50), band(1_000_000, 50, 380, 20))


def ascending(bands: tuple[BandGroup, ...]) -> tuple[BandGroup, ...]:
    floors = [each.liquidity_usd_min for each in bands]
    if not floors or floors[0] != 0:
        raise ValueError("the first band must begin at liquidity_usd_min = 0")
    if any(low >= high for low, high in pairwise(floors)):
        raise ValueError("bands must ascend by liquidity_usd_min")
    return bands
