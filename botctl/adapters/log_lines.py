"""How one event reads: a JSON object for machines, a short line for a person at a terminal."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from botctl.core.bundle import plain
from botctl.core.text import printable, redacted

RANKS: Final = {"DEBUG": 0, "INFO": 1, "WARNING": 2, "ERROR": 3}
ALWAYS: Final = ("code", "cycle_id", "pair_id", "trace_id", "build_sha", "bot")


def json_line(entry: Mapping[str, object]) -> str:
    """Fixed keys first, then the facts; a fact cannot take a fixed key's place."""
    facts = _facts(entry)
    line = {
        "ts": _time(entry).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": entry["level"],
        "event": entry["event"],
        **{key: facts.get(key, "") for key in ALWAYS},
    }
    rest = {key: value for key, value in facts.items() if key not in line}
    return redacted(msgspec.json.encode(plain(line | rest), enc_hook=str).decode())


def heartbeat(entry: Mapping[str, object]) -> str:
    """Empty for what a person need not see: only beats, trades, warnings and errors."""
    facts, event = _facts(entry), str(entry["event"])
    if entry["level"] == "INFO":
        say = BEATS.get(event)
        text = say(facts) if say else ""
    else:
        told = " ".join(f"{key}={value}" for key, value in facts.items() if key not in ALWAYS)
        text = " ".join(
            part for part in (f"{entry['level']}:", event, str(facts.get("code", "")), told) if part
        )
    return f"{_time(entry):%H:%M:%SZ} {redacted(printable(text))}" if text else ""


def _cycle(facts: Mapping[str, object]) -> str:
    return (
        f"cycle OK, scanned {facts.get('markets')} markets in {facts.get('ms')} ms"
        f" at block {facts.get('block')}, {facts.get('orders')} orders, {facts.get('sent')} sent,"
        f" {facts.get('permission')}"
    )


def _trade(facts: Mapping[str, object]) -> str:
    return (
        f"{facts.get('action')} {facts.get('pair_id')}: {facts.get('code')}, {facts.get('detail')}"
    )


BEATS: Final[Mapping[str, Callable[[Mapping[str, object]], str]]] = {
    "cycle done": _cycle,
    "trade decided": _trade,
}


def _facts(entry: Mapping[str, object]) -> Mapping[str, object]:
    facts = entry["facts"]
    assert isinstance(facts, Mapping)
    return facts


def _time(entry: Mapping[str, object]) -> datetime:
    at = entry["time"]
    assert isinstance(at, datetime)
    return at.astimezone(UTC)
