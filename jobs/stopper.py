"""SIGTERM and SIGINT mean: start nothing new, finish what was begun on a venue, drop the rest.

Whatever is dropped was at a line where a kill would have been safe too: every step is on disk before it
is taken. So a drop loses only work that the next start does again.
"""

import select
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from types import FrameType
from typing import Final, Self

from botctl.core.orders import SignedTx
from botctl.ports.chain import SendAnswer, Sender, Signer
from botctl.ports.runtime import Runtime

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
WOKEN_BYTES: Final = 64


class DroppedError(BaseException):
    """The running job is given up. No `except Exception` on the way may take it for a failure."""


class Stopper:
    """A context manager for the main thread.

    A second signal does what it always did: it kills, at once. `drain_s` bounds how long a job that
    has begun to sign or send may go on after the first, which calls `on_asked` within its handler.
    """

    def __init__(
        self, drain_s: float = 0.0, *, on_asked: Callable[[], object] = lambda: None
    ) -> None:
        self.asked = False
        self.drain_s = drain_s
        self.on_asked = on_asked
        self._at_work = False
        self._has_effects = False

    def __enter__(self) -> Self:
        self._wakes, self._woken = socket.socketpair()
        for end in (self._wakes, self._woken):
            end.setblocking(False)
        self._descriptor_before = signal.set_wakeup_fd(
            self._wakes.fileno(), warn_on_full_buffer=False
        )
        self._before = {number: signal.signal(number, self._ask) for number in SIGNALS}
        self._alarm_before = signal.signal(signal.SIGALRM, self._drop)
        return self

    def __exit__(self, *failure: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._alarm_before)
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
            self._woken.recv(WOKEN_BYTES)

    def wake(self) -> None:
        """End a wait at once, from any thread; one that comes before the wait ends it too."""
        with suppress(OSError):  # so full that it is awake, or all is over
            self._wakes.send(b"\0")

    @contextmanager
    def working(self) -> Iterator[None]:
        """A job: asked to stop meanwhile, it is dropped unless it has begun to sign or send.

        Raises DroppedError.
        """
        self._has_effects, self._at_work = False, True
        try:
            yield
        finally:
            self._at_work = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    def effects(self) -> None:
        """From here on the job is let finish, within `drain_s`."""
        self._has_effects = True

    def _ask(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  a handler's shape
        self.asked = True
        self._restore()
        self.on_asked()
        if not self._at_work:
            return
        if not self._has_effects:
            raise DroppedError
        signal.setitimer(signal.ITIMER_REAL, self.drain_s)

    def _drop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  the same
        if self._at_work:
            raise DroppedError

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


@dataclass(frozen=True, slots=True)
class _NotedSender:
    """A Sender: what it is about to do cannot be taken back."""

    sender: Sender
    stopper: Stopper

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        self.stopper.effects()
        return self.sender.send(signed, public=public)


def noted(rt: Runtime, stopper: Stopper) -> Runtime:
    """The same runtime, whose signing and sending the stopper knows of."""

    def signer() -> Signer:
        stopper.effects()
        return rt.signer()

    return replace(rt, signer=signer, sender=_NotedSender(rt.sender, stopper))
