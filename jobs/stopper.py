"""SIGTERM and SIGINT mean: finish what runs, start nothing new. A wait ends with them at once."""

import select
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final, Self

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
DRAIN_BYTES: Final = 64


class Stopper:
    """A context manager for the main thread.

    A second signal does what it always did: it kills, and that is safe too, because every step is
    on disk before it is taken. `also` is called by the first one, in the main thread.
    """

    def __init__(self, also: Callable[[], None] = lambda: None) -> None:
        self.asked = False
        self._also = also

    def __enter__(self) -> Self:
        self._wakes, self._woken = socket.socketpair()
        for end in (self._wakes, self._woken):
            end.setblocking(False)
        self._descriptor_before = signal.set_wakeup_fd(
            self._wakes.fileno(), warn_on_full_buffer=False
        )
        self._before = {number: signal.signal(number, self._ask) for number in SIGNALS}
        return self

    def __exit__(self, *failure: object) -> None:
        self._restore()
        signal.set_wakeup_fd(self._descriptor_before)
        self._wakes.close()
        self._woken.close()

    def wait(self, seconds: float) -> None:
        """Until then, or until a signal: the byte it writes is there even if it came before."""
        if self.asked:
            return
        readable, _, _ = select.select([self._woken], [], [], max(0.0, seconds))
        if readable:
            self._woken.recv(DRAIN_BYTES)

    def wake(self) -> None:
        """End a wait at once, from any thread; one that comes before the wait ends it too."""
        with suppress(OSError):  # so full that it is awake, or all is over
            self._wakes.send(b"\0")

    def _ask(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  a handler's shape
        self.asked = True
        self._restore()
        self._also()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
