"""Numbers derived from the facts of one market; None means that an input was unknown."""

from dataclasses import dataclass

from botctl.core.amm import shortfall_bps
from botctl.core.facts import Detection, Probe, World
from botctl.core.units import MICRO, Address, ratio_bps_floor


@dataclass(frozen=True, slots=True)
class Measures:
    """USD amounts are whole dollars, rounded down; ages are seconds at the pinned block."""

    liquidity_usd: int | None
    fdv_usd: int | None
    age_s: int | None
    lp_locked_bps: int | None
    buy_tax_bps: int | None
    sell_tax_bps: int | None
    round_trip_loss_bps: int | None


def measures(world: World, seen: Detection) -> Measures:
    """Everything the signals and the researcher ask for, computed once per market."""
    facts, market, probe = seen.facts, seen.market, seen.probe
    price = usd_price(world, market.quote)
    fdv = None
    if price is not None and facts.reserve_token and facts.reserve_quote and facts.token_supply:
        quote_value = facts.token_supply * facts.reserve_quote // facts.reserve_token
        fdv = usd(quote_value, price, market.quote_decimals)
    known = probe is not None and probe.expected_out > 0
    return Measures(
        liquidity_usd=None
        if price is None or facts.reserve_quote is None
        else usd(2 * facts.reserve_quote, price, market.quote_decimals),
        fdv_usd=fdv,
        age_s=None if market.created_s is None else world.block.timestamp_s - market.created_s,
        lp_locked_bps=ratio_bps_floor(facts.lp_locked, facts.lp_supply)
        if facts.lp_supply and facts.lp_locked is not None
        else None,
        buy_tax_bps=buy_tax_bps(probe) if probe and known else None,
        sell_tax_bps=sell_tax_bps(probe) if probe and known else None,
        round_trip_loss_bps=shortfall_bps(probe.back, probe.amount_in) if probe and known else None,
    )


def usd_price(world: World, quote: Address) -> int | None:
    """Micro-dollars of one whole quote unit, or None when no reference pair told it."""
    return next((p.usd_micro for p in world.prices if p.token == quote), None)


def usd(amount: int, usd_micro: int, decimals: int) -> int:
    """Whole dollars of `amount` smallest units, rounded down."""
    unit: int = 10**decimals
    return amount * usd_micro // (unit * MICRO)


def buy_tax_bps(probe: Probe) -> int:
    """What went missing between the pool's payment and our balance, rounded up."""
    return shortfall_bps(probe.received, probe.expected_out)


def sell_tax_bps(probe: Probe) -> int | None:
    """The larger of what went missing on the way to the pool and of what the pool then paid."""
    if probe.sent_to_pair <= 0:
        return None
    missing = shortfall_bps(probe.arrived, probe.sent_to_pair)
    return max(missing, shortfall_bps(probe.back, probe.expected_back))
