"""Our own secrets, known by their values, taken out of whatever is about to be written.

The second of two nets: what a snapshot takes is chosen so that no secret is among it, and what came
from strangers (a node's error text may quote our URL) passes here all the same.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

CHARS_MIN: Final = 6  # a shorter word would be found in everything
MASK: Final = b"***"


class Scrub:
    """`secrets`: URLs of which scheme and host may be known, or words that nobody may know."""

    def __init__(self, secrets: Iterable[str]) -> None:
        words = {form for secret in secrets for word in _words(secret) for form in _forms(word)}
        self._words = sorted((word.encode() for word in words), key=len, reverse=True)

    def __call__(self, body: bytes) -> bytes:
        for word in self._words:
            body = body.replace(word, MASK)
        return body


def _words(secret: str) -> Iterator[str]:
    if secret.startswith("sqlite:"):
        return  # a place, no secret
    parts = urlsplit(secret)
    found = [secret]
    if parts.netloc:
        found += [parts.password or "", *(value for _, value in parse_qsl(parts.query))]
        if parts.scheme in {"http", "https"}:  # elsewhere these are the names of things
            found += [parts.username or "", parts.path.strip("/"), *parts.path.split("/")]
    yield from (word for word in found if len(word) >= CHARS_MIN)


def _forms(word: str) -> Iterator[str]:
    """As it may have been written: percent-encoded, decoded, or inside a JSON string."""
    for form in (word, quote(word, safe=""), quote(word), unquote(word)):
        yield form
        yield json.dumps(form)[1:-1]
        yield json.dumps(form, ensure_ascii=False)[1:-1]
