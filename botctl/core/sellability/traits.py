"""What the instructions of a code can do or see, whoever calls which function.

A value is followed within one block only. What reaches an instruction through a function of its own
is unknown there: the traits that name a value (of the caller, of others) may be missed, those that
name an instruction are not.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from botctl.core.sellability.bytecode import Block, blocks
from botctl.core.sellability.frame import Frame, StackError
from botctl.core.sellability.opcodes import Op, is_defined
from botctl.core.sellability.values import GAS, Mark, Origin, Value


class Trait(StrEnum):
    SELFDESTRUCT = "selfdestruct"
    CALLCODE = "callcode"
    DELEGATECALL = "delegatecall"  # to an address that is not in the code
    DELEGATECALL_FIXED = "delegatecall_fixed"  # to a library whose address is in the code
    DELEGATECALL_SELF = "delegatecall_self"  # to itself, as a batch of calls does
    CREATE = "create"
    CREATE2 = "create2"
    ORIGIN = "origin"
    GASPRICE = "gasprice"
    BASEFEE = "basefee"
    COINBASE = "coinbase"
    PREVRANDAO = "prevrandao"
    BLOCKHASH = "blockhash"
    TIMESTAMP = "timestamp"
    NUMBER = "number"
    EXTCODE_OF_CALLER = "extcode_of_caller"  # is the caller a contract?
    EXTCODEHASH = "extcodehash"
    BALANCE_OF_OTHER = "balance_of_other"  # of native money
    GAS_COMPARED = "gas_compared"  # how much gas is left decides something
    UNNAMED_WRITE = "unnamed_write"  # a call that names no function changes storage


# An honest simulation and a real transaction can differ in these.
SEES_SIMULATION: Final = frozenset(
    (
        Trait.ORIGIN,
        Trait.GASPRICE,
        Trait.BASEFEE,
        Trait.COINBASE,
        Trait.EXTCODE_OF_CALLER,
        Trait.BALANCE_OF_OTHER,
        Trait.GAS_COMPARED,
    )
)
_PLAIN: Final[Mapping[int, Trait]] = {
    Op.SELFDESTRUCT: Trait.SELFDESTRUCT,
    Op.CALLCODE: Trait.CALLCODE,
    Op.CREATE: Trait.CREATE,
    Op.CREATE2: Trait.CREATE2,
    Op.ORIGIN: Trait.ORIGIN,
    Op.GASPRICE: Trait.GASPRICE,
    Op.BASEFEE: Trait.BASEFEE,
    Op.COINBASE: Trait.COINBASE,
    Op.PREVRANDAO: Trait.PREVRANDAO,
    Op.BLOCKHASH: Trait.BLOCKHASH,
    Op.TIMESTAMP: Trait.TIMESTAMP,
    Op.NUMBER: Trait.NUMBER,
}
_COMPARES: Final = frozenset((Op.LT, Op.GT, Op.SLT, Op.SGT, Op.EQ))
_OF_VALUE: Final = frozenset((Op.DELEGATECALL, Op.BALANCE, Op.EXTCODESIZE, Op.EXTCODEHASH))
_CALLERS: Final = frozenset((Origin.CALLER, Origin.TX_ORIGIN))


def traits(code: bytes) -> frozenset[Trait]:
    return frozenset(found for block in blocks(code) for found in _of_block(code, block))


def _of_block(code: bytes, block: Block) -> Iterator[Trait]:
    ops = frozenset(each.op for each in block)
    yield from (_PLAIN[op] for op in ops & _PLAIN.keys())
    if ops & _OF_VALUE or (Op.GAS in ops and ops & _COMPARES):
        yield from _of_values(code, block)


def _of_values(code: bytes, block: Block) -> Iterator[Trait]:
    frame = Frame(code)
    for each in block:
        if not is_defined(each.op):
            return
        try:
            operands = frame.apply(each)
        except StackError:
            return  # nothing behind it can run
        if (found := _trait(each.op, operands)) is not None:
            yield found


def _trait(op: int, operands: tuple[Value, ...]) -> Trait | None:
    if op in _COMPARES:
        return Trait.GAS_COMPARED if GAS in operands else None
    match op:
        case Op.DELEGATECALL:
            return _delegation(operands[1])
        case Op.BALANCE:
            return None if operands[0] == Mark(Origin.SELF) else Trait.BALANCE_OF_OTHER
        case Op.EXTCODESIZE | Op.EXTCODEHASH:
            return _look_at_code(op, operands[0])
        case _:
            return None


def _delegation(target: Value) -> Trait:
    if isinstance(target, int):
        return Trait.DELEGATECALL_FIXED
    is_own = target == Mark(Origin.SELF)
    return Trait.DELEGATECALL_SELF if is_own else Trait.DELEGATECALL


def _look_at_code(op: int, of: Value) -> Trait | None:
    if isinstance(of, Mark) and of.origin in _CALLERS:
        return Trait.EXTCODE_OF_CALLER
    return Trait.EXTCODEHASH if op == Op.EXTCODEHASH else None
