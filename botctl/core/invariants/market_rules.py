"""Invariants of the market itself: the route, sellability, and the bounds of the trade."""

from botctl.core.case import Case
from botctl.core.facts import ProbeStatus
from botctl.core.invariants.rule import UNKNOWN, Rule
from botctl.core.policy import Policy
from botctl.core.reasons import Reason

Answer = tuple[bool | None, str, str]


def route_ok(case: Case) -> Answer:
    """Factory, router and pair are the configured ones, with the expected code, and we can pay."""
    wrong = _wrong_part(case)
    return wrong is None, wrong or "as configured", "as configured"


def _wrong_part(case: Case) -> str | None:
    venue, world = case.policy.venue, case.inputs.world
    market, facts = case.inputs.detection.market, case.inputs.detection.facts
    parts = (
        ("router has no code", world.router_code_hash is None),
        ("factory has no code", world.factory_code_hash is None),
        ("token has no code", facts.token_code_hash is None),
        ("pair has no code", facts.pair_code_hash is None),
        ("pair of another factory", facts.factory != venue.factory),
        ("quote is not the native token", market.quote != venue.native),
        ("router code differs", _differs(venue.router_code_hash, world.router_code_hash)),
        ("factory code differs", _differs(venue.factory_code_hash, world.factory_code_hash)),
        ("pair code differs", _differs(venue.pair_code_hash, facts.pair_code_hash)),
    )
    return next((what for what, is_wrong in parts if is_wrong), None)


def _differs(wanted: str | None, seen: str | None) -> bool:
    return wanted is not None and wanted != seen


def sellable(case: Case) -> Answer:
    """A real buy and sell was simulated at this block, and both taxes stay under their caps."""
    probe, m, risk = case.inputs.detection.probe, case.measures, case.policy.risk
    limit = _sellable_limit(case.policy)
    if probe is None:
        return None, "not probed", limit
    if probe.status is not ProbeStatus.OK:
        return False, f"{probe.status} {probe.reason}".strip(), limit
    buy, sell, loss = m.buy_tax_bps, m.sell_tax_bps, m.round_trip_loss_bps
    if buy is None or sell is None or loss is None:
        return None, UNKNOWN, limit
    ok = (
        buy <= risk.buy_tax_max_bps
        and sell <= risk.sell_tax_max_bps
        and loss <= risk.round_trip_loss_max_bps
    )
    return ok, f"buy tax {buy} sell tax {sell} round trip {loss} bps", limit


def _sellable_limit(policy: Policy) -> str:
    r = policy.risk
    return (
        f"buy tax {r.buy_tax_max_bps} sell tax {r.sell_tax_max_bps}"
        f" round trip {r.round_trip_loss_max_bps} bps"
    )


def slippage_cap_ok(case: Case) -> Answer:
    """The worst fill we would accept against the mid price; at signing, the price as it is now."""
    quote = case.quote
    if quote is None:
        return None, UNKNOWN, UNKNOWN
    if case.promised_out is not None:
        return quote.expected_out >= quote.min_out, str(quote.expected_out), str(quote.min_out)
    return (
        quote.cost_bps <= quote.band.cost_max_bps,
        f"{quote.cost_bps} bps",
        f"{quote.band.cost_max_bps} bps",
    )


def impact_cap_ok(case: Case) -> Answer:
    quote = case.quote
    if quote is None:
        return None, UNKNOWN, UNKNOWN
    limit = quote.band.impact_max_bps
    return quote.impact_bps <= limit, f"{quote.impact_bps} bps", f"{limit} bps"


OF_MARKET = (
    Rule(Reason.INV_ROUTE_OK, route_ok),
    Rule(Reason.INV_SELLABLE, sellable),
    Rule(Reason.INV_SLIPPAGE_CAP_OK, slippage_cap_ok),
    Rule(Reason.INV_IMPACT_CAP_OK, impact_cap_ok),
)
