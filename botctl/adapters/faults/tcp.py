"""A real TCP proxy that misbehaves: what a transport's exceptions only claim happens on real sockets.

Linux only in one point: `BLACKHOLE` fills the listener's queue, after which the kernel drops what
else wants to connect, as a firewall does.
"""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

CHUNK_BYTES: Final = 65_536
SLOW_BYTES: Final = 256  # a piece of an answer, then a pause
RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close sends RST, not FIN
QUEUE: Final = 16
FILLERS: Final = 3


class TcpMode(StrEnum):
    PASS = "pass"  # noqa: S105
    REFUSED = "refused"  # nobody listens
    RESET = "reset"  # taken, then torn down
    BLACKHOLE = "blackhole"  # a connection is never made
    SLOW = "slow"  # answers come in small pieces, with pauses
    HALF_OPEN = "half_open"  # connected, and nobody is there any more
    TRUNCATED = "truncated"  # answers break off in the middle


class TcpProxy:
    """A context manager in front of `host:port`; `mode` may be set at any time.

    Connections that are open when the mode changes are torn down, but in HALF_OPEN: there they stay,
    and what is written into them goes nowhere.
    """

    def __init__(self, host: str, port: int, pause_ms: Callable[[int], None]) -> None:
        self._there = (host, port)
        self._pause_ms = pause_ms
        self._mode = TcpMode.PASS
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = _listening(0, QUEUE)
        self.port: Final = int(self._listener.getsockname()[1])
        self.slow_pause_ms = 50
        self.truncate_bytes = 64

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._serve(self._listener)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close_listener()
        self._tear_down()

    @property
    def mode(self) -> TcpMode:
        return self._mode

    @mode.setter
    def mode(self, mode: TcpMode) -> None:
        if mode is self._mode:
            return
        was_listening = self._mode not in {TcpMode.REFUSED, TcpMode.BLACKHOLE}
        self._mode = mode
        if mode is TcpMode.HALF_OPEN and was_listening:
            return
        self._tear_down()
        if mode in {TcpMode.REFUSED, TcpMode.BLACKHOLE} or not was_listening:
            self._close_listener()
            self._listen_again(mode)

    def _listen_again(self, mode: TcpMode) -> None:
        if mode is TcpMode.REFUSED:
            return
        self._listener = _listening(self.port, 0 if mode is TcpMode.BLACKHOLE else QUEUE)
        if mode is TcpMode.BLACKHOLE:
            self._fill()
        else:
            self._serve(self._listener)

    def _fill(self) -> None:
        for _ in range(FILLERS):
            filler = socket.socket()
            filler.setblocking(False)
            with suppress(BlockingIOError):
                filler.connect(("127.0.0.1", self.port))
            self._keep(filler)

    def _serve(self, listener: socket.socket) -> None:
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # closed: the end
            while True:
                here, _ = listener.accept()
                self._take(here)

    def _take(self, here: socket.socket) -> None:
        if self._mode is TcpMode.RESET:
            _reset(here)
            return
        self._keep(here)
        if self._mode is TcpMode.HALF_OPEN:
            return
        try:
            there = socket.create_connection(self._there)
        except OSError:
            _reset(here)
            return
        self._keep(there)
        for carry in ((here, there, False), (there, here, True)):
            threading.Thread(target=self._carry, args=carry, daemon=True).start()

    def _carry(self, source: socket.socket, to: socket.socket, is_answer: bool) -> None:
        sent = 0
        with suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                if self._mode is TcpMode.HALF_OPEN:
                    continue  # into nowhere
                if is_answer and self._mode is TcpMode.TRUNCATED:
                    to.sendall(chunk[: max(0, self.truncate_bytes - sent)])
                    break
                self._pass(chunk, to, slowly=is_answer and self._mode is TcpMode.SLOW)
                sent += len(chunk)
        if self._mode is not TcpMode.HALF_OPEN:
            _shut(to)
            _shut(source)

    def _pass(self, chunk: bytes, to: socket.socket, *, slowly: bool) -> None:
        if not slowly:
            to.sendall(chunk)
            return
        for at in range(0, len(chunk), SLOW_BYTES):
            to.sendall(chunk[at : at + SLOW_BYTES])
            self._pause_ms(self.slow_pause_ms)

    def _keep(self, one: socket.socket) -> None:
        with self._lock:
            self._open.append(one)

    def _tear_down(self) -> None:
        with self._lock:
            gone, self._open = self._open, []
        for one in gone:
            _reset(one)

    def _close_listener(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self._listener.close()


def _listening(port: int, queue: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(queue)
    return listener


def _reset(one: socket.socket) -> None:
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        one.shutdown(socket.SHUT_RD)
    one.close()


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
