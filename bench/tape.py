"""Real answers of a node, recorded at the transport seam and played back there.

Everything above the seam is botctl's own: encoding, decoding, checking. Below it there is no socket
and no node, so what is left to measure is ours alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from botctl.adapters.evm.transport import Reply, Transport


@dataclass(frozen=True, slots=True)
class Exchange:
    request: bytes
    reply: Reply


@dataclass(slots=True)
class Recorder:
    """A Transport that keeps what went through."""

    inner: Transport
    tape: list[Exchange] = field(default_factory=list)

    def post(self, body: bytes) -> Reply:
        reply = self.inner.post(body)
        self.tape.append(Exchange(body, Reply(reply.status, bytes(reply.body))))
        return reply

    def close(self) -> None:
        self.inner.close()


class TapeMismatchError(RuntimeError):
    """The program asked for something else than when the tape was made."""


class Player:
    """A Transport without a node. Request ids start anew with each JsonRpc, so they match too."""

    def __init__(self, tape: Sequence[Exchange]) -> None:
        self._tape = tape
        self._at = 0

    def post(self, body: bytes) -> Reply:
        exchange = self._tape[self._at]
        if exchange.request != body:
            raise TapeMismatchError(f"exchange {self._at}: {body[:200]!r}")
        self._at += 1
        return exchange.reply

    def close(self) -> None:
        assert self._at == len(self._tape), "the tape was not played to its end"
