"""The size of a selected entry: the most our limits allow, and less where others would profit from it."""

from dataclasses import dataclass
from typing import Final

from botctl.core.case import Inputs, Quote
from botctl.core.deciding.judge import Judged
from botctl.core.policy import Policy
from botctl.core.quotes import entry_quote
from botctl.core.risk.calm import sandwich_cost_wei, sandwich_profit_wei
from botctl.core.risk.sizing import sized


@dataclass(frozen=True, slots=True)
class Size:
    """`why` says what made it smaller; `unsafe`, when set, why no size is small enough."""

    quote: Quote | None
    why: str = ""
    unsafe: str = ""
    probes: bool = False  # tiny, only to be sold again


MS: Final = 1_000
UNSIZED: Final = Size(None)


def is_live_probe(policy: Policy, inputs: Inputs) -> bool:
    """No live probe of this market was sold lately, and one is wanted before it is entered."""
    rules, sold_ms = policy.live_probe, inputs.books.probed_ms
    if not rules.on:
        return False
    return sold_ms is None or inputs.now_ms - sold_ms > rules.valid_s * MS


def entry_size(judged: Judged, inputs: Inputs) -> Size:
    """Sized by the record and the kind of market, then halved until nobody gains by sandwiching it."""
    policy, m, seen, world = (
        judged.case.policy,
        judged.case.measures,
        inputs.detection,
        inputs.world,
    )
    if is_live_probe(policy, inputs):
        amount = policy.live_probe.trade_wei
        quote = entry_quote(world, seen, m, policy, amount=amount)
        return Size(quote, "a live probe first", probes=True)
    may = sized(policy, inputs.standing.record, m)
    cost = sandwich_cost_wei(world, policy.calm)
    amount, halved = may.most_wei, 0
    while amount >= policy.risk.trade_min_wei:
        quote = entry_quote(world, seen, m, policy, amount=amount)
        profit = 0 if quote is None else sandwich_profit_wei(quote, seen)
        if profit <= cost:
            return Size(quote, _why(may.why, halved))
        amount, halved = amount // 2, halved + 1
    if halved:
        say = f"a sandwich would bring more than the {cost} wei of its gas at any size worth making"
        return Size(entry_quote(world, seen, m, policy, amount=may.most_wei), unsafe=say)
    return Size(entry_quote(world, seen, m, policy, amount=may.most_wei), may.why)


def _why(limits: str, halved: int) -> str:
    reasons = (limits, f"halved {halved} times against sandwiching" if halved else "")
    return ", ".join(reason for reason in reasons if reason)
