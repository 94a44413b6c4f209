"""Recursive-length prefix encoding (Yellow Paper, appendix B), as far as a transaction needs it."""

from collections.abc import Sequence
from typing import Final, TypeAlias

SINGLE_MAX: Final = 0x7F  # one such byte stands for itself
TEXT: Final = 0x80
LIST: Final = 0xC0
SHORT_MAX: Final = 55
DEPTH_MAX: Final = 4  # a transaction's access list nests three deep

Item: TypeAlias = "bytes | list[Item]"


def number(value: int) -> bytes:
    return text(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def text(value: bytes) -> bytes:
    if len(value) == 1 and value[0] <= SINGLE_MAX:
        return value
    return _prefix(TEXT, len(value)) + value


def sequence(encoded: Sequence[bytes]) -> bytes:
    """A list of items that are already encoded."""
    body = b"".join(encoded)
    return _prefix(LIST, len(body)) + body


def decoded(raw: bytes) -> Item:
    """The one item that `raw` is. Raises ValueError unless it is canonical and complete."""
    item, rest = _item(raw, DEPTH_MAX)
    if rest:
        raise ValueError("bytes after the item")
    return item


def _prefix(kind: int, size: int) -> bytes:
    if size <= SHORT_MAX:
        return bytes([kind + size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([kind + SHORT_MAX + len(digits)]) + digits


def _item(raw: bytes, depth: int) -> tuple[Item, bytes]:
    if not raw:
        raise ValueError("nothing where an item should be")
    first = raw[0]
    if first <= SINGLE_MAX:
        return raw[:1], raw[1:]
    kind = LIST if first >= LIST else TEXT
    body, rest = _body(raw, first - kind)
    if kind == LIST:
        return _items(body, depth), rest
    if len(body) == 1 and body[0] <= SINGLE_MAX:
        raise ValueError("a single byte with a prefix")
    return body, rest


def _items(body: bytes, depth: int) -> list[Item]:
    if depth == 0:
        raise ValueError("nested too deep")
    items: list[Item] = []
    while body:
        item, body = _item(body, depth - 1)
        items.append(item)
    return items


def _body(raw: bytes, size: int) -> tuple[bytes, bytes]:
    start = 1
    if size > SHORT_MAX:
        start += size - SHORT_MAX
        digits = raw[1:start]
        size = int.from_bytes(digits, "big")
        if len(digits) != start - 1 or digits[0] == 0 or size <= SHORT_MAX:
            raise ValueError("a length that is not canonical")
    if len(raw) < start + size:
        raise ValueError("cut off")
    return raw[start : start + size], raw[start + size :]
