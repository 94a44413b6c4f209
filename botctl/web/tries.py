"""How often a wrong token may be tried: by address, and by all addresses together."""

import math
import time
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from botctl.core.codes import Code
from botctl.core.errors import TransientError

# One household or server has a whole network of this size: its addresses count as one.
V6_PREFIX: Final = 64
ALL: Final = "everybody"


class Tries:
    def __init__(self, each: int, together: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._each = RateLimitItemPerMinute(each, namespace="botctl each")
        self._together = RateLimitItemPerMinute(together, namespace="botctl all")

    def check(self, address: str) -> None:
        """Raises ERR_TOO_MANY_TRIES; `retry_after_s` says when the next one is heard."""
        for item, key in ((self._each, network_of(address)), (self._together, ALL)):
            if not self._limiter.test(item, key):
                reset_s = self._limiter.get_window_stats(item, key).reset_time
                wait_s = max(1, math.ceil(reset_s - time.time()))  # noqa: TID251  the library's clock
                say = f"too many wrong tokens: try again in {wait_s} s"
                raise TransientError(Code.ERR_TOO_MANY_TRIES, say, retry_after_s=wait_s)

    def failed(self, address: str) -> None:
        self._limiter.hit(self._each, network_of(address))
        self._limiter.hit(self._together, ALL)


def network_of(address: str) -> str:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((found, V6_PREFIX), strict=False))
    return str(found)
