"""The clock tells milliseconds since 1970, moved where the local chain is."""

import time

from botctl.adapters.clock import SystemClock

SECOND_MS = 1_000


def test_it_is_the_machines_time_in_milliseconds() -> None:
    before_ns = time.time_ns()
    now_ms = SystemClock().now_ms()
    assert before_ns // 1_000_000 <= now_ms <= time.time_ns() // 1_000_000


def test_an_offset_moves_it() -> None:
    ahead = SystemClock(offset_ms=3_600 * SECOND_MS).now_ms() - SystemClock().now_ms()
    assert abs(ahead - 3_600 * SECOND_MS) < SECOND_MS
