"""Units: money in the smallest unit, shares in basis points, time in milliseconds; never a float."""

from typing import Final, NewType

Wei = NewType("Wei", int)
Bps = NewType("Bps", int)
Ms = NewType("Ms", int)
Address = NewType("Address", str)  # lower-case 0x + 40 hex digits
Hash32 = NewType("Hash32", str)  # lower-case 0x + 64 hex digits
BundleId = NewType("BundleId", str)  # 64 hex digits, sha256 of the canonical body
CycleId = NewType("CycleId", str)
OrderId = NewType("OrderId", str)

BPS_ONE: Final = 10_000
MICRO: Final = 1_000_000
NANO: Final = 1_000_000_000
UINT256_MAX: Final = 2**256 - 1
ZERO_ADDRESS: Final = Address("0x" + "0" * 40)
DEAD_ADDRESS: Final = Address("0x" + "0" * 36 + "dead")


def share_floor(amount: int, share_bps: int) -> int:
    """`share_bps` of `amount`, rounded down: what we may receive."""
    return amount * share_bps // BPS_ONE


def share_ceil(amount: int, share_bps: int) -> int:
    """`share_bps` of `amount`, rounded up: what we may have to pay."""
    return -(-amount * share_bps // BPS_ONE)


def ratio_bps_ceil(part: int, whole: int) -> int:
    """`part` of `whole` in bps, rounded up (a cost looks larger, never smaller); whole > 0."""
    return -(-part * BPS_ONE // whole)


def ratio_bps_floor(part: int, whole: int) -> int:
    """`part` of `whole` in bps, rounded down (a merit looks smaller, never larger); whole > 0."""
    return part * BPS_ONE // whole
