"""Which pair the router would use for a token: of all markets we know, the one in the native coin."""

from collections.abc import Callable, Iterable

from botctl.core.facts import Market
from botctl.core.units import Address


def native_pairs(
    markets: Callable[[], Iterable[Market]], native: Address
) -> Callable[[Address], Address | None]:
    """Asked anew each time: a market may have been found since. A factory has one pair a token."""

    def pair_of(token: Address) -> Address | None:
        return next(
            (one.pair for one in markets() if (one.token, one.quote) == (token, native)), None
        )

    return pair_of
