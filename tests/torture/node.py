"""A node that behaves: in front of a real one, it loses answers, hears nothing, or lags."""

import json
import socketserver
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Self

Call = dict[str, object]
Answer = dict[str, object]
Forward = Callable[[Call], Answer]
Manner = Callable[[Call, Forward], Answer | None]  # None: the connection ends without an answer

TIMEOUT_S: Final = 30
SEND: Final = "eth_sendRawTransaction"
BY_HASH: Final = {"eth_getTransactionByHash", "eth_getTransactionReceipt"}
NEWEST: Final = {"latest", "pending"}


class Node:
    """A context manager; `url` is for the settings."""

    def __init__(self, port: int, manner: Manner) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(port, manner))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def urls(*nodes: str) -> dict[str, str]:
    """The setting, best first."""
    return {"CHAIN__URLS": json.dumps(nodes)}


def mute_after_sending(call: Call, forward: Forward) -> Answer | None:
    """The transaction arrives, the answer does not."""
    answer = forward(call)
    return None if call["method"] == SEND else answer


def deaf(_call: Call, _forward: Forward) -> Answer | None:
    return None


def lagging(behind: int) -> Manner:
    """It has not seen any block after number `behind`, and its pool hears of nothing."""

    def answer(call: Call, forward: Forward) -> Answer:
        params = call.get("params")
        assert isinstance(params, list)
        old = [hex(behind) if isinstance(p, str) and p in NEWEST else p for p in params]
        told = forward({**call, "params": old})
        unseen = call["method"] in BY_HASH and not _is_in(told.get("result"), behind)
        return {**told, "result": None} if unseen else told

    return answer


def _is_in(result: object, behind: int) -> bool:
    number = result.get("blockNumber") if isinstance(result, dict) else None
    return isinstance(number, str) and int(number, 16) <= behind


def _handler(port: int, manner: Manner) -> type[socketserver.BaseRequestHandler]:
    def forward(call: Call) -> Answer:
        connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", "/", json.dumps(call), {"Content-Type": "application/json"})
            answer: Answer = json.loads(connection.getresponse().read())
            return answer
        finally:
            connection.close()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked: Call | list[Call] = json.loads(
                self.rfile.read(int(self.headers["Content-Length"]))
            )
            calls = asked if isinstance(asked, list) else [asked]
            answers = [manner(call, forward) for call in calls]
            if None in answers:
                self.close_connection = True
                return
            body = json.dumps(answers if isinstance(asked, list) else answers[0]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """A test's output is its own."""

    return Handler
