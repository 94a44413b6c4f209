"""How much one entry may be: never more than the policy's size, less when our record asks for it."""

from dataclasses import dataclass

from botctl.core.measures import Measures
from botctl.core.policy import Policy
from botctl.core.record import Record, expectancy_bps, half_kelly_bps
from botctl.core.risk.caps import Allowed, allowed, zone
from botctl.core.terms import Sizing
from botctl.core.units import BPS_ONE, share_floor


@dataclass(frozen=True, slots=True)
class Sized:
    """The most one entry into this market may be, and what made it smaller than the policy's size."""

    most_wei: int
    zones: Allowed
    why: str


def sized(policy: Policy, record: Record, m: Measures) -> Sized:
    risk, rules = policy.risk, policy.sizing
    zones = allowed(
        policy.caps,
        zone(m, policy.caps),
        trade_wei=risk.trade_wei,
        exposure_max_wei=risk.exposure_max_wei,
    )
    canary, expectancy = canary_bps(rules, record), expectancy_share_bps(rules, record)
    by_share = share_floor(risk.trade_wei, min(canary, expectancy))
    reasons = (
        (canary < BPS_ONE, f"canary {canary} bps"),
        (expectancy < BPS_ONE, f"record {expectancy} bps"),
        (zones.trade_wei < risk.trade_wei, f"kind of market {zones.trade_wei} wei"),
    )
    why = ", ".join(say for holds, say in reasons if holds)
    return Sized(min(by_share, zones.trade_wei), zones, why)


def canary_bps(rules: Sizing, record: Record) -> int:
    step = record.good_in_row // rules.canary_trades
    if not rules.canary or step >= len(rules.canary_steps_bps):
        return BPS_ONE
    return rules.canary_steps_bps[step]


def expectancy_share_bps(rules: Sizing, record: Record) -> int:
    if not rules.expectancy or record.trades < rules.trades_min:
        return BPS_ONE
    if expectancy_bps(record) <= 0:
        return rules.share_min_bps
    return max(rules.share_min_bps, min(BPS_ONE, half_kelly_bps(record)))
