"""One HTTP exchange that ends when its time is up, whatever name server or far side does.

`http.client` bounds each read, not the whole, and a name look-up not at all; so it runs in a thread that
is left behind when the time is up, its connection closed under it. It loads when something is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final
from urllib.parse import SplitResult, urlsplit

MS: Final = 1_000
BODY_BYTES_MAX: Final = 64 * 1024  # of an answer: we need a number out of it
USER_AGENT: Final = "botctl"


class UnsentError(Exception):
    """No whole answer came; says why, and nothing of the URL."""


@dataclass(frozen=True, slots=True)
class Request:
    """`url` may be a secret: it is in no repr."""

    method: str
    url: str = field(repr=False)
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str  # the header as it came, or empty
    body: bytes


def exchange(request: Request, *, timeout_ms: int) -> Answer:
    """Raises UnsentError; the far side may have the request even then."""
    try:
        parts = urlsplit(request.url)
        connection = _connection(parts, timeout_ms / MS)
    except (ValueError, HTTPException):
        raise UnsentError("the url is malformed") from None
    answers: SimpleQueue[Answer | Exception] = SimpleQueue()
    work = Thread(target=_answered, args=(connection, parts, request, answers), daemon=True)
    work.start()
    try:
        answer = answers.get(timeout=timeout_ms / MS)
    except Empty:
        _cut(connection)
        raise UnsentError("no answer in time") from None
    if isinstance(answer, Exception):
        raise UnsentError(_why(answer)) from None
    return answer


def _connection(parts: SplitResult, timeout_s: float) -> HTTPConnection:
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname, parts.port, timeout=timeout_s)


def _answered(
    connection: HTTPConnection,
    parts: SplitResult,
    request: Request,
    answers: "SimpleQueue[Answer | Exception]",
) -> None:
    try:
        answers.put(_exchanged(connection, parts, request))
    except (OSError, HTTPException, ValueError) as error:
        answers.put(error)
    finally:
        connection.close()


def _exchanged(connection: HTTPConnection, parts: SplitResult, request: Request) -> Answer:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": USER_AGENT, "Connection": "close", **request.headers}
    connection.request(request.method, target, request.body, headers)
    answer = connection.getresponse()
    return Answer(answer.status, answer.getheader("Retry-After") or "", answer.read(BODY_BYTES_MAX))


def _cut(connection: HTTPConnection) -> None:
    """Wakes the thread that waits on it; it may not have come as far as a socket."""
    held = connection.sock
    if held is not None:
        held.close()


def _why(error: Exception) -> str:
    """Without the text of protocol errors, which quotes what was sent or came."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return f"no HTTP answer ({type(error).__name__})"
