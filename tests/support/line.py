"""A TCP line to a real node that can be cut, frozen half-open, or closed to new callers."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK_BYTES = 65_536
RESET = struct.pack("ii", 1, 0)


class Line:
    """`calls` counts connections. While `refusing`, a new one is closed at once."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.calls = 0
        self.refusing = False
        self._flows = threading.Event()
        self._flows.set()
        self._open: list[socket.socket] = []

    def cut(self) -> None:
        """Every connection is reset, as by a node that was killed."""
        held, self._open = self._open, []
        for end in held:
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def freeze(self) -> None:
        """Half-open: nobody closes, and nothing comes through any more."""
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    def serve(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return  # the test is over
            self.calls += 1
            if self.refusing:
                ours.close()
                continue
            node = socket.create_connection(("127.0.0.1", self._port))
            self._open += [ours, node]
            for source, sink in ((ours, node), (node, ours)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def close(self) -> None:
        self.thaw()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):  # one side left, and so does the other
            while chunk := source.recv(CHUNK_BYTES):
                self._flows.wait(60)
                sink.sendall(chunk)
        for end in (source, sink):
            end.close()


@contextmanager
def line(port: int) -> Iterator[Line]:
    made = Line(port)
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.close()
        thread.join(10)
