"""What a token keeps for itself on the way to the pair, told from one measured sale."""

from collections.abc import Iterator
from typing import Final

from botctl.core.units import BPS_ONE, ratio_bps_ceil, ratio_bps_floor, share_ceil, share_floor

# From here on, no two fees of whole basis points keep the same of what was sent, however they round.
TELLING_UNITS: Final = 2 * BPS_ONE


def arriving(amount: int, *, sent: int, arrived: int) -> int:
    """What of `amount` reaches the pair, when `arrived` of `sent` did; token units.

    A fee of whole basis points, rounded down or up by the token, is found out: the answer is exact
    for `amount == sent`, and from `TELLING_UNITS` sent on, but for one unit less where the
    measurement left nothing to round and so does not tell which way. Of fewer units, several fees
    keep the same: the highest of them counts, so that the answer is never more than the truth.

    Any other fee counts as the measured share, rounded down.
    """
    if sent <= 0:
        return 0
    kept = max(0, sent - arrived)
    explained = max(_would_keep(amount, sent, kept), default=None)
    return amount * arrived // sent if explained is None else amount - explained


def _would_keep(amount: int, sent: int, kept: int) -> Iterator[int]:
    """Of `amount`, under the highest fee of either rounding that keeps `kept` of `sent`."""
    down_bps = min(BPS_ONE, ratio_bps_ceil(kept + 1, sent) - 1)
    if share_floor(sent, down_bps) == kept:
        yield share_floor(amount, down_bps)
    up_bps = ratio_bps_floor(kept, sent)
    if share_ceil(sent, up_bps) == kept:
        yield share_ceil(amount, up_bps)
