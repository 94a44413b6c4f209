"""Whether a contract runs code that lies elsewhere, and where an adapter finds it.

Nothing is matched byte for byte: what counts is the address that a call with an unknown selector is
delegated to, so vanity, PUSH0 and other shortened forms of one kind are all of that kind.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botctl.core.sellability.entry import Entry
from botctl.core.sellability.values import ADDRESS_MASK, Mark, Origin, Value
from botctl.core.units import Address

ADDRESS_BYTES: Final = 20
DESIGNATOR: Final = bytes.fromhex("ef0100")  # EIP-7702
EIP1967_SLOT: Final = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC
EIP1822_SLOT: Final = 0xC5F16F0FCC639FA48A6947836D9850F504798523BF8C9A3A87D5876CF622BCF7
ZEPPELIN_SLOT: Final = 0x7050C9E0F4CA769C69BD3A8EF740BC37934F8E2C036E5A723FD8EE048ED3F8C3
BEACON_SLOT: Final = 0xA3F0AD74E5423AEBFD80D3EF4346578335A9A72AEAEE59FF6CB3582B35133D50


class ProxyKind(StrEnum):
    NONE = "none"
    MINIMAL = "minimal"  # EIP-1167: the address is in the code and stays
    EIP1967 = "eip1967"
    EIP1822 = "eip1822"
    ZEPPELIN = "zeppelin"  # OpenZeppelin's before EIP-1967
    SLOT_ZERO = "slot_zero"  # as Gnosis Safe
    SLOT = "slot"  # any other storage slot
    BEACON = "beacon"  # asks another contract, with `implementation()`
    ACCOUNT = "account"  # EIP-7702: a key's account, delegated until its holder changes it
    UNKNOWN = "unknown"


_OF_SLOT: Final = {
    EIP1967_SLOT: ProxyKind.EIP1967,
    EIP1822_SLOT: ProxyKind.EIP1822,
    ZEPPELIN_SLOT: ProxyKind.ZEPPELIN,
    0: ProxyKind.SLOT_ZERO,
}
_FIXED: Final = frozenset((ProxyKind.NONE, ProxyKind.MINIMAL))


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where the next code is: at `address`, or at the address that storage `slot` holds.

    Of a beacon, both lead to the beacon, which says the rest. Neither: nobody can tell.
    """

    kind: ProxyKind
    slot: int | None = None
    address: Address | None = None

    @property
    def is_replaceable(self) -> bool:
        """Another code may be behind it tomorrow."""
        return self.kind not in _FIXED


NO_PROXY: Final = Proxy(ProxyKind.NONE)


def proxy_of(code: bytes, met: Entry) -> Proxy:
    """`met` is what a call to `code` meets first."""
    if code.startswith(DESIGNATOR) and len(code) == len(DESIGNATOR) + ADDRESS_BYTES:
        return Proxy(ProxyKind.ACCOUNT, address=_address(int.from_bytes(code[len(DESIGNATOR) :])))
    if not met.delegates:
        return NO_PROXY
    if len(met.delegates) > 1:
        return Proxy(ProxyKind.UNKNOWN)
    (target,) = met.delegates
    return _at(target) or _at_beacon(met.asked) or Proxy(ProxyKind.UNKNOWN)


def _at(target: Value) -> Proxy | None:
    if isinstance(target, int):
        return Proxy(ProxyKind.MINIMAL, address=_address(target))
    if target.origin is Origin.SLOT:
        return Proxy(_OF_SLOT.get(target.number, ProxyKind.SLOT), slot=target.number)
    return None


def _at_beacon(asked: set[Value]) -> Proxy | None:
    """The one contract that was asked before must be the one that told the address."""
    if len(asked) != 1:
        return None
    (beacon,) = asked
    match beacon:
        case int():
            return Proxy(ProxyKind.BEACON, address=_address(beacon))
        case Mark(Origin.SLOT, slot):
            return Proxy(ProxyKind.BEACON, slot=slot)
        case _:
            return None


def _address(number: int) -> Address:
    return Address(f"0x{number & ADDRESS_MASK:040x}")
