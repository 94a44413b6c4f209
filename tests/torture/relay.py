"""Carries bytes from one kind of socket to another, so that a server can be reached from elsewhere."""

import socket
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from types import TracebackType
from typing import Final, Self

CHUNK_BYTES: Final = 65_536


class Relay:
    """A context manager: what connects to `listener` is carried to what `dial` connects to."""

    def __init__(self, listener: socket.socket, dial: Callable[[], socket.socket]) -> None:
        self._listener, self._dial = listener, dial

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def _serve(self) -> None:
        with suppress(OSError):  # the listener was closed: the end
            while True:
                here, _ = self._listener.accept()
                there = self._dial()
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=_carry, args=pair, daemon=True).start()


def unix_listener(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    return listener


def dial_unix(path: str) -> socket.socket:
    there = socket.socket(socket.AF_UNIX)
    there.connect(path)
    return there


def _carry(source: socket.socket, to: socket.socket) -> None:
    """Until one side ends; then the other is told so."""
    with closing(to), suppress(OSError):
        while chunk := source.recv(CHUNK_BYTES):
            to.sendall(chunk)
        to.shutdown(socket.SHUT_RDWR)
