"""What a token keeps for itself on the way to the pair, told from one measured sale."""

from botctl.core.units import ratio_bps_ceil, ratio_bps_floor, share_ceil, share_floor


def arriving(amount: int, *, sent: int, arrived: int) -> int:
    """What of `amount` reaches the pair, when `arrived` of `sent` did.

    Fees are whole basis points of the amount, rounded down or up by the token: where one such fee
    explains the measurement to the unit, the answer is exact. Otherwise it is the measured share,
    rounded down.
    """
    if sent <= 0 or arrived >= sent:
        return amount if sent > 0 else 0
    kept = sent - arrived
    if share_floor(sent, fee := ratio_bps_ceil(kept, sent)) == kept:
        return amount - share_floor(amount, fee)
    if share_ceil(sent, fee := ratio_bps_floor(kept, sent)) == kept:
        return amount - share_ceil(amount, fee)
    return amount * arrived // sent
