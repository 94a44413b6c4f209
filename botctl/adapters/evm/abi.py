"""The part of the contract ABI that we use, written out by hand and strict about layout.

Encoding makes hex digits without `0x`, because that is what travels. Decoding accepts only the
layout that solc's encoder writes: contiguous tails in order, zero padding, nothing left over. All
raise ValueError, saying what was wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from botctl.core.units import UINT256_MAX, Address

WORD: Final = 32
WORD_DIGITS: Final = 64
ADDRESS_CHARS: Final = 42
ADDRESS_PAD: Final = "0" * 24
ADDRESS_PAD_BYTES: Final = bytes(12)
TEXT_CHARS_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Tail:
    """An argument of dynamic size: its place among the heads holds only an offset."""

    digits: str


def uint(value: int) -> str:
    if not 0 <= value <= UINT256_MAX:
        raise ValueError("not a uint256")
    return f"{value:064x}"


def address(value: Address) -> str:
    if len(value) != ADDRESS_CHARS:
        raise ValueError("not an address")
    return ADDRESS_PAD + value[2:]


def rows(encoded: Iterable[str], words_each: int = 1) -> Tail:
    """An array of static elements of `words_each` words."""
    digits = "".join(encoded)
    count, rest = divmod(len(digits), WORD_DIGITS * words_each)
    if rest:
        raise ValueError("a row of the wrong width")
    return Tail(uint(count) + digits)


def blob(value: bytes) -> Tail:
    return Tail(uint(len(value)) + value.hex() + "00" * (-len(value) % WORD))


def arguments(*parts: str | Tail) -> str:
    """Heads, then tails. A part that is a str may be several static words."""
    heads, tails = [], []
    at = sum(WORD_DIGITS if isinstance(part, Tail) else len(part) for part in parts) // 2
    for part in parts:
        if isinstance(part, Tail):
            heads.append(uint(at))
            tails.append(part.digits)
            at += len(part.digits) // 2
        else:
            heads.append(part)
    return "".join(heads + tails)


class Cursor:
    """Reads words one after the other; a tail must start exactly where reading has come to."""

    __slots__ = ("_at", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    @property
    def at(self) -> int:
        return self._at

    def word(self) -> bytes:
        found = self._raw[self._at : self._at + WORD]
        if len(found) != WORD:
            raise ValueError(f"cut off at byte {self._at}")
        self._at += WORD
        return found

    def uint(self, value_max: int = UINT256_MAX) -> int:
        value = int.from_bytes(self.word(), "big")
        if value > value_max:
            raise ValueError(f"{value} above {value_max} before byte {self._at}")
        return value

    def flag(self) -> bool:
        return self.uint(1) == 1

    def address(self) -> Address:
        word = self.word()
        if word[:12] != ADDRESS_PAD_BYTES:
            raise ValueError(f"an address with a dirty head before byte {self._at}")
        return Address("0x" + word[12:].hex())

    def expect(self, value: int) -> None:
        """A layout word: an offset or a count that can only be this."""
        if (found := self.uint()) != value:
            raise ValueError(f"{found} instead of {value} before byte {self._at}")

    def blob(self) -> bytes:
        """A length, that many bytes, and zeros up to a whole word."""
        size = self.uint(len(self._raw))
        end = self._at + size
        padded = end + -size % WORD
        if padded > len(self._raw):
            raise ValueError(f"cut off inside bytes at byte {self._at}")
        if any(self._raw[end:padded]):
            raise ValueError(f"dirty padding at byte {end}")
        found = self._raw[self._at : end]
        self._at = padded
        return found

    def done(self) -> None:
        if self._at != len(self._raw):
            raise ValueError(f"{len(self._raw) - self._at} bytes left over")


def sole_blob(raw: bytes) -> bytes:
    """The answer of a function that `returns (bytes)`."""
    cursor = Cursor(raw)
    cursor.expect(WORD)
    found = cursor.blob()
    cursor.done()
    return found


def tuples(cursor: Cursor, count: int) -> Iterable[None]:
    """Walks an array of `count` dynamic tuples, its offsets checked as each one is reached."""
    cursor.expect(WORD)
    cursor.expect(count)
    origin = cursor.at
    offsets = [cursor.uint() for _ in range(count)]
    for offset in offsets:
        if offset != cursor.at - origin:
            raise ValueError(f"offset {offset} instead of {cursor.at - origin}")
        yield


def unhexed(answer: object) -> bytes:
    """The bytes of a JSON-RPC hex string."""
    if not isinstance(answer, str) or not answer.startswith("0x"):
        raise ValueError("not a hex string")
    return bytes.fromhex(answer[2:])


def decode_text(raw: bytes) -> str | None:
    """What `name()` or `symbol()` returned: an ABI string, or bytes32 as older tokens do.

    None where it is not UTF-8 or nothing printable is left. Control, bidirectional and other
    invisible characters are dropped: a token's text ends up in terminals and pages. Never raises.
    """
    data = raw.rstrip(b"\0") if len(raw) == WORD else _string(raw)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    clean = "".join(c for c in text if c.isprintable()).strip()
    return clean[:TEXT_CHARS_MAX] or None


def _string(raw: bytes) -> bytes:
    """Lenient about padding, which some compilers leave out; empty where it is no string."""
    size = int.from_bytes(raw[WORD : 2 * WORD], "big")
    if int.from_bytes(raw[:WORD], "big") != WORD or size > len(raw) - 2 * WORD:
        return b""
    return raw[2 * WORD : 2 * WORD + size]
