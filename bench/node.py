"""A node that says again what a real one said: asked for something new, it asks and remembers.

So a measured process talks real HTTP to another thread, every case to the same one, and the time the
EVM takes is in nobody's figure.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import msgspec

from bench.limits.cycle import wire
from botctl.adapters.evm.transport import Transport

MULTICALL: Final = "/multicall"


class _Ask(msgspec.Struct):
    id: int
    method: str
    params: msgspec.Raw


class _Said(msgspec.Struct, omit_defaults=True):
    jsonrpc: str
    id: int | str | None
    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_ONE: Final = msgspec.json.Decoder(_Ask)
_MANY: Final = msgspec.json.Decoder(list[_Ask])
_SAID: Final = msgspec.json.Decoder(list[_Said])


class StandInNode:
    """`fixed` is the answer to the one multicall of the floor and of the usual stack."""

    def __init__(self, upstream: Transport, pairs: int) -> None:
        self._upstream = upstream
        self._known: dict[tuple[str, bytes], _Said] = {}
        self.fixed = wire(pairs)

    def forget(self) -> None:
        """The chain has a new block: what `latest` meant is no longer so."""
        self._known.clear()

    def answer(self, body: bytes) -> bytes:
        if body[:1] == b"[":
            return msgspec.json.encode(self._answers(_MANY.decode(body)))
        return msgspec.json.encode(self._answers([_ONE.decode(body)])[0])

    def _answers(self, asked: list[_Ask]) -> list[_Said]:
        new = [ask for ask in asked if _key(ask) not in self._known]
        if new:
            reply = self._upstream.post(_batch(new))
            by_id = {said.id: said for said in _SAID.decode(reply.body)}
            self._known |= {_key(ask): by_id[ask.id] for ask in new}
        return [_renumbered(self._known[_key(ask)], ask.id) for ask in asked]


def _key(ask: _Ask) -> tuple[str, bytes]:
    return ask.method, bytes(ask.params)


def _batch(asked: list[_Ask]) -> bytes:
    return msgspec.json.encode(
        [{"jsonrpc": "2.0", "id": a.id, "method": a.method, "params": a.params} for a in asked]
    )


def _renumbered(said: _Said, call_id: int) -> _Said:
    return _Said(said.jsonrpc, call_id, said.result, said.error)


@contextmanager
def served(node: StandInNode) -> Iterator[int]:
    """The port it listens on."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = node.fixed if self.path == MULTICALL else node.answer(body)
            head = (
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            )
            self.wfile.write(head % len(said) + said)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
