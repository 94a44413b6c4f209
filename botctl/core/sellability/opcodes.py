"""The EVM's instructions: their numbers, and what each takes from the stack and puts on it.

Source: the Yellow Paper, appendix H, with EIP-1153, 2929, 3855, 4399, 4844, 5656, 7516 and 7939 (Osaka).
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class Op(IntEnum):
    """Those that the analysis tells apart; the rest are known by their stack effect alone."""

    STOP = 0x00
    ADD = 0x01
    MUL = 0x02
    SUB = 0x03
    DIV = 0x04
    MOD = 0x06
    EXP = 0x0A
    LT = 0x10
    GT = 0x11
    SLT = 0x12
    SGT = 0x13
    EQ = 0x14
    ISZERO = 0x15
    AND = 0x16
    OR = 0x17
    XOR = 0x18
    NOT = 0x19
    SHL = 0x1B
    SHR = 0x1C
    SHA3 = 0x20
    ADDRESS = 0x30
    BALANCE = 0x31
    ORIGIN = 0x32
    CALLER = 0x33
    CALLDATALOAD = 0x35
    CALLDATACOPY = 0x37
    CODECOPY = 0x39
    GASPRICE = 0x3A
    EXTCODESIZE = 0x3B
    EXTCODECOPY = 0x3C
    RETURNDATASIZE = 0x3D
    RETURNDATACOPY = 0x3E
    EXTCODEHASH = 0x3F
    BLOCKHASH = 0x40
    COINBASE = 0x41
    TIMESTAMP = 0x42
    NUMBER = 0x43
    PREVRANDAO = 0x44
    BASEFEE = 0x48
    MLOAD = 0x51
    MSTORE = 0x52
    MSTORE8 = 0x53
    SLOAD = 0x54
    SSTORE = 0x55
    JUMP = 0x56
    JUMPI = 0x57
    PC = 0x58
    GAS = 0x5A
    JUMPDEST = 0x5B
    MCOPY = 0x5E
    PUSH0 = 0x5F
    PUSH1 = 0x60
    PUSH32 = 0x7F
    DUP1 = 0x80
    DUP16 = 0x8F
    SWAP1 = 0x90
    SWAP16 = 0x9F
    CREATE = 0xF0
    CALL = 0xF1
    CALLCODE = 0xF2
    RETURN = 0xF3
    DELEGATECALL = 0xF4
    CREATE2 = 0xF5
    STATICCALL = 0xFA
    REVERT = 0xFD
    INVALID = 0xFE
    SELFDESTRUCT = 0xFF


# Nothing runs on past these: what follows is dead until the next JUMPDEST.
ENDS: Final = frozenset((Op.STOP, Op.JUMP, Op.RETURN, Op.REVERT, Op.INVALID, Op.SELFDESTRUCT))
CALLS: Final = frozenset(
    (Op.CREATE, Op.CALL, Op.CALLCODE, Op.DELEGATECALL, Op.CREATE2, Op.STATICCALL)
)


def push_size(op: int) -> int:
    """How many bytes of data follow; zero for anything but PUSH1 to PUSH32."""
    return op - Op.PUSH0 if Op.PUSH1 <= op <= Op.PUSH32 else 0


def _effects() -> Mapping[int, tuple[int, int]]:
    """(taken, put) by opcode. DUP and SWAP are not here: they move values and make none."""
    table: dict[int, tuple[int, int]] = {}
    rows: tuple[tuple[str, int, int], ...] = (
        ("00 5b fe", 0, 0),
        ("01 02 03 04 05 06 07 0a 0b 10 11 12 13 14 16 17 18 1a 1b 1c 1d 20", 2, 1),
        ("08 09", 3, 1),
        ("15 19 1e 31 35 3b 3f 40 49 51 54 5c", 1, 1),
        ("30 32 33 34 36 38 3a 3d 41 42 43 44 45 46 47 48 4a 58 59 5a", 0, 1),
        ("37 39 3e 5e", 3, 0),
        ("3c", 4, 0),
        ("50 56 ff", 1, 0),
        ("52 53 55 57 5d f3 fd a0", 2, 0),
        ("a1", 3, 0),
        ("a2", 4, 0),
        ("a3", 5, 0),
        ("a4", 6, 0),
        ("f0", 3, 1),
        ("f1 f2", 7, 1),
        ("f4 fa", 6, 1),
        ("f5", 4, 1),
    )
    for numbers, taken, put in rows:
        table |= dict.fromkeys(bytes.fromhex(numbers), (taken, put))
    return table | dict.fromkeys(range(Op.PUSH0, Op.PUSH32 + 1), (0, 1))


EFFECTS: Final = _effects()


def is_defined(op: int) -> bool:
    """False: the EVM stops here as at INVALID (which is defined), unless it is newer than this."""
    return op in EFFECTS or Op.DUP1 <= op <= Op.SWAP16
