"""A service on loopback, over real sockets: the published shapes, and every way to break them."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

WAIT_S_MAX = 30.0
TLS_HELLO = b"\x16"


@dataclass(frozen=True)
class Asked:
    """One request: its path, the words of its query, its whole head."""

    path: str
    words: dict[str, str]
    head: str


@dataclass(frozen=True)
class Raw:
    """Bytes as they go out. `hang`: then nothing more until the test is over."""

    data: bytes
    hang: bool = False


Answer = Callable[[Asked], Raw]


def http(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(value: object, status: str = "200 OK") -> Answer:
    return lambda _: Raw(http(json.dumps(value).encode(), status))


class StandIn:
    """Each connection is served by a thread of its own, as services do."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self.answer = answer
        self.over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(WAIT_S_MAX)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed: the test is over
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            client.settimeout(0.05)  # so that the end of the test is seen
            try:
                while (head := self._head(client)) is not None:
                    raw = self.answer(self._noted(head))
                    client.settimeout(WAIT_S_MAX)
                    client.sendall(raw.data)
                    if raw.hang:
                        self.over.wait(WAIT_S_MAX)
                        return
                    client.settimeout(0.05)
            except OSError:
                return  # the client gave up, which is what many tests are about

    def _noted(self, head: bytes) -> Asked:
        target = urlsplit(head.split(b" ")[1].decode())
        words = {key: each[0] for key, each in parse_qs(target.query).items()}
        self.asked.append(Asked(target.path, words, head.decode()))
        return self.asked[-1]

    def _head(self, client: socket.socket) -> bytes | None:
        got = b""
        while b"\r\n\r\n" not in got:
            if self.over.is_set():
                return None
            try:
                more = client.recv(65536)
            except TimeoutError:
                continue
            if not more or more.startswith(TLS_HELLO):
                return None
            got += more
        return got
