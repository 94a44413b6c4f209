"""What is looked at, and how old a look may be."""

from typing import Annotated

from pydantic import Field, model_validator

from botctl.config.groups.base import Group
from botctl.config.kinds import AddressText, Listed, Whole
from botctl.core.policy import Freshness

Addresses = Annotated[tuple[AddressText, ...], Listed]


class ScanGroup(Group):
    """Which markets are found and read."""

    watchlist: Addresses = Field(
        (), description="Pairs that are read in every cycle, whatever the factory's logs say."
    )
    lockers: Addresses = Field(
        (
            "0x663A5C229c09b049E36dCc11a9B0d4a8Eb9db214",
            "0xE2fE530C047f2d85298b07D9333C05737f1435fB",
        ),
        description="Contracts whose LP tokens count as locked. Default: UNCX and Team Finance.",
    )
    start_block: Annotated[Whole, Field(ge=0)] | None = Field(
        None, description="Where the search for pairs begins; left out: one long window ago."
    )
    backfill_blocks_max: Whole = Field(
        5_000,
        gt=0,
        description="Blocks one scan catches up; more would make a cycle miss its minute.",
    )
    window_short_s: Whole = Field(
        300, gt=0, description="The last five minutes: who is buying and selling now."
    )
    window_long_s: Whole = Field(
        3_600, gt=0, description="The last hour: whether a market is alive at all."
    )
    reorg_blocks_max: Whole = Field(
        64, gt=0, description="How far back a fork is looked for: two epochs, mainnet's finality."
    )
    markets_max: Whole = Field(
        500,
        gt=0,
        description="Markets in one cycle, held and newest first; fits a minute with ease.",
    )

    tiers_max: Whole = Field(
        20,
        ge=1,
        description="Markets that all tiers of the gate look at in one cycle: held, then the best.",
    )
    tiers_age_max_ms: Whole = Field(
        300_000,
        ge=0,
        description="Their answer stands this long while code, owner and taxes stay as they were.",
    )

    @model_validator(mode="after")
    def _windows_ascend(self) -> "ScanGroup":
        if self.window_short_s > self.window_long_s:
            raise ValueError("window_short_s must not exceed window_long_s")
        return self


class FreshnessGroup(Group):
    """Older than this is not known: no entry is made on it."""

    head_age_max_ms: Whole = Field(
        60_000, gt=0, description="Five slots: a node that lags more is not at the head."
    )
    quote_age_max_ms: Whole = Field(
        30_000, gt=0, description="From reading a price to deciding on it; a cycle takes far less."
    )
    ahead_max_ms: Whole = Field(
        15_000,
        ge=0,
        description="Chain time ahead of ours by more than a slot: our clock is wrong.",
    )

    def values(self) -> Freshness:
        return Freshness(**self.model_dump())
