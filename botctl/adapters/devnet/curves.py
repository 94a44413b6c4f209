"""Where the crowd wants each market's price to be, block by block."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from botctl.adapters.devnet.plan import Behaviour
from botctl.core.units import BPS_ONE

# (blocks, price in bps of the launch price at their end); a curve starts and ends at BPS_ONE and
# then begins again, so that whenever a bot buys, what the name says is still to come.
Curve: TypeAlias = tuple[tuple[int, int], ...]

CURVES: Final[Mapping[Behaviour, Curve]] = {
    Behaviour.QUIET: ((1, 10_000),),
    Behaviour.SILENT: ((1, 10_000),),
    Behaviour.CHOP: ((10, 10_800), (20, 9_200), (10, 10_000)),
    Behaviour.DRIFT: ((150, 16_000), (150, 10_000)),
    Behaviour.PUMP: ((20, 10_000), (25, 14_500), (20, 14_500), (50, 10_000)),
    Behaviour.DUMP: ((25, 10_000), (15, 7_000), (30, 7_000), (60, 10_000)),
    Behaviour.PUMP_DUMP: ((15, 10_000), (20, 13_500), (12, 7_800), (20, 7_800), (50, 10_000)),
    Behaviour.RUG: ((120, 13_000), (120, 10_000)),
    Behaviour.BAIT: ((400, 15_000), (400, 10_000)),  # not sold back down, but left alone
}


def price_bps(behaviour: Behaviour, block: int) -> int:
    """The wanted price at `block` >= 0 of the curve, in bps of the launch price."""
    curve = CURVES[behaviour]
    block %= sum(blocks for blocks, _ in curve)
    start_bps = BPS_ONE
    for blocks, end_bps in curve:
        if block < blocks:
            return start_bps + (end_bps - start_bps) * block // blocks
        block -= blocks
        start_bps = end_bps
    raise AssertionError("a block lies inside its curve")
