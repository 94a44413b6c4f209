"""Invariants of the market itself: the route, sellability, and the bounds of the trade."""

from typing import Final

from botctl.core.case import Case
from botctl.core.facts import Detection, ProbeStatus, World
from botctl.core.features import Feature
from botctl.core.invariants.rule import UNKNOWN, Rule
from botctl.core.latest import Latest
from botctl.core.policy import Risk, Venue
from botctl.core.reasons import Reason
from botctl.core.risk.calm import MS, flicker_bps, pause_left_ms

Answer = tuple[bool | None, str, str]


def route_ok(case: Case) -> Answer:
    """Factory, router and pair are the configured ones, with the expected code, and we can pay."""
    venue, world, seen = case.policy.venue, case.inputs.world, case.inputs.detection
    wrong = _missing(world, seen) or _foreign(venue, seen) or _replaced(venue, world, seen)
    return wrong is None, wrong or "as configured", "as configured"


def _missing(world: World, seen: Detection) -> str | None:
    if world.router_code_hash is None:
        return "router has no code"
    if world.factory_code_hash is None:
        return "factory has no code"
    if seen.facts.token_code_hash is None:
        return "token has no code"
    return "pair has no code" if seen.facts.pair_code_hash is None else None


def _foreign(venue: Venue, seen: Detection) -> str | None:
    if seen.facts.factory != venue.factory:
        return "pair of another factory"
    return "quote is not the native token" if seen.market.quote != venue.native else None


def _replaced(venue: Venue, world: World, seen: Detection) -> str | None:
    """What the operator did not pin may be any code."""
    if venue.router_code_hash not in {None, world.router_code_hash}:
        return "router code differs"
    if venue.factory_code_hash not in {None, world.factory_code_hash}:
        return "factory code differs"
    pinned = venue.pair_code_hash
    return "pair code differs" if pinned not in {None, seen.facts.pair_code_hash} else None


def sellable(case: Case) -> Answer:
    """A real buy and sell was simulated at this block, both taxes stay under their caps, and no tier
    of the gate that was asked refuses. That all were asked is demanded of what is selected.
    """
    seen, m, risk = case.inputs.detection, case.measures, case.policy.risk
    probe = seen.probe
    limit = _SELLABLE_LIMIT.of(risk)
    if probe is None:
        return None, "not probed", limit
    if seen.tiers is not None and (found := seen.tiers.refusal):
        return False, f"{found.code}: {found.words}", "every tier of the gate"
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


def _sellable_limit(r: Risk) -> str:
    return (
        f"buy tax {r.buy_tax_max_bps} sell tax {r.sell_tax_max_bps}"
        f" round trip {r.round_trip_loss_max_bps} bps"
    )


_SELLABLE_LIMIT: Final = Latest(_sellable_limit)


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


def market_calm(case: Case) -> Answer:
    """Reserves did not jump since the last cycle nor shortly before it, and others are not
    sandwiched here.

    A market never seen before has not jumped: what it is must be read at one block anyway.
    """
    if Feature.CALM in case.policy.off:
        return True, "switched off", "features.calm"
    calm, seen = case.policy.calm, case.inputs.detection
    jumped, caught = flicker_bps(seen), seen.long.sandwiches
    limit = f"jump {calm.flicker_bps} bps, sandwiches {calm.sandwiches_max}"
    left_ms = pause_left_ms(seen, calm, case.inputs.now_ms)
    still = (jumped is None or jumped <= calm.flicker_bps) and left_ms == 0
    say = f"jump {0 if jumped is None else jumped} bps, sandwiches {caught}"
    if left_ms:
        say += f", jumped before: {-(-left_ms // MS)} s to wait"
    return still and caught <= calm.sandwiches_max, say, limit


OF_MARKET = (
    Rule(Reason.INV_ROUTE_OK, route_ok),
    Rule(Reason.INV_SELLABLE, sellable),
    Rule(Reason.INV_SLIPPAGE_CAP_OK, slippage_cap_ok),
    Rule(Reason.INV_IMPACT_CAP_OK, impact_cap_ok),
    Rule(Reason.INV_MARKET_CALM, market_calm),
)
