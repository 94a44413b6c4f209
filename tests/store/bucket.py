"""A storage that speaks S3, as a process of its own, and a door before it that misbehaves when asked."""

import http.client
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botctl.adapters.clock import pause_ms, steady_ms
from botctl.adapters.object_storage import StoragePlan

KEY_ID, SECRET = "CANARYKEYID00000001", "CANARY-secret-of-the-storage"
BUCKET = "backups"
PATIENCE_MS = 30_000
REFUSAL = (
    "<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message>"
    "<Resource>/</Resource><RequestId>1</RequestId></Error>"
)


@dataclass
class Door:
    """`fail`: how many requests get a 500; `spoil`: answers to GET are changed; `hang`: none comes."""

    url: str = ""
    fail: int = 0
    spoil: bool = False
    hang: bool = False
    seen: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        self.fail, self.spoil, self.hang = 0, False, False
        self.seen.clear()

    def plan(self, **changed: str) -> StoragePlan:
        asked = {"bucket": BUCKET, "prefix": "bot/", "key_id": KEY_ID, "secret": SECRET, **changed}
        return StoragePlan(endpoint=self.url, region="us-east-1", timeout_s=2, **asked)


@contextmanager
def bucket_server() -> Iterator[Door]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _until_it_listens(server, port)
            assert _asked(port, "PUT", f"/{BUCKET}", b"", {})[0] == 200
            with _door(port) as door:
                yield door
        finally:
            server.kill()


def _until_it_listens(server: "subprocess.Popen[bytes]", port: int) -> None:
    until_ms = steady_ms() + PATIENCE_MS
    while steady_ms() < until_ms:
        assert server.poll() is None, "the storage ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            pause_ms(50)
        else:
            return
    raise AssertionError("the storage does not listen")


def _asked(
    port: int, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        line.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    door: Door
    port: int

    def log_message(self, *_: object) -> None: ...

    def handle_any(self) -> None:
        body, door = self.rfile.read(int(self.headers.get("Content-Length", 0))), self.door
        door.seen.append(f"{self.command} {self.path.split('?')[0]}")
        if door.hang:
            door.over.wait(PATIENCE_MS / 1_000)
            self.close_connection = True
        elif f"Credential={KEY_ID}/" not in self.headers.get("Authorization", ""):
            said = "The AWS Access Key Id you provided does not exist: " + KEY_ID
            self._say(403, REFUSAL.format(code="InvalidAccessKeyId", message=said).encode())
        elif door.fail:
            door.fail -= 1
            self._say(500, REFUSAL.format(code="InternalError", message="later").encode())
        else:
            self._pass_on(body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any  # noqa: N815  as the library asks

    def _pass_on(self, body: bytes) -> None:
        headers = dict(self.headers.items())
        status, headers, found = _asked(self.port, self.command, self.path, body, headers)
        if self.door.spoil and self.command == "GET" and "list-type" not in self.path:
            found = bytes([found[0] ^ 1]) + found[1:]
        self._say(status, found, headers)

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        told = headers or {"Content-Type": "application/xml"}
        is_head = self.command == "HEAD"
        self.send_response(status)
        for name, value in told.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        length = told.get("Content-Length", "0") if is_head else str(len(body))
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(b"" if is_head else body)


@contextmanager
def _door(behind: int) -> Iterator[Door]:
    made = Door()

    class Bound(_Handler):
        door, port = made, behind

    with ThreadingHTTPServer(("127.0.0.1", 0), Bound) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield made
        finally:
            made.over.set()
            server.shutdown()
            thread.join()
