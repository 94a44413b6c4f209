"""Numbers and times as people read them."""

from datetime import UTC, datetime
from typing import Final

ETHER: Final = 10**18
MICRO_ETHER: Final = 10**12
MS: Final = 1_000
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60))


def ether(amount_wei: int | None, *, signed: bool = False) -> str:
    """Six decimals, rounded down: what we have or gained never looks larger than it is."""
    if amount_wei is None:
        return "-"
    micro = amount_wei // MICRO_ETHER
    whole, part = divmod(abs(micro), 1_000_000)
    sign = "-" if micro < 0 else "+" if signed and micro > 0 else ""
    return f"{sign}{whole}.{part:06d}"


def at(time_ms: int | None) -> str:
    if time_ms is None:
        return "-"
    return f"{datetime.fromtimestamp(time_ms // MS, UTC):%Y-%m-%d %H:%M:%S}"


def age(duration_ms: int | None) -> str:
    if duration_ms is None:
        return "-"
    seconds = duration_ms // MS
    name, size = next((unit for unit in _UNITS if seconds >= unit[1]), ("s", 1))
    return f"{seconds // size} {name}"


def short(hexadecimal: str) -> str:
    """Enough of an address or a hash to tell it from its neighbours."""
    return hexadecimal if len(hexadecimal) <= 14 else f"{hexadecimal[:8]}…{hexadecimal[-4:]}"  # noqa: PLR2004


def gwei(wei: int) -> str:
    """A price of gas, to the thousandth."""
    return f"{wei // 10**9}.{wei % 10**9 // 10**6:03}"
