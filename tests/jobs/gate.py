"""A node behind a gate: a real TCP forwarder that lets nothing through until it is opened."""

import socket
import threading
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65_536
WAIT_S = 60.0


class Gate:
    """`reached` is set when somebody has connected; `open` lets the bytes flow."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.reached = threading.Event()
        self._open = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.set()
        self._listener.close()

    def open(self) -> None:
        self._open.set()

    def _serve(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return  # closed: the test is over
            self.reached.set()
            self._open.wait(WAIT_S)
            node = socket.create_connection(("127.0.0.1", self._port))
            for source, sink in ((ours, node), (node, ours)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while chunk := source.recv(CHUNK_BYTES):
            sink.sendall(chunk)
    except OSError:
        pass  # one side left: so does the other
    finally:
        for end in (source, sink):
            end.close()
