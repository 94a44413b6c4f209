"""A chat service and an explorer on this machine, for drills: they answer well, and quickly.

What makes them fail is the switch before them (`outlets.py`), as with the real ones. Taken from the
published forms of Telegram's Bot API and of Etherscan's version 2.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Self

SENT: Final = {"ok": True, "result": {"message_id": 1}}
VERIFIED: Final = {
    "status": "1",
    "message": "OK",
    "result": [{"SourceCode": "contract Token {}", "ABI": "[]", "Proxy": "0"}],
}
BODY_BYTES_MAX: Final = 64 * 1024


class StandIn:
    """A context manager on a free port of loopback. POST is the chat, GET the explorer."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # the name is the library's
        length = int(self.headers.get("Content-Length", "0"))
        self.rfile.read(min(length, BODY_BYTES_MAX))
        self._answer(SENT)

    def do_GET(self) -> None:
        self._answer(VERIFIED)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's own name
        """Nothing on a terminal that shows a drill."""

    def _answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
