"""A provider's URL taken apart, with the parts that carry API keys kept out of every repr."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

PORTS: Final = {"http": 80, "https": 443}
KEY_CHARS_MIN: Final = 8
NOT_IN_A_HEADER: Final = frozenset(map(chr, range(33))) | {"\x7f"}


class BadUrlError(ValueError):
    """Says what is wrong with a URL without repeating any of it: it may hold an API key."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    host: str
    port: int
    tls: bool
    head: bytes = field(repr=False)  # request line and headers up to Content-Length's value
    secrets: tuple[str, ...] = field(repr=False)  # what must not be echoed from an answer


def endpoint(url: str) -> Endpoint:
    """Raises BadUrlError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadUrlError("the url is malformed") from None  # the cause quotes the url
    if parts.scheme not in PORTS:
        raise BadUrlError("the url is neither http nor https")
    if not parts.hostname:
        raise BadUrlError("the url names no host")
    if not url.isascii() or NOT_IN_A_HEADER & set(url):
        raise BadUrlError("the url holds a blank, a control or a non-ascii character")
    return Endpoint(
        host=parts.hostname,
        port=PORTS[parts.scheme] if port is None else port,
        tls=parts.scheme == "https",
        head=_head(parts),
        secrets=_secrets(parts),
    )


def _head(parts: SplitResult) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"POST {target} HTTP/1.1",
        f"Host: {parts.netloc.rpartition('@')[2]}",
        "User-Agent: botctl",  # some providers refuse a request without one
        "Accept: application/json",
        "Content-Type: application/json",
        *_authorization(parts),
        "Content-Length: ",
    ]
    return "\r\n".join(lines).encode("ascii")


def _secrets(parts: SplitResult) -> tuple[str, ...]:
    """Whatever in the URL is long enough to be a key."""
    words = [
        *parts.path.split("/"),
        *re.split("[=&]", parts.query),
        parts.password or "",
    ]
    return tuple(word for word in words if len(word) >= KEY_CHARS_MIN)


def _authorization(parts: SplitResult) -> list[str]:
    if parts.username is None:
        return []
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return [f"Authorization: Basic {b64encode(pair.encode()).decode()}"]
