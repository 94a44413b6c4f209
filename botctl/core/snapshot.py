"""A snapshot's form: which files it has, what vouches for them, and what of a log belongs in it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

FORM: Final = "botctl-snapshot/1"
MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Part:
    """One file in a snapshot."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class PartSeal:
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    form: str
    made_ms: int
    bot: str
    mode: str
    why: str
    cycle_id: str
    config_hash: str
    build_sha: str
    parts: tuple[PartSeal, ...]


def lines_of_cycle(lines: Iterable[str], cycle_id: str, most: int) -> tuple[str, ...]:
    """The last lines that name the cycle, or no cycle at all; without a cycle, the last lines."""
    found = [line for line in lines if not cycle_id or _cycle_of(line) in {"", cycle_id}]
    return tuple(found[-most:])


def _cycle_of(line: str) -> str:
    """A line that was cut in half belongs to none."""
    try:
        read = json.loads(line)
    except ValueError:
        return ""
    return str(read.get("cycle_id", "")) if isinstance(read, dict) else ""


def surplus(sizes: Sequence[int], *, keep: int, bytes_max: int) -> int:
    """How many of the files, the newest first, go: beyond the count, or beyond the size together.

    The newest is always kept.
    """
    total = 0
    for number, size in enumerate(sizes):
        total += size
        if number and (number >= keep or total > bytes_max):
            return len(sizes) - number
    return 0
