"""What is worth entering, when to leave, and how an order is carried out."""

from pydantic import Field, model_validator

from botctl.config.groups.base import Group
from botctl.config.kinds import Flag, WeiAmount, Whole
from botctl.core.plans import SendPlan
from botctl.core.policy import Exits, Signals
from botctl.core.units import BPS_ONE

SIGNALS_COUNT = 13  # botctl/core/signals.py; a test compares


class SignalsGroup(Group):
    """Thresholds of the score: each is one independent vote."""

    liquidity_usd_min: Whole = Field(
        20_000, ge=0, description="Below it one seller empties the pool."
    )
    age_min_s: Whole = Field(
        3_600, ge=0, description="The first hour belongs to snipers and to traps not yet sprung."
    )
    swaps_min: Whole = Field(20, ge=0, description="In the long window: somebody trades it.")
    traders_min: Whole = Field(
        10, ge=0, description="Distinct: not one wallet trading with itself."
    )
    sells_min: Whole = Field(
        3, ge=0, description="Others got out: the cheapest proof against a trap."
    )
    buy_share_min_bps: Whole = Field(
        4_000, ge=0, le=BPS_ONE, description="Of volume in the short window: no rush for the door."
    )
    buy_share_max_bps: Whole = Field(
        8_000, ge=0, le=BPS_ONE, description="The same from above: no one-sided pump."
    )
    lp_locked_min_bps: Whole = Field(
        8_000, ge=0, le=BPS_ONE, description="LP burned or locked: the pool cannot be pulled away."
    )
    tax_total_max_bps: Whole = Field(
        400, ge=0, le=BPS_ONE, description="Buy and sell tax together."
    )
    fdv_usd_min: Whole = Field(
        50_000, ge=0, description="Fully diluted value; below: a test token."
    )
    fdv_usd_max: Whole = Field(100_000_000, ge=0, description="Above it nothing is left to find.")
    fdv_liquidity_max: Whole = Field(
        50, gt=0, description="Value over liquidity: paper wealth that no pool could pay."
    )
    skew_max_bps: Whole = Field(
        100,
        ge=0,
        le=BPS_ONE,
        description="Pool balances against reserves: a token that moves itself.",
    )
    passes_min: Whole = Field(
        9, ge=0, le=SIGNALS_COUNT, description="Votes needed of thirteen; unknown is a no."
    )
    score_min: Whole = Field(70, ge=0, le=100, description="Weight of those votes, out of 100.")

    @model_validator(mode="after")
    def _ranges_ascend(self) -> "SignalsGroup":
        if self.buy_share_min_bps > self.buy_share_max_bps:
            raise ValueError("buy_share_min_bps must not exceed buy_share_max_bps")
        if self.fdv_usd_min > self.fdv_usd_max:
            raise ValueError("fdv_usd_min must not exceed fdv_usd_max")
        return self

    def values(self) -> Signals:
        return Signals(**self.model_dump())


class ExitsGroup(Group):
    """When to leave; profits and drops in bps of the cost, gas included."""

    take_profit_bps: Whole = Field(
        2_500, gt=0, description="25 %: pays for nearly two stop losses."
    )
    stop_loss_bps: Whole = Field(
        1_500,
        gt=0,
        lt=BPS_ONE,
        description="15 %: beyond the noise of a young pool, and its taxes.",
    )
    trailing_start_bps: Whole = Field(
        1_000, gt=0, description="From 10 % profit on, the best price is remembered."
    )
    trailing_drop_bps: Whole = Field(
        800, gt=0, lt=BPS_ONE, description="8 % below that best price, what is left is taken."
    )
    hold_max_s: Whole = Field(
        21_600, gt=0, description="Six hours: an idea that has not worked by then is another idea."
    )
    slippage_bps: Whole = Field(
        200, gt=0, lt=BPS_ONE, description="A planned exit waits for a fair price."
    )
    emergency_slippage_bps: Whole = Field(
        1_500, gt=0, lt=BPS_ONE, description="An emergency takes what it gets."
    )
    emergency_liquidity_drop_bps: Whole = Field(
        4_000, gt=0, lt=BPS_ONE, description="Pool 40 % thinner than at entry: it is being drained."
    )
    emergency_sell_tax_bps: Whole = Field(
        1_000, gt=0, le=BPS_ONE, description="A tax of 10 % was raised after we entered: get out."
    )

    emergency_tax_rise_bps: Whole = Field(
        300, gt=0, le=BPS_ONE, description="Sell tax above that of the entry: it has begun to rise."
    )
    emergency_unlock_bps: Whole = Field(
        2_000, gt=0, le=BPS_ONE, description="A fifth of the LP is not locked any more: it can go."
    )
    emergency_mint_bps: Whole = Field(
        500, gt=0, description="The supply grew by 5 % since the entry: somebody prints."
    )

    def values(self) -> Exits:
        return Exits(**self.model_dump())


class ExecutionGroup(Group):
    """From a decision to a mined transaction."""

    select_best: Whole = Field(5, gt=0, description="Entries of one cycle: the best that passed.")
    deadline_s: Whole = Field(
        120,
        gt=0,
        description="The venue refuses our trade after this: no surprise fill an hour later.",
    )
    time_bucket_s: Whole = Field(
        60, gt=0, description="One cycle: the same wish within it is the same intent, sent once."
    )
    resend_after_ms: Whole = Field(
        30_000, gt=0, description="Unseen for two blocks and a half: the same bytes go out again."
    )
    approve_gas: Whole = Field(
        120_000, ge=21_000, description="Bound of an approval; what is not used is not paid."
    )

    bump_after_ms: Whole = Field(
        36_000, gt=0, description="Three blocks unmined at the head of the line: the fee is raised."
    )
    bump_bps: Whole = Field(
        1_250,
        ge=1_000,
        le=BPS_ONE,
        description="Raise of both fee fields: pools want 10 %, some 12.5 %; less is refused.",
    )
    bumps_max: Whole = Field(
        3,
        ge=0,
        le=20,
        description="Raises before a trade is canceled: its price is two minutes old.",
    )
    cancels_max: Whole = Field(
        8,
        ge=1,
        le=50,
        description="Raises of a cancel: it must win, or everything behind it waits.",
    )
    bump_fee_max_wei: WeiAmount = Field(
        40 * 10**9, gt=0, description="Price of one gas that no raise of a trade exceeds."
    )
    cancel_fee_max_wei: WeiAmount = Field(
        200 * 10**9,
        gt=0,
        description="The same for a cancel, which burns 21,000 gas only: 0.0042 ether at most.",
    )
    lease_ms: Whole = Field(
        30_000, ge=1_000, description="A host that dies while signing blocks the others this long."
    )
    noops_max: Whole = Field(
        16, ge=1, le=200, description="Nonce gaps filled in one run; more of them want a person."
    )
    gate_unproven: Flag = Field(
        default=False,
        description="Enter although the node cannot run a tier (no eth_simulateV1); it is warned of.",
    )
    exit_tries_max: Whole = Field(
        12, ge=1, description="Failed sells of one position until it is written off as unsellable."
    )

    def send_plan(self, confirmations: int, private_blocks: int, *, gate: bool) -> SendPlan:
        own = self.model_dump(exclude={"select_best", "deadline_s", "time_bucket_s"})
        return SendPlan(
            confirmations=confirmations, private_blocks=private_blocks, gate=gate, **own
        )
