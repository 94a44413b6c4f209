"""The EVM's memory before anything ran: for each byte a number, or which byte of which value it is."""

from dataclasses import dataclass, field
from typing import Final

from botctl.core.sellability.values import (
    CALLDATA,
    SELECTOR,
    SELECTOR_HIGH,
    UNKNOWN,
    Mark,
    Value,
    derived,
)

WORD_BYTES: Final = 32
SELECTOR_BYTES: Final = 4
FOLLOWED_BYTES_MAX: Final = 512  # dispatchers use the first few words; a write beyond blurs all


@dataclass(frozen=True, slots=True)
class Part:
    """One byte of a value that is not a number; byte 0 is the highest."""

    of: Mark
    index: int


Byte = int | Part

_NOTHING: Final = Part(UNKNOWN, 0)
_SELECTOR_PARTS: Final = tuple(Part(CALLDATA, i) for i in range(SELECTOR_BYTES))
_ZEROS: Final = (0,) * (WORD_BYTES - SELECTOR_BYTES)


@dataclass(slots=True)
class Memory:
    """All zeros at first; `elsewhere` is what may lie at any offset not named in `cells`."""

    cells: dict[int, Byte] = field(default_factory=dict)
    elsewhere: Byte = 0

    def copy(self) -> "Memory":
        return Memory(dict(self.cells), self.elsewhere)

    def key(self) -> object:
        """Equal for equal contents."""
        return frozenset(self.cells.items()), self.elsewhere

    def word(self, at: Value) -> Value:
        """What MLOAD reads."""
        if isinstance(at, Mark):
            return derived(at, *self._marks())
        cells = tuple(self.cells.get(at + i, self.elsewhere) for i in range(WORD_BYTES))
        return _whole(cells)

    def store(self, at: Value, value: Value) -> None:
        """What MSTORE writes."""
        if isinstance(value, int):
            self.write(at, tuple(value.to_bytes(WORD_BYTES)))
        else:
            self.write(at, tuple(Part(value, i) for i in range(WORD_BYTES)))

    def store_byte(self, at: Value, value: Value) -> None:
        """What MSTORE8 writes: the lowest byte."""
        low = value & 0xFF if isinstance(value, int) else Part(value, WORD_BYTES - 1)
        self.write(at, (low,))

    def write(self, at: Value, cells: tuple[Byte, ...]) -> None:
        if isinstance(at, Mark) or at + len(cells) > FOLLOWED_BYTES_MAX:
            self.blur(*(cell.of for cell in cells if isinstance(cell, Part)))
        else:
            self.cells.update(zip(range(at, at + len(cells)), cells, strict=True))

    def forget(self, at: Value, size: Value) -> None:
        """Something unknown was written over `size` bytes."""
        if isinstance(at, int) and isinstance(size, int) and size <= FOLLOWED_BYTES_MAX:
            self.write(at, (_NOTHING,) * size)
        else:
            self.blur()

    def blur(self, *more: Mark) -> None:
        """Something was written nobody knows where: no byte is certain any more."""
        self.elsewhere = _as_byte(derived(*self._marks(), *more))
        self.cells.clear()

    def _marks(self) -> tuple[Mark, ...]:
        cells = (*self.cells.values(), self.elsewhere)
        return tuple({cell.of for cell in cells if isinstance(cell, Part)})


def calldata(start: int, size: int) -> tuple[Byte, ...]:
    """The bytes of the call data from `start` on; past the first word nothing is known of them."""
    return tuple(
        Part(CALLDATA, i) if i < WORD_BYTES else _NOTHING for i in range(start, start + size)
    )


def _as_byte(value: Value) -> Byte:
    return Part(value, 0) if isinstance(value, Mark) else value & 0xFF


def _whole(cells: tuple[Byte, ...]) -> Value:
    numbers = [cell for cell in cells if isinstance(cell, int)]
    if len(numbers) == WORD_BYTES:
        return int.from_bytes(bytes(numbers))
    marks = [cell.of for cell in cells if isinstance(cell, Part)]
    if cells == tuple(Part(marks[0], i) for i in range(WORD_BYTES)):
        return marks[0]
    if cells == _ZEROS + _SELECTOR_PARTS:
        return SELECTOR
    if cells == _SELECTOR_PARTS + _ZEROS:
        return SELECTOR_HIGH
    return derived(*marks)
