"""UUIDv7 (RFC 9562 §5.7): 48 bits of time, then chance, so that ids sort by when they were made."""

import os
from collections.abc import Callable
from typing import Final

CHANCE_BITS: Final = 74
CHANCE_MAX: Final = 2**CHANCE_BITS - 1
TIME_MAX: Final = 2**48 - 1
RAND_B_BITS: Final = 62
VERSION: Final = 7
VARIANT: Final = 0b10


def _chance() -> int:
    return int.from_bytes(os.urandom(10), "big") >> 6


class TimeOrderedIds:
    """Ids of one millisecond ascend too (RFC 9562 §6.2, method 2)."""

    def __init__(self, chance: Callable[[], int] = _chance) -> None:
        self._chance = chance
        self._last = (-1, 0)

    def time_ordered(self, now_ms: int) -> str:
        last_ms, last = self._last
        fresh = now_ms != last_ms or last == CHANCE_MAX
        self._last = (now_ms, self._chance() if fresh else last + 1)
        return uuid7(*self._last)


def uuid7(now_ms: int, chance: int) -> str:
    """`chance`: 74 bits; the twelve high ones stand before the variant, the others after it."""
    assert 0 <= now_ms <= TIME_MAX
    assert 0 <= chance <= CHANCE_MAX
    high, low = chance >> RAND_B_BITS, chance & (1 << RAND_B_BITS) - 1
    digits = f"{now_ms:012x}{VERSION:x}{high:03x}{VARIANT << RAND_B_BITS | low:016x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
