"""What a terminal gets and a pipe does not: colour, and lines cut to its width."""

import os
import shutil
import sys
from typing import Final

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"
WIDE: Final = 10_000  # a pipe has no width


def is_terminal() -> bool:
    return sys.stdout.isatty()


def has_colour() -> bool:
    """NO_COLOR and TERM are conventions of terminals, not settings of ours."""
    env = os.environ  # noqa: TID251
    return is_terminal() and not env.get("NO_COLOR") and env.get("TERM") != "dumb"


def width() -> int:
    return shutil.get_terminal_size().columns if is_terminal() else WIDE


def painted(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if style and has_colour() else text


def bold(text: str) -> str:
    return painted(text, BOLD)


def good_or_bad(text: str, *, good: bool) -> str:
    return painted(text, GREEN if good else RED)
