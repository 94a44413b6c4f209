"""A service manager's end of the line: a real UNIX datagram socket, in a folder or abstract."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from botctl.adapters.clock import steady_ms

PATIENCE_MS = 60_000


@dataclass
class News:
    """`heard`: every line that came, in order."""

    address: str
    line: socket.socket
    heard: list[str] = field(default_factory=list)

    def until(self, wanted: str) -> None:
        """Waits for a new line of that text."""
        until_ms = steady_ms() + PATIENCE_MS
        while wanted not in self.listen(until_ms - steady_ms()):
            assert steady_ms() < until_ms, f"no {wanted}: {self.heard}"

    def silent_for(self, wait_ms: int, unwanted: str) -> bool:
        """What comes in that time is heard, and `unwanted` is not among it."""
        until_ms, came = steady_ms() + wait_ms, list[str]()
        while (left_ms := until_ms - steady_ms()) > 0:
            came += self.listen(left_ms)
        return unwanted not in came

    def listen(self, wait_ms: int) -> list[str]:
        self.line.settimeout(max(1, wait_ms) / 1_000)
        try:
            lines = self.line.recv(65_536).decode().splitlines()
        except TimeoutError:
            return []
        self.heard += lines
        return lines


@contextmanager
def news(folder: Path, *, abstract: bool) -> Iterator[News]:
    address = f"@botctl-test-{os.getpid()}-{id(folder)}" if abstract else str(folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind("\0" + address[1:] if abstract else address)
        yield News(address, line)
