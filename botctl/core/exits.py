"""When to leave what is held: emergency, stop loss, take profit, trailing, time; in this order."""

from dataclasses import dataclass

from botctl.core.books import Position
from botctl.core.facts import Detection, ProbeStatus
from botctl.core.features import Feature
from botctl.core.measures import Measures
from botctl.core.policy import Exits, Policy
from botctl.core.quotes import exit_value, exit_value_least
from botctl.core.reasons import Reason
from botctl.core.units import BPS_ONE, share_floor
from botctl.core.worsened import worsened

MS = 1_000
# A simulated sell failed: sending one would burn gas and change nothing.
UNSELLABLE = frozenset(
    {ProbeStatus.APPROVE_FAILED, ProbeStatus.SELL_REVERTED, ProbeStatus.SOLD_FOR_NOTHING}
)
# The probe could not even buy: the market changed for the worse, the sell may still work.
WORSENED = frozenset({ProbeStatus.BUY_REVERTED, ProbeStatus.BOUGHT_NOTHING})


@dataclass(frozen=True, slots=True)
class ExitCall:
    """Which rule fired, with the numbers it compared."""

    reason: Reason
    actual: str
    limit: str


def exit_call(
    position: Position, seen: Detection, m: Measures, policy: Policy, now_ms: int
) -> ExitCall | None:
    """The first rule that asks for an exit, or None; values are wei, profits bps of the cost.

    A loss is stopped on the least the position may be worth, a profit is taken only when proven: a
    sell tax that was not measured stops losses sooner, and lets no rule of profit speak.
    """
    rules = policy.exits
    if emergency := _emergency(position, seen, m, rules):
        return ExitCall(Reason.EXIT_EMERGENCY, *emergency)
    if position.entry is not None and position.entry.live_probe:
        return ExitCall(Reason.EXIT_LIVE_PROBE, "held", "sold as soon as it is bought")
    least = exit_value_least(seen, m, position.quantity, policy.risk)
    proven = exit_value(seen, m, position.quantity)
    return (
        (None if least is None else _loss(position, least, rules))
        or (None if proven is None else _profit(position, proven, policy))
        or _time(position, policy, now_ms)
    )


def _emergency(
    position: Position, seen: Detection, m: Measures, rules: Exits
) -> tuple[str, str] | None:
    left = seen.facts.reserve_quote
    floor = share_floor(position.entry_liquidity_wei, BPS_ONE - rules.emergency_liquidity_drop_bps)
    tax = m.sell_tax_bps
    if left is not None and left < floor:
        return f"liquidity {left} wei", f"{floor} wei"
    if tax is not None and tax >= rules.emergency_sell_tax_bps:
        return f"sell tax {tax} bps", f"{rules.emergency_sell_tax_bps} bps"
    if seen.probe is not None and seen.probe.status in WORSENED:
        return f"{seen.probe.status}", f"{ProbeStatus.OK}"
    return worsened(position.entry, seen, m, rules) if position.entry else None


def _loss(position: Position, value: int, rules: Exits) -> ExitCall | None:
    stop = share_floor(position.cost_wei, BPS_ONE - rules.stop_loss_bps)
    if value <= stop:
        return ExitCall(Reason.EXIT_STOP_LOSS, f"{value} wei", f"{stop} wei")
    return None


def _profit(position: Position, value: int, policy: Policy) -> ExitCall | None:
    take = share_floor(position.cost_wei, BPS_ONE + policy.exits.take_profit_bps)
    if value >= take and Feature.TAKE_PROFIT not in policy.off:
        return ExitCall(Reason.EXIT_TAKE_PROFIT, f"{value} wei", f"{take} wei")
    if Feature.TRAILING_STOP in policy.off:
        return None
    return _trailing(position, value, policy.exits)


def _trailing(position: Position, value: int, rules: Exits) -> ExitCall | None:
    start = share_floor(position.cost_wei, BPS_ONE + rules.trailing_start_bps)
    floor = share_floor(position.peak_value_wei, BPS_ONE - rules.trailing_drop_bps)
    if position.peak_value_wei >= start and value <= floor:
        return ExitCall(Reason.EXIT_TRAILING, f"{value} wei", f"{floor} wei")
    return None


def _time(position: Position, policy: Policy, now_ms: int) -> ExitCall | None:
    held_s, most_s = (now_ms - position.opened_ms) // MS, policy.exits.hold_max_s
    if held_s >= most_s and Feature.TIME_EXIT not in policy.off:
        return ExitCall(Reason.EXIT_TIME, f"{held_s} s", f"{most_s} s")
    return None


def slippage_for(reason: Reason, rules: Exits) -> int:
    """An emergency accepts a worse price than a plan does; bps."""
    emergency = reason is Reason.EXIT_EMERGENCY
    return rules.emergency_slippage_bps if emergency else rules.slippage_bps
