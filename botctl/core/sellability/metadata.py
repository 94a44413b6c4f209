"""Where the compiler's note at the end of a code begins: bytes to hash, not to run.

solc and vyper append one CBOR map and its length in two bytes. Sources: Solidity's "Encoding of the
Metadata Hash in the Bytecode"; RFC 8949.
"""

from typing import Final

LENGTH_BYTES: Final = 2
KEYS: Final = frozenset((b"ipfs", b"bzzr0", b"bzzr1", b"solc", b"experimental", b"vyper"))
DEPTH_MAX: Final = 3
ITEMS_MAX: Final = 16
_UINT, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE = 0, 2, 3, 4, 5, 7
# The argument of an item's head lies in its low bits, or in the next one or two bytes.
_INLINE_MAX: Final = 23
_ARGUMENT_BYTES: Final = {24: 1, 25: 2}


class _NotCborError(Exception):
    pass


def metadata_start(code: bytes) -> int:
    """The offset of the note, or the length of `code` when there is none that is well formed."""
    end = len(code) - LENGTH_BYTES
    start = end - int.from_bytes(code[-LENGTH_BYTES:])
    if start < 0 or start >= end:
        return len(code)
    try:
        is_note = _map_end(code[:end], start) == end
    except _NotCborError:
        is_note = False  # an honest answer: most codes that end in other bytes are no CBOR
    return start if is_note else len(code)


def _map_end(code: bytes, at: int) -> int:
    """Past the outermost map, whose keys must all be those that compilers write."""
    kind, pairs, at = _head(code, at)
    if kind != _MAP or not 0 < pairs <= ITEMS_MAX:
        raise _NotCborError
    for _ in range(pairs):
        kind, size, at = _head(code, at)
        if kind != _TEXT or code[at : at + size] not in KEYS:
            raise _NotCborError
        at = _item_end(code, at + size, DEPTH_MAX)
    return at


def _item_end(code: bytes, at: int, depth: int) -> int:
    kind, argument, at = _head(code, at)
    if kind in (_UINT, _SIMPLE):
        return at
    if kind in (_BYTES, _TEXT):
        return at + argument
    if kind == _ARRAY and depth > 0 and argument <= ITEMS_MAX:
        for _ in range(argument):
            at = _item_end(code, at, depth - 1)
        return at
    raise _NotCborError


def _head(code: bytes, at: int) -> tuple[int, int, int]:
    """An item's kind, its argument, and the offset behind both."""
    if at >= len(code):
        raise _NotCborError
    kind, argument = code[at] >> 5, code[at] & 0x1F
    if argument <= _INLINE_MAX:
        return kind, argument, at + 1
    size = _ARGUMENT_BYTES.get(argument)
    if size is None or at + 1 + size > len(code):
        raise _NotCborError
    return kind, int.from_bytes(code[at + 1 : at + 1 + size]), at + 1 + size
