"""A provider between us and a real node: it passes everything on, and fails as a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

from botctl.adapters.evm.rpc_errors import RpcFault

Json = dict[str, object]
Alter = Callable[[str, list[object], object], object]


def as_it_is(_method: str, _params: list[object], result: object) -> object:
    return result


@dataclass
class Provider:
    """`asked`: methods by request. `say` goes out instead of an answer: status, headers, body."""

    node_url: str
    url: str = ""
    asked: list[list[str]] = field(default_factory=list)
    down: bool = False  # closes the connection unanswered
    say: tuple[int, dict[str, str], bytes] | None = None
    alter: Alter = as_it_is  # result, or an RpcFault, of each call
    held: threading.Event | None = None  # answers only once this is set
    batch_max: int | None = None

    @property
    def methods(self) -> set[str]:
        return {method for request in self.asked for method in request}

    def lag(self, blocks: int) -> None:
        """As a node that has not seen the last `blocks` yet."""

        def late(method: str, params: list[object], result: object) -> object:
            if method != "eth_getBlockByNumber":
                return result
            top = int(str(self._ask("eth_blockNumber")), 16) - blocks
            if params[0] == "latest":
                return self._ask("eth_getBlockByNumber", hex(top), False)
            return result if int(str(params[0]), 16) <= top else None

        self.alter = late

    def lie(self, key: str, value: str) -> None:
        """Every block has another `key`."""

        def lying(method: str, _params: list[object], result: object) -> object:
            if method == "eth_getBlockByNumber" and isinstance(result, dict):
                return {**result, key: value}
            return result

        self.alter = lying

    def answer(self, body: bytes) -> tuple[int, dict[str, str], bytes] | None:
        """None: hang up."""
        asked = json.loads(body)
        calls = asked if isinstance(asked, list) else [asked]
        self.asked.append([call["method"] for call in calls])
        if self.held is not None:
            self.held.wait(30)
        if self.down:
            return None
        if self.say is not None:
            return self.say
        if self.batch_max is not None and len(calls) > self.batch_max:
            error = {"code": -32005, "message": f"Batch size limit exceeded: {self.batch_max}"}
            return 200, {}, json.dumps({"id": None, "error": error}).encode()
        answers = [self._one(call) for call in calls]
        return 200, {}, json.dumps(answers if isinstance(asked, list) else answers[0]).encode()

    def _one(self, call: Json) -> Json:
        (said,) = self._node([call])
        if "error" in said:
            return said
        params = call["params"]
        assert isinstance(params, list)
        told = self.alter(str(call["method"]), params, said["result"])
        if isinstance(told, RpcFault):
            error = {"code": told.code, "message": told.message, "data": told.data}
            return {"id": call["id"], "error": error}
        return {"id": call["id"], "result": told}

    def _ask(self, method: str, *params: object) -> object:
        call: Json = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return self._node([call])[0]["result"]

    def _node(self, calls: list[Json]) -> list[Json]:
        headers = {"Content-Type": "application/json"}
        request = Request(self.node_url, json.dumps(calls).encode(), headers)  # noqa: S310
        with urlopen(request, timeout=30) as reply:  # noqa: S310
            answers: list[Json] = json.loads(reply.read())
        return answers


@contextmanager
def provider(node_url: str) -> Iterator[Provider]:
    made = Provider(node_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            said = made.answer(self.rfile.read(int(self.headers["Content-Length"])))
            if said is None:
                self.close_connection = True
                return
            status, headers, body = said
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # the client is gone

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        if made.held is not None:
            made.held.set()
        server.shutdown()
        server.server_close()
