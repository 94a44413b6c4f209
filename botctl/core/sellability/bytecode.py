"""A contract's code as instructions: what the EVM could run, and none of the data between."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from botctl.core.sellability.metadata import metadata_start
from botctl.core.sellability.opcodes import ENDS, Op, is_defined, push_size

# EIP-3541 keeps this first byte out of new code; old ones that have it stop at once.
NOT_LEGACY: Final = 0xEF


@dataclass(frozen=True, slots=True)
class Instruction:
    at: int
    op: int
    data: int = 0  # what a PUSH pushes; past the code's end the EVM reads zeros

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.at + 1 + push_size(self.op)


Block = tuple[Instruction, ...]


def instructions(code: bytes) -> Iterator[Instruction]:
    """All of them in order, as the EVM itself tells code from PUSH data: from the first byte on."""
    at = 0
    while at < len(code):
        size = push_size(code[at])
        data = code[at + 1 : at + 1 + size]
        yield Instruction(at, code[at], int.from_bytes(data) << 8 * (size - len(data)))
        at += 1 + size


def live(code: bytes) -> Iterator[Instruction]:
    """Those that can run: from the start or a JUMPDEST on, up to what ends a run.

    Any JUMPDEST counts as a target, since targets can be computed, and an instruction that is not
    known ends no run, for a newer EVM may know it: data may be taken for code, but code is never
    taken for data. Only the compiler's note at the end, where every hash would look like code, needs
    more: that some PUSH names the JUMPDEST in it.
    """
    everything = tuple(instructions(code))
    note = metadata_start(code)
    named = frozenset(i.data for i in everything if i.at < note and push_size(i.op))
    running = True
    for each in everything:
        if each.op == Op.JUMPDEST:
            running = running or each.at < note or each.at in named
        if running:
            yield each
            running = each.op not in ENDS


def blocks(code: bytes) -> Iterator[Block]:
    """The live instructions in runs that can be entered at their first one only."""
    run: list[Instruction] = []
    end = 0
    for each in live(code):
        if run and (each.op == Op.JUMPDEST or each.at != end):
            yield tuple(run)
            run = []
        run.append(each)
        end = each.end
    if run:
        yield tuple(run)


def is_code(code: bytes) -> bool:
    """False for bytes at which the EVM stops before it has done anything."""
    return bool(code) and is_defined(code[0]) and code[0] not in ENDS


def skeleton(code: bytes) -> bytes:
    """The opcodes alone, without PUSH data and the compiler's note.

    Copies of one contract differ in immutables and note; their skeletons are equal, so a hash of this
    finds a trap that is deployed again and again.
    """
    note = metadata_start(code)
    return bytes(each.op for each in instructions(code[:note]))
