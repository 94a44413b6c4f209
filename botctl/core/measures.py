"""Numbers derived from the facts of one market; None means that an input was unknown."""

from botctl.core.amm import shortfall_bps
from botctl.core.facts import Detection, Probe, World
from botctl.core.units import MICRO, Address, ratio_bps_ceil, ratio_bps_floor
from botctl.core.value import value


@value(frozen=True, slots=True)
class Measures:
    """USD amounts are whole dollars, rounded down; ages are seconds at the pinned block."""

    liquidity_usd: int | None
    fdv_usd: int | None
    age_s: int | None
    lp_locked_bps: int | None
    buy_tax_bps: int | None
    sell_tax_bps: int | None
    round_trip_loss_bps: int | None
    insiders_bps: int | None  # of the supply, in the hands of known insiders; rounded up


def measures(world: World, seen: Detection) -> Measures:
    """Everything the signals and the researcher ask for, computed once per market."""
    market, lp_supply, lp_locked = seen.market, seen.facts.lp_supply, seen.facts.lp_locked
    liquidity_usd, fdv_usd = _dollars(seen, usd_price(world, market.quote))
    created_s = market.created_s
    buy_bps, sell_bps, loss_bps = _of_round_trip(seen.probe)
    return Measures(
        liquidity_usd,
        fdv_usd,
        None if created_s is None else world.block.timestamp_s - created_s,
        ratio_bps_floor(lp_locked, lp_supply) if lp_supply and lp_locked is not None else None,
        buy_bps,
        sell_bps,
        loss_bps,
        _insiders_bps(seen),
    )


def tiers_rest_on(seen: Detection, m: Measures) -> str:
    """What may not change while an answer of the gate's tiers stands."""
    facts = seen.facts
    return f"{facts.token_code_hash} {facts.owner} {m.buy_tax_bps} {m.sell_tax_bps}"


def _insiders_bps(seen: Detection) -> int | None:
    held, supply = seen.facts.insiders_token, seen.facts.token_supply
    return None if held is None or not supply else ratio_bps_ceil(held, supply)


def _dollars(seen: Detection, usd_micro: int | None) -> tuple[int | None, int | None]:
    """The liquidity on both sides, and the fully diluted value."""
    facts, decimals = seen.facts, seen.market.quote_decimals
    token, quote, supply = facts.reserve_token, facts.reserve_quote, facts.token_supply
    if usd_micro is None or quote is None:
        return None, None
    liquidity_usd = usd(2 * quote, usd_micro, decimals)
    if not (token and quote and supply):
        return liquidity_usd, None
    return liquidity_usd, usd(supply * quote // token, usd_micro, decimals)


def _of_round_trip(probe: Probe | None) -> tuple[int | None, int | None, int | None]:
    """The taxes of a buy and of a sell, and what the whole trip lost."""
    if probe is None or probe.expected_out <= 0:
        return None, None, None
    loss_bps = shortfall_bps(probe.back, probe.amount_in)
    return buy_tax_bps(probe), sell_tax_bps(probe), loss_bps


def usd_price(world: World, quote: Address) -> int | None:
    """Micro-dollars of one whole quote unit, or None when no reference pair told it."""
    for price in world.prices:
        if price.token == quote:
            return price.usd_micro
    return None


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
