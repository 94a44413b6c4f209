"""The operator's list of known traps: one code hash a line, with what is known of it behind a #."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from botctl.core.units import Hash32

BYTES_MAX: Final = 8 * 1024 * 1024  # a hundred thousand lines
_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}")
LISTED: Final = "it is on the operator's list"


@dataclass(frozen=True, slots=True)
class TrapList:
    """`unread` says in which line, and why, the list could not be read whole; empty: it was."""

    known: dict[Hash32, str]
    unread: str = ""


def trap_list(path: Path) -> TrapList:
    """Never raises: a list that cannot be trusted stops entries, and nothing else."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return TrapList({}, f"gate.trap_code_file {path} cannot be read: {error.strerror}")
    if len(raw) > BYTES_MAX:
        return TrapList({}, f"gate.trap_code_file {path} is larger than {BYTES_MAX} bytes")
    try:
        lines = raw.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return TrapList({}, f"gate.trap_code_file {path} is not UTF-8 text")
    return _read(path, lines)


def _read(path: Path, lines: list[str]) -> TrapList:
    """What could be read is known all the same."""
    known: dict[Hash32, str] = {}
    unread = ""
    for number, line in enumerate(lines, start=1):
        digits, _, comment = (part.strip() for part in line.partition("#"))
        if not digits:
            continue
        if _HASH.fullmatch(digits):
            known[Hash32(digits.lower())] = comment or LISTED
        elif not unread:
            unread = (
                f"gate.trap_code_file {path}, line {number}: write a hash as 0x and 64 hex digits,"
                " then # and a comment"
            )
    return TrapList(known, unread)
