"""What a call to a contract meets first: the list of its functions, or code that lies elsewhere.

The code is walked from its first byte with call data of which nothing is known. Where the selector is
compared with a number, that number is a function, and the walk goes on where they differ: function
bodies are not entered, what every other call meets is. A table of hashes is walked bucket by bucket.
"""

from dataclasses import dataclass, field
from typing import Final

from botctl.core.sellability.bytecode import Instruction, instructions
from botctl.core.sellability.frame import Frame, StackError
from botctl.core.sellability.memory import Memory
from botctl.core.sellability.opcodes import ENDS, Op, is_defined
from botctl.core.sellability.values import Mark, Origin, Value, is_of_selector

STEPS_MAX: Final = 10_000  # the longest seen, a hash table of fifteen functions, takes 1,200
ENTER_STEPS: Final = 8  # what it costs to compare and copy all that a walk knows
_TARGET, _ASKED = 1, 1  # which operand of DELEGATECALL and of STATICCALL is the address
_DELEGATES: Final = frozenset((Op.DELEGATECALL, Op.CALLCODE))


@dataclass(slots=True)
class Entry:
    """What the walk met."""

    selectors: set[int] = field(default_factory=set)
    delegates: set[Value] = field(default_factory=set)  # where code that lies elsewhere is
    asked: set[Value] = field(default_factory=set)  # contracts asked before, as a beacon is
    is_clear: bool = True  # False: there may be functions that were not found
    writes: bool = False  # storage changes although no function was named


@dataclass(slots=True)
class _Walk:
    at: int
    frame: Frame


def entry(code: bytes) -> Entry:
    """Walk `code`; a code that is too winding to be walked to its end is not clear."""
    return _Walker(code).walked()


class _Walker:
    def __init__(self, code: bytes) -> None:
        self._program = {each.at: each for each in instructions(code)}
        self._found = Entry()
        self._seen: set[object] = set()
        self._steps = 0
        frame = Frame(code, memory=Memory(), called=False, is_start=True)
        self._open = [_Walk(0, frame)]

    def walked(self) -> Entry:
        while self._open and self._steps <= STEPS_MAX:
            walk = self._open.pop()
            while (each := self._program.get(walk.at)) is not None and self._goes_on(walk, each):
                pass
        self._found.is_clear &= self._steps <= STEPS_MAX
        return self._found

    def _goes_on(self, walk: _Walk, each: Instruction) -> bool:
        """Run one instruction; false when this walk ends or is continued by others."""
        self._steps += 1
        if not is_defined(each.op):
            self._found.is_clear = False  # a newer EVM may go on here
            return False
        try:
            operands = walk.frame.apply(each)
        except StackError:
            return False
        self._note(each.op, operands)
        if each.op in (Op.JUMP, Op.JUMPI):
            self._branch(walk, each, operands)
            return False
        walk.at = each.end
        return each.op not in ENDS and not self._split(walk)

    def _note(self, op: int, operands: tuple[Value, ...]) -> None:
        if op in _DELEGATES:
            self._found.delegates.add(operands[_TARGET])
        elif op == Op.STATICCALL:
            self._found.asked.add(operands[_ASKED])
        elif op == Op.SSTORE:
            self._found.writes = True

    def _branch(self, walk: _Walk, each: Instruction, operands: tuple[Value, ...]) -> None:
        condition: Value = operands[1] if each.op == Op.JUMPI else 1
        jumps, falls = self._ways(condition)
        if falls:
            self._enter(each.end, walk.frame.fork())
        if jumps:
            self._jump(operands[0], walk.frame)

    def _ways(self, condition: Value) -> tuple[bool, bool]:
        """Whether to follow the jump, and whether to follow the code behind it."""
        if isinstance(condition, int):
            return condition != 0, condition == 0
        match condition.origin:
            case Origin.IS:
                self._found.selectors.add(condition.number)
                return False, True
            case Origin.IS_NOT:
                self._found.selectors.add(condition.number)
                return True, False
            case _:
                self._found.is_clear &= not is_of_selector(condition)
                return True, True

    def _jump(self, target: Value, frame: Frame) -> None:
        if isinstance(target, Mark):
            self._found.is_clear = False
            return
        landing = self._program.get(target)
        if landing is not None and landing.op == Op.JUMPDEST:
            self._enter(target, frame)

    def _split(self, walk: _Walk) -> bool:
        """One walk for each bucket that a selector may fall into; false when there are no buckets."""
        top = walk.frame.stack[-1] if walk.frame.stack else 0
        if isinstance(top, int) or top.origin is not Origin.BELOW:
            return False
        for bucket in range(top.number):
            frame = walk.frame.fork()
            frame.stack[-1] = bucket
            self._enter(walk.at, frame)
        return True

    def _enter(self, at: int, frame: Frame) -> None:
        """Once with the same knowledge is enough, or a loop would never end."""
        self._steps += ENTER_STEPS
        knows = (at, tuple(frame.stack), frame.called, frame.memory and frame.memory.key())
        if knows not in self._seen:
            self._seen.add(knows)
            self._open.append(_Walk(at, frame))
