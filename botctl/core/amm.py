"""Uniswap V2's constant product in its own integers; source: UniswapV2Library, fee 30 bps."""

from botctl.core.units import BPS_ONE, ratio_bps_ceil

FEE_NUMERATOR = 997
FEE_DENOMINATOR = 1000


def amount_out(amount_in: int, reserve_in: int, reserve_out: int) -> int:
    """What the pool pays for `amount_in`, rounded down as the pair does; zero if it cannot."""
    if amount_in <= 0 or reserve_in <= 0 or reserve_out <= 0:
        return 0
    after_fee = amount_in * FEE_NUMERATOR
    return after_fee * reserve_out // (reserve_in * FEE_DENOMINATOR + after_fee)


def impact_bps(amount_in: int, reserve_in: int) -> int:
    """How far `amount_in` moves the price against us, without the fee; rounded up.

    The average price paid over the mid price is 1 + amount_in / reserve_in.
    """
    return BPS_ONE if reserve_in <= 0 else ratio_bps_ceil(amount_in, reserve_in + amount_in)


def shortfall_bps(got: int, wanted: int) -> int:
    """By how much `got` stays below `wanted`, rounded up; zero when it does not."""
    return 0 if got >= wanted or wanted <= 0 else ratio_bps_ceil(wanted - got, wanted)


def mid_out(amount_in: int, reserve_in: int, reserve_out: int) -> int:
    """What `amount_in` is worth at the mid price: no fee, no impact; rounded up: costs look larger."""
    return 0 if reserve_in <= 0 else -(-amount_in * reserve_out // reserve_in)
