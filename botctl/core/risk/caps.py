"""Exposure by kind of market: young, thin or closely held ones get a smaller share of the limits."""

from collections.abc import Sequence

from botctl.core.measures import Measures
from botctl.core.terms import Cap, Caps
from botctl.core.units import share_floor
from botctl.core.value import value

Zone = tuple[int, int, int]  # which cap holds by liquidity, age and concentration


@value(frozen=True, slots=True)
class Allowed:
    """The strictest of the three caps of one market, in wei."""

    trade_wei: int
    exposure_wei: tuple[int, int, int]


def zone(m: Measures, caps: Caps) -> Zone:
    """An unknown measure counts as its strictest cap: what is not known is not a reason to risk more."""
    return (
        _index(caps.liquidity_usd, m.liquidity_usd),
        _index(caps.age_s, m.age_s),
        _index(caps.insiders_bps, m.insiders_bps),
    )


def allowed(caps: Caps, where: Zone, *, trade_wei: int, exposure_max_wei: int) -> Allowed:
    held = (
        caps.liquidity_usd[where[0]],
        caps.age_s[where[1]],
        caps.insiders_bps[where[2]],
    )
    liquidity, age, insiders = (share_floor(exposure_max_wei, cap.exposure_bps) for cap in held)
    return Allowed(
        trade_wei=share_floor(trade_wei, min(cap.trade_bps for cap in held)),
        exposure_wei=(liquidity, age, insiders),
    )


def _index(caps: Sequence[Cap], measured: int | None) -> int:
    if measured is None:
        return min(range(len(caps)), key=lambda i: (caps[i].exposure_bps, caps[i].trade_bps))
    return max((i for i, cap in enumerate(caps) if measured >= cap.floor), default=0)
