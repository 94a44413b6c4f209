"""Shares of a sample with their uncertainty, in exact integers: how much a count really tells."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isqrt
from typing import Final

from botctl.core.units import BPS_ONE

# z = 1.96 = 49/25 of a two-sided 95 % interval; the 25 is multiplied out below.
_Z: Final = 49
_Z2: Final = _Z * _Z
_HALF_WIDTH: Final = _Z * BPS_ONE


@dataclass(frozen=True, slots=True)
class Share:
    """`low_bps` and `high_bps` hold the true share in 95 of 100 samples."""

    bps: int
    low_bps: int
    high_bps: int


def share(part: int, whole: int, sample: int) -> Share:
    """Wilson's score interval (1927) of part/whole as if from `sample` independent draws.

    Rounded outwards, the share itself down; 0 <= part <= whole, whole and sample above zero.

    With p = part/whole and n = sample: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n),
    multiplied out by 1250 n whole, so that only the root is not a whole number.
    """
    middle = 1_250 * part * sample + _Z2 * whole
    under = 2_500 * part * (whole - part) * sample + _Z2 * whole * whole
    below = whole * (1_250 * sample + 2 * _Z2)
    root = _isqrt_ceil(under * _HALF_WIDTH * _HALF_WIDTH)
    low = (BPS_ONE * middle - root) // below
    high = -(-(BPS_ONE * middle + root) // below)
    return Share(part * BPS_ONE // whole, max(0, low), min(BPS_ONE, high))


def independent(counts: Iterable[int]) -> int:
    """How many draws the looks at least are worth when those at one market all say the same.

    Kish's effective size (1965), (sum w)^2 / sum w^2 over the looks of each market, rounded down: a
    market that is refused every hour is still one market.
    """
    of_each = list(counts)
    squares = sum(count * count for count in of_each)
    return sum(of_each) ** 2 // squares if squares else 0


def quartiles(values: Iterable[int]) -> tuple[int, int, int] | None:
    """Lower quartile, median, upper quartile by nearest rank: each is a value that occurred.

    Of an even number the lower middle: a gain never looks larger.
    """
    ranked = sorted(values)
    if not ranked:
        return None
    low, middle, high = (ranked[-(-len(ranked) * part // 4) - 1] for part in (1, 2, 3))
    return low, middle, high


def _isqrt_ceil(value: int) -> int:
    root = isqrt(value)
    return root if root * root == value else root + 1
