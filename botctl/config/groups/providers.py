"""Several nodes of one chain: who is asked, who must agree, and how a lost socket comes back."""

from pydantic import Field

from botctl.config.groups.base import Group
from botctl.config.kinds import Whole
from botctl.config.values import ProvidersValues, ReconnectValues


class ProvidersGroup(Group):
    """How `chain.urls` are used together. A sick provider rests; reads go on with another."""

    agree_min: Whole = Field(
        0,
        ge=0,
        description="Providers that must name the same block for an entry. 0: all of chain.urls.",
    )
    lag_blocks_max: Whole = Field(
        1,
        ge=0,
        le=100,
        description="Further behind than this does not agree. 1: a block takes a second to get round.",
    )
    error_rate_max_bps: Whole = Field(
        2_000,
        gt=0,
        le=10_000,
        description="More failures among its last 50 requests than this: it rests for unhealthy_ms.",
    )
    failures_max: Whole = Field(
        3, gt=0, description="As many failures in a row: it rests for cooldown_ms."
    )
    cooldown_ms: Whole = Field(
        120_000, ge=0, description="Two minutes: time for a node to come back, little to lose."
    )
    unhealthy_ms: Whole = Field(
        300_000, ge=0, description="After a bad error rate, a refused key or a wrong chain."
    )
    limited_ms: Whole = Field(
        1_000,
        gt=0,
        description="The rest after a rate limit without a time; doubles with each one in a row.",
    )
    hold_max_ms: Whole = Field(
        300_000, gt=0, description="The longest that a provider's own Retry-After is believed."
    )
    budget_per_s: Whole = Field(
        0, ge=0, description="Calls a second that a provider allows. 0: not known."
    )
    usage_max_bps: Whole = Field(
        9_000,
        gt=0,
        le=10_000,
        description="Of that budget: beyond it another provider is preferred.",
    )
    fast_ms: Whole = Field(
        50,
        gt=0,
        description="Median latencies below this are alike; each doubling of it stands further back.",
    )
    at_once_max: Whole = Field(
        5, gt=0, le=32, description="Providers asked at the same time; each has one connection."
    )

    def values(self) -> ProvidersValues:
        return ProvidersValues(**self.model_dump())


class ReconnectGroup(Group):
    """How a lost WebSocket of `chain.ws_urls` is made again."""

    base_ms: Whole = Field(2_000, gt=0, description="Before the first new attempt.")
    max_ms: Whole = Field(60_000, gt=0, description="The longest pause between two attempts.")
    multiplier_percent: Whole = Field(
        200, ge=100, le=1_000, description="Each pause is twice the one before."
    )
    jitter_bps: Whole = Field(
        2_500, ge=0, le=10_000, description="A quarter more or less by chance: no two in step."
    )
    attempts_max: Whole = Field(
        10, ge=0, description="Then entries pause for pause_ms, and it begins again. 0: never."
    )
    reset_ms: Whole = Field(
        60_000, ge=0, description="A connection that held this long forgets the attempts before it."
    )
    pause_ms: Whole = Field(300_000, gt=0, description="Five minutes without entries.")

    def values(self) -> ReconnectValues:
        return ReconnectValues(**self.model_dump())
