"""Whom a contract's storage names: the first slots, where compilers put what is declared first.

The contract's code is replaced for the length of the call by one that reads them all, so a contract
costs one call and none of its own code runs.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from botctl.adapters.evm.abi import WORD, Cursor
from botctl.adapters.evm.lent_code import LentCode
from botctl.adapters.evm.paging import Question
from botctl.core.facts import BlockRef
from botctl.core.units import Address

SLOTS: Final = 16
READERS_PAGE: Final = 1
ADDRESS_BITS: Final = 160
ADDRESS_MASK: Final = (1 << ADDRESS_BITS) - 1
SMALLEST: Final = 1 << 152  # one address of 256 is smaller; most numbers are
SHIFTS: Final = (0, 8, 16, 32, 64, 96)  # what a compiler may put below an address in its slot
_READ_SLOT: Final = "60{slot:02x}5461{offset:04x}52"
_RETURN_ALL: Final = "61{size:04x}6000f3"


def slots(block: BlockRef) -> Question[Address, tuple[int, ...]]:
    """Of each contract, the words of its first slots."""
    return Question(
        page_max=READERS_PAGE,
        ask=lambda page: LentCode(page[0], READER).call("0x", block),
        read=lambda raw, _: [_words(raw)],
    )


def addresses_in(words: Sequence[int]) -> tuple[Address, ...]:
    """Whatever may be an address, and much that is none: whoever asks looks whether it is in use."""
    return tuple(dict.fromkeys(each for word in words for each in _in_word(word)))


def _in_word(word: int) -> Iterator[Address]:
    for shift in SHIFTS:
        number = (word >> shift) & ADDRESS_MASK
        if SMALLEST <= number < ADDRESS_MASK:
            yield Address(f"0x{number:040x}")


def _words(raw: bytes) -> tuple[int, ...]:
    cursor = Cursor(raw)
    found = tuple(cursor.uint() for _ in range(SLOTS))
    cursor.done()
    return found


def _reader() -> str:
    reads = (_READ_SLOT.format(slot=slot, offset=slot * WORD) for slot in range(SLOTS))
    return "0x" + "".join(reads) + _RETURN_ALL.format(size=SLOTS * WORD)


READER: Final = _reader()
