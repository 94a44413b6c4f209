"""Servers on loopback that stand for what alerts are sent to: a webhook, Telegram's Bot API, a dead-man
service, a bucket. Each speaks the published protocol, and fails in the ways the real one does.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "123456:CANARY-telegram-token"  # noqa: S105
CHAT = "-100200300"
WAIT_S_MAX = 20.0


@dataclass(frozen=True, slots=True)
class Got:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        read = json.loads(self.body)
        assert isinstance(read, dict)
        return read


@dataclass(frozen=True, slots=True)
class Say:
    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False  # take the request, and never answer
    garbage: bool = False  # no HTTP at all


Answer = Callable[[Got], Say]


@dataclass(slots=True)
class FarSide:
    """`answer` may be exchanged at any time; `got` is all that came, in order."""

    url: str
    answer: Answer
    got: list[Got] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> list[str]:
        return [str(one.json["text"]) for one in self.got]


def fine(_got: Got) -> Say:
    return Say()


@contextmanager
def far_side(answer: Answer = fine) -> Iterator[FarSide]:
    side = FarSide("", answer)

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            got = Got(self.command, self.path, dict(self.headers), self.rfile.read(size))
            said = side.answer(got)
            side.got.append(got)
            if said.hang:
                side.over.wait(WAIT_S_MAX)
                return
            if said.garbage:
                self.wfile.write(b"SSH-2.0-not http\r\n\r\n")
                return
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_PUT = _serve  # noqa: N815  the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # the client gave up, which is what many tests are about

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    side.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield side
    finally:
        side.over.set()
        server.shutdown()
        server.server_close()
        thread.join(WAIT_S_MAX)


def bot_api(got: Got) -> Say:
    """sendMessage as its documentation has it: the token in the path, JSON, `ok` in every answer."""
    if got.path != f"/bot{TOKEN}/sendMessage":
        return api_error(401, "Unauthorized")
    if got.json.get("chat_id") != CHAT:
        return api_error(400, "Bad Request: chat not found")
    if not got.json.get("text"):
        return api_error(400, "Bad Request: message text is empty")
    return Say(200, json.dumps({"ok": True, "result": {"message_id": 1}}).encode())


def api_error(status: int, description: str, **parameters: int) -> Say:
    body: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Say(status, json.dumps(body).encode())
