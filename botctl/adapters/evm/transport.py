"""The seam where bytes leave the process: faults are injected here and nowhere else."""

from typing import NamedTuple, Protocol


class Reply(NamedTuple):
    """What an HTTP server said to one POST."""

    status: int
    body: bytes | bytearray
    retry_after: bytes = b""  # the header, as it came


class GarbageError(ValueError):
    """The other side broke the protocol: truncated, oversized, or not HTTP at all."""


class TooLargeError(GarbageError):
    """An answer longer than we are willing to hold."""


class Transport(Protocol):
    """Posts one body and returns the answer.

    Raises `TimeoutError` when the time is up, another `OSError` when the other side cannot be
    reached, and `GarbageError` when what came back is not a complete HTTP answer. After any of
    these the body may or may not have arrived.
    """

    def post(self, body: bytes) -> Reply: ...

    def close(self) -> None: ...
