"""Whom a token's code and storage name, one contract deep: contracts that may command the token, and
people who may command it or them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Final

from botctl.adapters.evm.abi import unhexed
from botctl.adapters.evm.gate_case import Power, Suspect
from botctl.adapters.evm.gate_puppet import POWERS_MAX
from botctl.adapters.evm.gate_storage import addresses_in, slots
from botctl.adapters.evm.lent_code import pinned
from botctl.adapters.evm.paging import Pages, Plain, ask_all
from botctl.adapters.evm.quantity import quantity
from botctl.adapters.evm.rpc import Rpc
from botctl.adapters.evm.rpc_errors import shaped
from botctl.core.facts import BlockRef
from botctl.core.sellability.bytecode import live
from botctl.core.sellability.entry import entry
from botctl.core.sellability.opcodes import push_size
from botctl.core.sellability.selectors import NEEDED, Selector, selector_of
from botctl.core.units import Address

HELPERS_MAX: Final = 4  # of one token
USUAL: Final = 1  # power that is tried on every token besides
LOOKS: Final = ("eth_getCode", "eth_getTransactionCount", "eth_getBalance")
CODES_KEPT: Final = 256  # at most 24 kB each, by their bytes: clones name the same helpers
ADDRESS_BYTES: Final = 20
SMALLEST: Final = 1 << 96  # below are numbers and precompiles; no address that was hashed is
LARGEST: Final = (1 << 160) - 2  # above are masks


@lru_cache(CODES_KEPT)
def named_addresses(code: bytes) -> tuple[Address, ...]:
    """In the order of the code: constants and immutables; what storage names is not here."""
    found = (
        Address(f"0x{each.data:040x}")
        for each in live(code)
        if push_size(each.op) >= ADDRESS_BYTES and SMALLEST <= each.data <= LARGEST
    )
    return tuple(dict.fromkeys(found))


def with_helpers(
    rpc: Rpc,
    block: BlockRef,
    suspects: Sequence[Suspect],
    named: Sequence[Collection[Address]],
    known: Collection[Address],
) -> list[Suspect]:
    """Each suspect with the functions of the contracts that it names after its own, and with the
    people that it or they name after its actors; four requests.

    `named`: by suspect, from its code and from the slots of its proxy. `known` are contracts that
    obey nobody, such as the router. Raises a BotError.
    """
    book = _Book(rpc, block)
    stored = book.stored([each.token for each in suspects])
    coded = [_others(names, each, known) for names, each in zip(named, suspects, strict=True)]
    kept = [_others(stored[each.token], each, known) for each in suspects]
    book.look_up(coded, kept)
    helpers = [book.contracts((*c, *k))[:HELPERS_MAX] for c, k in zip(coded, kept, strict=True)]
    stored = book.stored([each for group in helpers for each in group])
    deeper = [
        _others((name for helper in group for name in stored[helper]), each, known)
        for group, each in zip(helpers, suspects, strict=True)
    ]
    book.look_up(deeper)
    return [
        replace(
            suspect,
            powers=_joined(
                (*suspect.powers, *book.powers(each for each in group if each in by_code)),
                book.powers(each for each in group if each not in by_code),
            ),
            people=book.people((*by_code, *by_storage, *by_helpers)),
        )
        for suspect, group, by_code, by_storage, by_helpers in zip(
            suspects, helpers, coded, kept, deeper, strict=True
        )
    ]


def _joined(surely: tuple[Power, ...], perhaps: Iterable[Power]) -> tuple[Power, ...]:
    """What storage names is tried where there is room: much of it never commands anything."""
    room = max(0, POWERS_MAX - USUAL - len(surely))
    return (*surely, *islice(perhaps, room))


class _Book:
    """What is known of addresses at one block."""

    def __init__(self, rpc: Rpc, block: BlockRef) -> None:
        self._rpc = rpc
        self._block = block
        self._codes: dict[Address, bytes] = {}
        self._in_use: set[Address] = set()

    def stored(self, contracts: Iterable[Address]) -> dict[Address, tuple[Address, ...]]:
        """By contract, the addresses that its storage may name."""
        where = tuple(dict.fromkeys(contracts))
        asked = Pages(slots(self._block), where)
        ask_all(self._rpc, asked)
        return dict(zip(where, map(addresses_in, asked.rows()), strict=True))

    def look_up(self, *wanted: Iterable[Iterable[Address]]) -> None:
        """All at once; what is known already is not asked again."""
        names = (each for groups in wanted for group in groups for each in group)
        new = [each for each in dict.fromkeys(names) if each not in self._codes]
        at = pinned(self._block)
        asked = Plain(*((method, [each, at]) for each in new for method in LOOKS))
        ask_all(self._rpc, asked)
        answers = iter(asked.answers)
        with shaped(self._rpc.name):
            for each in new:
                self._codes[each] = unhexed(next(answers))
                sent, owned = quantity(next(answers)), quantity(next(answers))
                if sent or owned:
                    self._in_use.add(each)

    def contracts(self, names: Iterable[Address]) -> tuple[Address, ...]:
        return tuple(each for each in names if self._codes[each])

    def people(self, names: Iterable[Address]) -> tuple[Address, ...]:
        """Who has money or has sent something; a number that looks like an address has not."""
        return tuple(each for each in names if each in self._in_use and not self._codes[each])

    def powers(self, helpers: Iterable[Address]) -> Iterator[Power]:
        for helper in helpers:
            yield from (Power(helper, selector) for selector in _functions(self._codes[helper]))


def _others(
    names: Iterable[Address], suspect: Suspect, known: Collection[Address]
) -> tuple[Address, ...]:
    """In their order, without the places of the trade."""
    places = {*known, suspect.token, suspect.pair}
    return tuple(each for each in dict.fromkeys(names) if each not in places)


@lru_cache(CODES_KEPT)
def _functions(code: bytes) -> tuple[Selector, ...]:
    """But for those that every token has."""
    found = (selector_of(number) for number in sorted(entry(code).selectors))
    return tuple(selector for selector in found if selector not in NEEDED)
