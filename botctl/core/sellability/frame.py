"""One walk's stack, memory and return data, and what each instruction does to them.

Control flow is the caller's: a JUMP takes its target from the stack here and goes nowhere.
"""

from dataclasses import dataclass, field
from typing import Final

from botctl.core.sellability.bytecode import Instruction
from botctl.core.sellability.memory import FOLLOWED_BYTES_MAX, WORD_BYTES, Memory, calldata
from botctl.core.sellability.opcodes import CALLS, EFFECTS, Op
from botctl.core.sellability.values import (
    CALLDATA,
    GAS,
    TAINTED,
    UNKNOWN,
    Mark,
    Origin,
    Value,
    combined,
    derived,
    is_of_selector,
    unary,
)

STACK_MAX: Final = 1024
BINARY: Final = frozenset(
    op for op, effect in EFFECTS.items() if effect == (2, 1) and op != Op.SHA3
)
_SOURCES: Final[dict[int, Value]] = {
    Op.ADDRESS: Mark(Origin.SELF),
    Op.CALLER: Mark(Origin.CALLER),
    Op.ORIGIN: Mark(Origin.TX_ORIGIN),
    Op.GAS: GAS,
}
SELECTOR_BYTES_MAX: Final = 4


class StackError(Exception):
    """Too little or too much on the stack: the EVM stops there and undoes everything."""


@dataclass(slots=True)
class Frame:
    """`memory` None: not followed, as in a walk that starts in the middle of the code.

    `is_start` says that the stack is the whole stack; otherwise unknown values lie under it.
    """

    code: bytes
    stack: list[Value] = field(default_factory=list)
    memory: Memory | None = None
    called: bool = True  # return data may be there
    is_start: bool = False

    def fork(self) -> "Frame":
        memory = None if self.memory is None else self.memory.copy()
        return Frame(self.code, list(self.stack), memory, self.called, self.is_start)

    def apply(self, each: Instruction) -> tuple[Value, ...]:
        """Run one defined instruction; what it took from the stack, top first. Raises StackError."""
        if Op.DUP1 <= each.op <= Op.DUP16:
            self._deepen(each.op - Op.DUP1 + 1)
            self._push(self.stack[-(each.op - Op.DUP1 + 1)])
            return ()
        if Op.SWAP1 <= each.op <= Op.SWAP16:
            self._swap(each.op - Op.SWAP1 + 1)
            return ()
        taken, put = EFFECTS[each.op]
        operands = self._pop(taken)
        if put:
            self._push(self._result(each, operands))
        else:
            self._write(each.op, operands)
        return operands

    def _result(self, each: Instruction, operands: tuple[Value, ...]) -> Value:
        if (source := self._source(each)) is not None:
            return source
        if each.op in BINARY:
            return combined(each.op, operands[0], operands[1])
        if each.op in CALLS:
            return self._call(each.op, operands)
        return self._read(each, operands)

    def _source(self, each: Instruction) -> Value | None:
        """What needs no operand and is known."""
        if Op.PUSH0 <= each.op <= Op.PUSH32:
            return each.data
        if each.op == Op.PC:
            return each.at
        if each.op == Op.RETURNDATASIZE and not self.called:
            return 0  # the cheapest zero before PUSH0
        return _SOURCES.get(each.op)

    def _read(self, each: Instruction, operands: tuple[Value, ...]) -> Value:
        match each.op:
            case Op.ISZERO | Op.NOT:
                return unary(each.op, operands[0])
            case Op.CALLDATALOAD:
                return _argument(operands[0])
            case Op.SLOAD:
                return _slot(operands[0])
            case Op.MLOAD | Op.SHA3:
                return self._load(each.op, operands)
            case _:
                return derived(*operands)

    def _load(self, op: int, operands: tuple[Value, ...]) -> Value:
        if self.memory is None:
            return UNKNOWN
        word = self.memory.word(operands[0])
        return word if op == Op.MLOAD else derived(word)

    def _call(self, op: int, operands: tuple[Value, ...]) -> Value:
        self.called = True
        if self.memory is not None and op not in (Op.CREATE, Op.CREATE2):
            self.memory.forget(operands[-2], operands[-1])
        return UNKNOWN

    def _write(self, op: int, operands: tuple[Value, ...]) -> None:
        if self.memory is None:
            return
        match op:
            case Op.MSTORE:
                self.memory.store(operands[0], operands[1])
            case Op.MSTORE8:
                self.memory.store_byte(operands[0], operands[1])
            case Op.CALLDATACOPY:
                self._copy_calldata(self.memory, *operands)
            case Op.CODECOPY:
                self._copy_code(self.memory, *operands)
            case Op.RETURNDATACOPY | Op.MCOPY:
                self.memory.forget(operands[0], operands[2])
            case Op.EXTCODECOPY:
                self.memory.forget(operands[1], operands[3])
            case _:
                return

    @staticmethod
    def _copy_calldata(memory: Memory, to: Value, start: Value, size: Value) -> None:
        """Of a copy whose size is not known, the first word is what matters here."""
        if not isinstance(start, int) or start >= SELECTOR_BYTES_MAX:
            memory.forget(to, size)
        elif isinstance(size, int) and size <= FOLLOWED_BYTES_MAX:
            memory.write(to, calldata(start, size))
        else:
            memory.forget(to, size)
            memory.write(to, calldata(start, WORD_BYTES))

    def _copy_code(self, memory: Memory, to: Value, start: Value, size: Value) -> None:
        if isinstance(start, int) and isinstance(size, int) and size <= FOLLOWED_BYTES_MAX:
            memory.write(to, tuple(self.code[start : start + size].ljust(size, b"\0")))
        else:
            memory.forget(to, size)

    def _push(self, value: Value) -> None:
        if len(self.stack) >= STACK_MAX:
            raise StackError
        self.stack.append(value)

    def _pop(self, count: int) -> tuple[Value, ...]:
        self._deepen(count)
        return tuple(self.stack.pop() for _ in range(count))

    def _swap(self, depth: int) -> None:
        self._deepen(depth + 1)
        self.stack[-1], self.stack[-1 - depth] = self.stack[-1 - depth], self.stack[-1]

    def _deepen(self, depth: int) -> None:
        """Make `depth` values reachable."""
        missing = depth - len(self.stack)
        if missing > 0:
            if self.is_start:
                raise StackError
            self.stack[:0] = [UNKNOWN] * missing


def _slot(number: Value) -> Value:
    return Mark(Origin.SLOT, number) if isinstance(number, int) else derived(number)


def _argument(at: Value) -> Value:
    """What CALLDATALOAD reads at `at`."""
    if at == 0:
        return CALLDATA
    is_near = isinstance(at, int) and at < SELECTOR_BYTES_MAX
    return TAINTED if is_near or is_of_selector(at) else UNKNOWN
