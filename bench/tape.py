"""Real answers of a node, recorded at the transport seam and played back there.

Everything above the seam is botctl's own: encoding, decoding, checking. Below it there is no socket
and no node, so what is left to measure is ours alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from botctl.adapters.evm.transport import Reply, Transport

SHOWN = 200  # bytes of either request around where they part


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
    """The program asked for something else, or for more or less, than when the tape was made."""

    def __init__(self, at: int, recorded: bytes, asked: bytes) -> None:
        pairs = enumerate(zip(recorded, asked, strict=False))
        same = next((i for i, (a, b) in pairs if a != b), min(len(recorded), len(asked)))
        around = slice(max(0, same - SHOWN // 2), same + SHOWN // 2)
        super().__init__(
            f"exchange {at}, byte {same}: recorded {recorded[around]!r}, asked {asked[around]!r}"
        )


class Player:
    """A Transport without a node. Request ids start anew with each JsonRpc, so they match too."""

    def __init__(self, tape: Sequence[Exchange]) -> None:
        self._tape = tape
        self._at = 0

    def post(self, body: bytes) -> Reply:
        recorded = self._tape[self._at].request if self._at < len(self._tape) else b""
        if recorded != body:
            raise TapeMismatchError(self._at, recorded, body)
        self._at += 1
        return self._tape[self._at - 1].reply

    def close(self) -> None:
        """Raises TapeMismatchError when the tape was not played to its end."""
        if self._at < len(self._tape):
            raise TapeMismatchError(self._at, self._tape[self._at].request, b"")
