"""What is known of one value on the stack before anything ran: a number, or where it came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Final

from botctl.core.sellability.opcodes import Op

WORD_BITS: Final = 256
WORD_MASK: Final = 2**WORD_BITS - 1
ADDRESS_MASK: Final = 2**160 - 1
SELECTOR_SHIFT: Final = 224
SELECTOR_MASK: Final = 2**32 - 1
BUCKETS_MAX: Final = 256  # of a hash table of selectors; vyper makes about one a function


class Origin(IntEnum):
    UNKNOWN = auto()
    CALLDATA = auto()  # the first word of the call data
    SELECTOR = auto()  # its first four bytes, `number` bits to the left
    IS = auto()  # not zero exactly when the selector is `number`
    IS_NOT = auto()  # zero exactly when the selector is `number`
    BELOW = auto()  # made from the selector, and less than `number`
    TAINTED = auto()  # made from the selector in a way that is not followed
    SLOT = auto()  # what storage slot `number` holds
    SELF = auto()
    CALLER = auto()
    TX_ORIGIN = auto()
    GAS = auto()


@dataclass(frozen=True, slots=True)
class Mark:
    """A value that is not a number yet."""

    origin: Origin
    number: int = 0


Value = int | Mark

UNKNOWN: Final = Mark(Origin.UNKNOWN)
CALLDATA: Final = Mark(Origin.CALLDATA)
SELECTOR: Final = Mark(Origin.SELECTOR)
SELECTOR_HIGH: Final = Mark(Origin.SELECTOR, SELECTOR_SHIFT)
TAINTED: Final = Mark(Origin.TAINTED)
GAS: Final = Mark(Origin.GAS)
_OF_SELECTOR: Final = frozenset(
    (Origin.CALLDATA, Origin.SELECTOR, Origin.IS, Origin.IS_NOT, Origin.BELOW, Origin.TAINTED)
)
_FOLDS: Final[Mapping[int, Callable[[int, int], int]]] = {
    Op.ADD: lambda a, b: a + b,
    Op.MUL: lambda a, b: a * b,
    Op.SUB: lambda a, b: a - b,
    Op.DIV: lambda a, b: a // b if b else 0,
    Op.MOD: lambda a, b: a % b if b else 0,
    Op.EXP: lambda a, b: pow(a, b, 2**WORD_BITS),
    Op.LT: lambda a, b: int(a < b),
    Op.GT: lambda a, b: int(a > b),
    Op.EQ: lambda a, b: int(a == b),
    Op.AND: lambda a, b: a & b,
    Op.OR: lambda a, b: a | b,
    Op.XOR: lambda a, b: a ^ b,
    Op.SHL: lambda a, b: b << a if a < WORD_BITS else 0,
    Op.SHR: lambda a, b: b >> a if a < WORD_BITS else 0,
}
_ORDERS: Final = frozenset((Op.LT, Op.GT, Op.SLT, Op.SGT))
_COMMUTES: Final = frozenset((Op.ADD, Op.MUL, Op.EQ, Op.AND, Op.OR, Op.XOR))


def is_of_selector(value: Value) -> bool:
    return isinstance(value, Mark) and value.origin in _OF_SELECTOR


def unary(op: int, value: Value) -> Value:
    """The result of ISZERO, or of NOT."""
    if isinstance(value, int):
        return int(value == 0) if op == Op.ISZERO else value ^ WORD_MASK
    return _negated(value) if op == Op.ISZERO else derived(value)


def combined(op: int, first: Value, second: Value) -> Value:
    """The result of any other instruction that makes one value of two; `first` is the top of the stack."""
    if isinstance(first, int) and isinstance(second, int):
        fold = _FOLDS.get(op)
        return UNKNOWN if fold is None else fold(first, second) & WORD_MASK
    if isinstance(first, int) and op in _COMMUTES:
        first, second = second, first
    found = _of_mark(op, first, second)
    return derived(first, second) if found is None else found


def derived(*values: Value) -> Value:
    """What is left to know of a value that is made from others in a way that is not followed."""
    if any(is_of_selector(value) for value in values):
        return TAINTED
    return GAS if GAS in values else UNKNOWN


def _negated(mark: Mark) -> Value:
    match mark.origin:
        case Origin.IS:
            return Mark(Origin.IS_NOT, mark.number)
        case Origin.IS_NOT:
            return Mark(Origin.IS, mark.number)
        case Origin.SELECTOR:
            return Mark(Origin.IS, 0)
        case _:
            return derived(mark)


def _of_mark(op: int, first: Value, second: Value) -> Value | None:
    """None: nothing more than `derived` can say."""
    if op in _ORDERS:
        return _ordered(first, second)
    if isinstance(first, Mark) and isinstance(second, int):
        with_number = _WITH_NUMBER.get(op)
        return None if with_number is None else with_number(first, second)
    if isinstance(second, Mark) and isinstance(first, int):
        return _number_and_mark(op, first, second)
    if isinstance(first, Mark) and isinstance(second, Mark):
        return _narrowed(op, first, second) or _narrowed(op, second, first)
    return None


def _number_and_mark(op: int, number: int, mark: Mark) -> Value | None:
    """SHR and SHL have the number on top; a subtraction from a number compares it."""
    match op:
        case Op.SHR | Op.SHL if number == 0:
            return mark
        case Op.SHR if number == SELECTOR_SHIFT and mark in (CALLDATA, SELECTOR_HIGH):
            return SELECTOR
        case Op.SHL if number == SELECTOR_SHIFT and mark == SELECTOR:
            return SELECTOR_HIGH
        case Op.SUB:
            return _different(mark, number)
        case _:
            return None


def _equal(mark: Mark, number: int) -> Value | None:
    return _compared(Origin.IS, mark, number)


def _different(mark: Mark, number: int) -> Value | None:
    return _compared(Origin.IS_NOT, mark, number)


def _added(mark: Mark, number: int) -> Value | None:
    """An optimizer may subtract by adding."""
    return mark if number == 0 else _different(mark, -number & WORD_MASK)


def _joined(mark: Mark, number: int) -> Value | None:
    return mark if number == 0 else None


def _remainder(mark: Mark, number: int) -> Value | None:
    is_bucket = is_of_selector(mark) and 0 < number <= BUCKETS_MAX
    return Mark(Origin.BELOW, number) if is_bucket else None


def _compared(origin: Origin, mark: Mark, number: int) -> Value | None:
    if mark.origin not in (Origin.SELECTOR, Origin.CALLDATA):
        return mark if number == 0 and origin is Origin.IS_NOT else None
    # A call without arguments makes the first word the selector and zeros.
    shift = SELECTOR_SHIFT if mark == CALLDATA else mark.number
    selector, rest = number >> shift, number & ((1 << shift) - 1)
    if rest or selector > SELECTOR_MASK:
        return 0 if origin is Origin.IS else None  # never equal
    return Mark(origin, selector)


def _masked(mark: Mark, mask: int) -> Value | None:
    match mark.origin:
        case Origin.CALLDATA:
            return SELECTOR_HIGH if mask == SELECTOR_MASK << SELECTOR_SHIFT else _bucket(mask)
        case Origin.SELECTOR:
            kept = SELECTOR_MASK << mark.number
            return mark if mask & kept == kept else _bucket(mask)
        case Origin.IS:
            return mark if mask & 1 else 0
        case Origin.IS_NOT | Origin.BELOW | Origin.TAINTED:
            return _bucket(mask)
        case _:
            return mark if mask & ADDRESS_MASK == ADDRESS_MASK else None


def _bucket(mask: int) -> Value | None:
    """An optimizer's way of taking the remainder by a power of two."""
    is_remainder = mask & (mask + 1) == 0 and 0 < mask < BUCKETS_MAX
    return Mark(Origin.BELOW, mask + 1) if is_remainder else None


def _divided(mark: Mark, number: int) -> Value | None:
    if number == 1 << SELECTOR_SHIFT and mark in (CALLDATA, SELECTOR_HIGH):
        return SELECTOR
    return mark if number == 1 else None


def _ordered(first: Value, second: Value) -> Value | None:
    """Which half of a binary search it is says nothing that both halves would not say."""
    is_search = (isinstance(first, int) and second == SELECTOR) or (
        isinstance(second, int) and first == SELECTOR
    )
    return UNKNOWN if is_search else None


def _narrowed(op: int, mark: Mark, other: Mark) -> Value | None:
    """A comparison joined with something else still tells the selector where it counts."""
    if is_of_selector(other):
        return None
    keeps = (op == Op.AND and mark.origin is Origin.IS) or (
        op == Op.OR and mark.origin is Origin.IS_NOT
    )
    return mark if keeps else None


_WITH_NUMBER: Final[Mapping[int, Callable[[Mark, int], Value | None]]] = {
    Op.EQ: _equal,
    Op.SUB: _different,
    Op.XOR: _different,
    Op.ADD: _added,
    Op.OR: _joined,
    Op.AND: _masked,
    Op.DIV: _divided,
    Op.MOD: _remainder,
}
