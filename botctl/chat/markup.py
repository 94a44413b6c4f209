"""HTML as Telegram reads it: strangers' names cannot leave their place, and nothing grows too long."""

from collections.abc import Iterable
from html import escape
from typing import Final

from botctl.core.text import printable, redacted

CHARS_MAX: Final = 4_096  # of one message, counted by the Bot API in UTF-16
FIELD_CHARS_MAX: Final = 64  # of a name that a stranger chose
SENTENCE_CHARS_MAX: Final = 600
ROOM_FOR_REST: Final = 64  # for the line that says how much is left out


def name(text: str) -> str:
    """As code: there Telegram makes no link of an address and no mention of an @."""
    return f"<code>{_safe(text, FIELD_CHARS_MAX)}</code>"


def sentence(text: str) -> str:
    return _safe(text, SENTENCE_CHARS_MAX)


def bold(text: str) -> str:
    return f"<b>{_safe(text, SENTENCE_CHARS_MAX)}</b>"


def fitted(lines: Iterable[str], foot: str = "") -> str:
    """Whole lines alone, since each closes the tags that it opens; `foot` always fits."""
    every = list(lines)
    room = CHARS_MAX - _units(foot) - 1 - ROOM_FOR_REST
    kept: list[str] = []
    for line in every:
        room -= _units(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = len(every) - len(kept)
    rest = [f"… and {left} more lines: see the command line"] if left else []
    return "\n".join([*kept, *rest, *([foot] if foot else [])])


def _safe(text: str, most: int) -> str:
    """Cut before it is escaped, so that no entity is cut in two."""
    shown = printable(redacted(text))
    return escape(shown if len(shown) <= most else f"{shown[: most - 1]}…")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
