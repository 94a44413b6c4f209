"""Text that strangers wrote, made safe to show: no secrets of ours, no control over a terminal."""

import re
from typing import Final

# A node's URL often ends in an API key, a database's holds a password: scheme and host stay.
_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+]*://)(?:[^\s\"'\\/@]*@)?(?P<host>[^\s\"'\\/?#@]*)[^\s\"'\\]*"
)
_OF_FILES: Final = ("sqlite://", "file://")


def redacted(text: str) -> str:
    """Every URL cut down to its scheme and host; one that names a file is no secret."""
    return _URL.sub(_cut, text)


def _cut(found: re.Match[str]) -> str:
    whole = found.group()
    return whole if whole.startswith(_OF_FILES) else found["scheme"] + found["host"]


def printable(text: str) -> str:
    """Names of tokens are chosen by strangers: no escape sequence of theirs is printed."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)
