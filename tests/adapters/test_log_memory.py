"""What a process logged is kept for a snapshot, redacted as the log is, and bounded."""

import json

from botctl.adapters.log_memory import EVENTS_MAX, LogMemory, RememberingLog
from tests.support.quiet import QuietLog


class Clock:
    def now_ms(self) -> int:
        return 1_800_000_000_123


def remembering() -> tuple[RememberingLog, LogMemory]:
    memory = LogMemory()
    return RememberingLog(QuietLog(), memory, Clock(), {"bot": "main"}), memory


def test_bound_facts_and_level_are_in_the_line() -> None:
    log, memory = remembering()
    log.bound(cycle_id="c").warning("node slow", ms=5)
    log.info("free")
    first, second = (json.loads(line) for line in memory.lines())
    assert (first["level"], first["event"], first["cycle_id"], first["ms"]) == (
        "WARNING",
        "node slow",
        "c",
        5,
    )
    assert first["ts"] == "2027-01-15T08:00:00.123Z"
    assert (second["cycle_id"], second["bot"]) == ("", "main")


def test_urls_are_cut_as_in_the_log() -> None:
    log, memory = remembering()
    log.error("refused", url="https://node.example/v3/CANARY")
    assert "CANARY" not in memory.lines()[0]


def test_only_the_last_ones_are_kept() -> None:
    log, memory = remembering()
    for number in range(EVENTS_MAX + 5):
        log.info("tick", number=number)
    assert [json.loads(line)["number"] for line in memory.lines()] == list(range(5, EVENTS_MAX + 5))
