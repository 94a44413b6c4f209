"""Reads exactly one HTTP/1.1 answer from a socket, every length bounded."""

import socket
from time import monotonic
from typing import Final

from botctl.adapters.evm.transport import GarbageError, Reply, TooLargeError

HEAD_BYTES_MAX: Final = 32 * 1024
BODY_BYTES_MAX: Final = 64 * 1024 * 1024
RECEIVE_BYTES: Final = 64 * 1024
CHUNK_LINE_BYTES_MAX: Final = 256
TRAILERS_MAX: Final = 64
INTERIM_MAX: Final = 4  # "100 Continue" and its like before the real answer
FIRST_FINAL_STATUS: Final = 200
BODILESS: Final = frozenset({204, 304})


class Inbox:
    """The bytes received so far, and the moment after which waiting for more is in vain."""

    def __init__(
        self, source: socket.socket, deadline_s: float, body_bytes_max: int = BODY_BYTES_MAX
    ) -> None:
        self.body_bytes_max = body_bytes_max
        self._source = source
        self._deadline_s = deadline_s
        self._held = bytearray()

    @property
    def started(self) -> bool:
        return bool(self._held)

    def fill(self) -> bool:
        """Receive once; False when the other side has closed."""
        self._source.settimeout(self._left_s())
        got = self._source.recv(RECEIVE_BYTES)
        self._held += got
        return bool(got)

    def line(self, end: bytes, bytes_max: int) -> bytes:
        """Everything before `end`, which is consumed too."""
        while (at := self._held.find(end)) < 0:
            if len(self._held) > bytes_max:
                raise GarbageError("an endless head")
            if not self.fill():
                raise GarbageError("closed inside a head" if self._held else "closed unanswered")
        found = bytes(self._held[:at])
        del self._held[: at + len(end)]
        return found

    def exactly(self, count: int) -> bytearray:
        held = self._held
        if len(held) >= count:
            self._held = held[count:]
            return held[:count] if self._held else held
        self._held = bytearray()
        return self._completed(held, count)

    def rest(self, bytes_max: int) -> bytearray:
        while self.fill():
            if len(self._held) > bytes_max:
                raise TooLargeError("a body without end")
        body, self._held = self._held, bytearray()
        return body

    def _completed(self, begun: bytearray, count: int) -> bytearray:
        """Receives straight into place: the pages of a scan are megabytes long."""
        done = len(begun)
        begun.extend(bytes(count - done))
        with memoryview(begun) as view:
            while done < count:
                self._source.settimeout(self._left_s())
                got = self._source.recv_into(view[done:])
                if not got:
                    raise GarbageError("closed inside a body")
                done += got
        return begun

    def _left_s(self) -> float:
        left = self._deadline_s - monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        return left


def read_reply(inbox: Inbox) -> tuple[Reply, bool]:
    """The answer, and whether the connection can carry another.

    Raises GarbageError, and what the socket raises.
    """
    version, status, fields = _head(inbox)
    closing = fields.get(b"connection", b"").lower()
    later = fields.get(b"retry-after", b"")
    if status in BODILESS:
        return Reply(status, b"", later), closing != b"close"
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        return Reply(status, _chunked(inbox), later), closing != b"close"
    if b"transfer-encoding" in fields:
        raise GarbageError("an encoding we did not ask for")
    if b"content-length" not in fields:
        return Reply(status, inbox.rest(inbox.body_bytes_max), later), False
    body = inbox.exactly(_size(fields[b"content-length"], 10, inbox.body_bytes_max))
    keep = closing == b"keep-alive" or (version != b"HTTP/1.0" and closing != b"close")
    return Reply(
        status, body, later
    ), keep and not inbox.started  # what follows is not ours to guess


def _head(inbox: Inbox) -> tuple[bytes, int, dict[bytes, bytes]]:
    for _ in range(INTERIM_MAX):
        first, *rest = inbox.line(b"\r\n\r\n", HEAD_BYTES_MAX).split(b"\r\n")
        version, _, tail = first.partition(b" ")
        if not version.startswith(b"HTTP/1.") or not tail[:3].isdigit():
            raise GarbageError("not an HTTP answer")
        if int(tail[:3]) >= FIRST_FINAL_STATUS:
            return version, int(tail[:3]), _fields(rest)
    raise GarbageError("only interim answers")


def _fields(lines: list[bytes]) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    for line in lines:
        name, _, value = line.partition(b":")
        key, value = name.lower(), value.strip()
        if key == b"content-length" and fields.get(key, value) != value:
            raise GarbageError("two lengths for one body")
        fields[key] = value
    return fields


def _chunked(inbox: Inbox) -> bytearray:
    body, bytes_max = bytearray(), inbox.body_bytes_max
    while size := _size(
        inbox.line(b"\r\n", CHUNK_LINE_BYTES_MAX).partition(b";")[0], 16, bytes_max
    ):
        if len(body) + size > bytes_max:
            raise TooLargeError("a body too large")
        body += inbox.exactly(size)
        if inbox.exactly(2) != b"\r\n":
            raise GarbageError("a chunk longer than its size")
    for _ in range(TRAILERS_MAX):
        if not inbox.line(b"\r\n", HEAD_BYTES_MAX):
            return body
    raise GarbageError("an endless tail")


def _size(digits: bytes, base: int, bytes_max: int) -> int:
    text = digits.strip()
    if not text.isalnum():  # int() would take signs, blanks and underscores
        raise GarbageError("a length that is no number")
    try:
        size = int(text, base)
    except ValueError:
        raise GarbageError("a length that is no number") from None
    if size > bytes_max:
        raise TooLargeError("a body too large")
    return size
