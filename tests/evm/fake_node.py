"""A server on loopback that answers each POST with the next scripted bytes, broken as they may be."""

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.rpc_errors import RpcFault

WAIT_S_MAX = 20.0


@dataclass(frozen=True)
class Say:
    """What goes out after one request: bytes, or bytes made from the request's body."""

    data: bytes | Callable[[bytes], bytes]
    then_close: bool = False
    then_hang: bool = False
    then_reset: bool = False  # close without a goodbye, as a crashed proxy does
    then_flood: bool = False


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def result(value: object) -> Say:
    """A well-formed answer with the id of the question."""
    return Say(
        lambda asked: http(json.dumps({"id": json.loads(asked)["id"], "result": value}).encode())
    )


def results(value_of: Callable[[dict[str, object]], object], *, backwards: bool = False) -> Say:
    """Answers to a batch; a value that is an RpcFault goes out as the fault it is."""

    def answer(asked: bytes) -> bytes:
        answers = [{"id": call["id"], **_said(value_of(call))} for call in json.loads(asked)]
        return http(json.dumps(answers[::-1] if backwards else answers).encode())

    return Say(answer)


def _said(value: object) -> dict[str, object]:
    if isinstance(value, RpcFault):
        return {"error": {"code": value.code, "message": value.message, "data": value.data}}
    return {"result": value}


def fault(code: int, message: str, data: object = None) -> Say:
    error = {"code": code, "message": message, "data": data}
    return Say(
        lambda asked: http(json.dumps({"id": json.loads(asked)["id"], "error": error}).encode())
    )


class FakeNode:
    def __init__(self, *script: Say) -> None:
        self.connections = 0
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self._script = list(script)
        self._clients: list[JsonRpc] = []
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def rpc(self, path: str = "", *, timeout_ms: int = 10_000, batch_max: int = 200) -> JsonRpc:
        """A client of this server, closed together with it."""
        client = JsonRpc(self.url + path, timeout_ms=timeout_ms, batch_max=batch_max)
        self._clients.append(client)
        return client

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        for rpc in self._clients:
            rpc.close()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(WAIT_S_MAX)

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed: the test is over
            self.connections += 1
            with client:
                client.settimeout(WAIT_S_MAX)
                self._answer_all(client)

    def _answer_all(self, client: socket.socket) -> None:
        try:
            while self._script and (asked := self._request(client)) is not None:
                say = self._script.pop(0)
                client.sendall(say.data(asked) if callable(say.data) else say.data)
                if say.then_hang:
                    self._over.wait(WAIT_S_MAX)
                while say.then_flood and not self._over.is_set():
                    client.sendall(b" " * 1024)
                if say.then_reset:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if say.then_close or say.then_reset:
                    return
        except OSError:
            return  # the client gave up, which is what many tests are about

    def _request(self, client: socket.socket) -> bytes | None:
        got = b""
        while b"\r\n\r\n" not in got:
            more = client.recv(65536)
            if not more:
                return None
            got += more
        head, _, body = got.partition(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < size:
            body += client.recv(65536)
        self.heads.append(head)
        self.bodies.append(body)
        return body
