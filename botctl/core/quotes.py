"""The exact trade a decision would make: amounts, bounds, gas; every rounding is against us."""

from botctl.core.amm import amount_out, impact_bps, mid_out, shortfall_bps
from botctl.core.case import Quote
from botctl.core.facts import Detection, World
from botctl.core.measures import Measures
from botctl.core.policy import Policy, Risk, band_for
from botctl.core.units import BPS_ONE, share_ceil, share_floor

# The 21,000 and calldata of a transaction (EIP-2028), and that a probe's own reads warm what a
# transaction finds cold (EIP-2929: 2,600 an account, 2,100 a slot). What is not used is not paid.
GAS_OUTSIDE_PROBE = 60_000
# An exit must not fail for want of gas. Its probe sold right after buying, when the slots were dirty
# and cheap (EIP-2200: 100 instead of up to 20,000 each), so its measure is only a lower bound.
EXIT_GAS_MIN = 500_000
BASE_FEE_HEADROOM = 2  # the base fee at most doubles in six full blocks (EIP-1559)


def fee_max_wei(world: World) -> int:
    """The most one gas may cost: room for six full blocks over the tip (EIP-1559)."""
    return BASE_FEE_HEADROOM * world.block.base_fee_wei + world.priority_fee_wei


def entry_quote(
    world: World, seen: Detection, m: Measures, policy: Policy, *, amount: int | None = None
) -> Quote | None:
    """What a buy of `amount` wei gets (None: of the policy's size): the simulated output where that
    very size was simulated, and the pool's after the tax that was, for any other.
    """
    probe = seen.probe
    amount = policy.risk.trade_wei if amount is None else amount
    token, quote = seen.facts.reserve_token, seen.facts.reserve_quote
    if token is None or quote is None or m.liquidity_usd is None:
        return None
    expected, gas = amount_out(amount, quote, token), 0
    if probe is not None and probe.received > 0:
        gas = probe.buy_gas
        if probe.amount_in == amount:
            expected = min(expected, probe.received)
        elif m.buy_tax_bps is not None:
            expected = share_floor(expected, max(0, BPS_ONE - m.buy_tax_bps))
    band = band_for(policy.bands, m.liquidity_usd)
    min_out = share_floor(expected, BPS_ONE - band.slippage_bps)
    return Quote(
        amount_in=amount,
        expected_out=expected,
        min_out=min_out,
        impact_bps=impact_bps(amount, quote),
        cost_bps=shortfall_bps(min_out, mid_out(amount, quote, token)),
        slippage_bps=band.slippage_bps,
        gas_limit=with_margin(gas, policy),
        fee_max_wei=fee_max_wei(world),
        band=band,
    )


def exit_quote(
    world: World, seen: Detection, m: Measures, policy: Policy, *, quantity: int, slippage_bps: int
) -> Quote | None:
    """What selling all of `quantity` gets at the pinned reserves after the sell tax, if need be the
    assumed one: a bound that ignores a tax would make the sell revert.
    """
    facts, expected = seen.facts, exit_value_least(seen, m, quantity, policy.risk)
    if expected is None or facts.reserve_token is None or facts.reserve_quote is None:
        return None
    min_out = share_floor(expected, BPS_ONE - slippage_bps)
    gas = seen.probe.sell_gas if seen.probe and seen.probe.sell_gas else 0
    return Quote(
        amount_in=quantity,
        expected_out=expected,
        min_out=min_out,
        impact_bps=impact_bps(quantity, facts.reserve_token),
        cost_bps=shortfall_bps(
            min_out, mid_out(quantity, facts.reserve_token, facts.reserve_quote)
        ),
        slippage_bps=slippage_bps,
        gas_limit=max(EXIT_GAS_MIN, with_margin(gas, policy)),
        fee_max_wei=fee_max_wei(world),
        band=band_for(policy.bands, m.liquidity_usd or 0),
    )


def exit_value(seen: Detection, m: Measures, quantity: int) -> int | None:
    """Wei that selling `quantity` would bring now, tax and impact included; rounded down.

    None when the reserves could not be read or the sell tax was not measured: an unknown price is
    not a price of zero, and an unknown tax is not a tax of zero.
    """
    return None if m.sell_tax_bps is None else _sold(seen, quantity, m.sell_tax_bps)


def exit_value_least(seen: Detection, m: Measures, quantity: int, risk: Risk) -> int | None:
    """As `exit_value`, with the highest tax an entry may have where none was measured.

    Nothing is held that was not bought under that cap: what is not known counts as no better. None
    when the reserves could not be read.
    """
    tax_bps = risk.sell_tax_max_bps if m.sell_tax_bps is None else m.sell_tax_bps
    return _sold(seen, quantity, tax_bps)


def _sold(seen: Detection, quantity: int, tax_bps: int) -> int | None:
    facts = seen.facts
    if facts.reserve_token is None or facts.reserve_quote is None:
        return None
    arriving = share_floor(quantity, BPS_ONE - tax_bps)
    return amount_out(arriving, facts.reserve_token, facts.reserve_quote)


def with_margin(gas: int, policy: Policy) -> int:
    """The gas limit for a measured `gas`: what a probe cannot see, and the operator's margin."""
    return 0 if gas == 0 else GAS_OUTSIDE_PROBE + gas + share_ceil(gas, policy.risk.gas_margin_bps)
