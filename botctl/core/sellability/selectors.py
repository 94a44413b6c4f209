"""From a selector to what it is known to be for."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NewType

from botctl.core.sellability.power_names import NAMES
from botctl.core.sellability.powers import Power

Selector = NewType("Selector", str)  # eight lower-case hex digits, without 0x

# What a swap calls; a token without one of these cannot be traded.
TRANSFER: Final = Selector("a9059cbb")  # transfer(address,uint256)
TRANSFER_FROM: Final = Selector("23b872dd")  # transferFrom(address,address,uint256)
APPROVE: Final = Selector("095ea7b3")  # approve(address,uint256)
BALANCE_OF: Final = Selector("70a08231")  # balanceOf(address)
NEEDED: Final = frozenset((TRANSFER, TRANSFER_FROM, APPROVE, BALANCE_OF))


def _signatures() -> Mapping[Power, Mapping[Selector, str]]:
    return {
        power: {Selector(selector): name for name, _, selector in _entries(text)}
        for power, text in NAMES.items()
    }


def _entries(text: str) -> Iterable[tuple[str, str, str]]:
    return (entry.rpartition("=") for entry in text.split())


SIGNATURES: Final = _signatures()


def selector_of(number: int) -> Selector:
    return Selector(f"{number:08x}")


def powers_of(selectors: Collection[Selector]) -> tuple[Power, ...]:
    """Sorted; a name is a hint of what to try, not a proof of what it does."""
    found = frozenset(selectors)
    return tuple(sorted(power for power, known in SIGNATURES.items() if found & known.keys()))


def names_of(power: Power, selectors: Iterable[Selector]) -> tuple[str, ...]:
    """The signatures by which `selectors` have `power`, in their order."""
    known = SIGNATURES[power]
    return tuple(known[selector] for selector in selectors if selector in known)
