"""Where a process may die: just before and just after every call of a port, found by recording a run."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NoReturn, ParamSpec, Protocol, TypeVar, cast

from botctl.ports.chain import Signer
from botctl.ports.runtime import Runtime

P = ParamSpec("P")
T = TypeVar("T")

# They compute, or read this process's own clock: nothing outside is read or written. `log` is not
# watched at all: a log line is no effect, and nothing reads it back.
PURE: Final = frozenset({"clock", "ids", "codec", "calls"})
# What moves money or says so: a sample has every point around one of these.
MOVING: Final = frozenset(
    {
        "sender.send",
        "signer.sign",
        "store.bump",
        "store.move",
        "store.settle",
        "store.sign",
    }
)
SAMPLE_EACH: Final = 5  # of the other points
STRAYED: Final = 99  # exit status: the run did not go the way that was recorded


@dataclass(frozen=True, slots=True)
class Instant:
    """`call` is role.method; a call inside another (the key inside the nonce's transaction) is one too."""

    after: bool
    call: str

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.call}"


@dataclass(frozen=True, slots=True)
class Point:
    """What is tried: the kill at `index`, which stands for all of `instants`."""

    index: int
    instants: tuple[Instant, ...]

    def __str__(self) -> str:
        first, last = self.instants[0], self.instants[-1]
        return str(last) if first == last else f"{first}, {last}"


def every(instants: Sequence[Instant]) -> tuple[Point, ...]:
    return tuple(Point(index, (instant,)) for index, instant in enumerate(instants))


def distinct(instants: Sequence[Instant]) -> tuple[Point, ...]:
    """Instants between which no port ran but the pure ones are one point: disk and chain are the same.

    What runs from one instant to the next is the innermost call that is open then; where none is, it
    is the flow, which has no way to the outside but its ports.
    """
    found: list[Point] = []
    waiting: list[Instant] = []
    for index, (instant, running) in enumerate(zip(instants, _running(instants), strict=True)):
        waiting.append(instant)
        if index == len(instants) - 1 or (running and _role(running) not in PURE):
            found.append(Point(index, tuple(waiting)))
            waiting = []
    return tuple(found)


def sampled(instants: Sequence[Instant]) -> tuple[Point, ...]:
    """The same ones each time: all around what moves money, and every fifth of the rest."""
    points = distinct(instants)
    others = [p for p in points if not _is_moving(p)]
    kept = {p.index for p in points if _is_moving(p)} | {p.index for p in others[::SAMPLE_EACH]}
    return tuple(p for p in points if p.index in kept)


def _is_moving(point: Point) -> bool:
    return any(instant.call in MOVING for instant in point.instants)


def _running(instants: Sequence[Instant]) -> Iterator[str]:
    """After each instant: the innermost open call, "" for the flow itself."""
    opened: list[str] = []
    for instant in instants:
        if instant.after:
            opened.pop()
        else:
            opened.append(instant.call)
        yield opened[-1] if opened else ""


def _role(call: str) -> str:
    return call.partition(".")[0]


class Watch(Protocol):
    def reached(self, instant: Instant) -> None: ...


class Recorder:
    def __init__(self) -> None:
        self.instants: list[Instant] = []

    def reached(self, instant: Instant) -> None:
        self.instants.append(instant)


class Tripwire:
    """Dies at the instant of this number, which must be the one that was recorded."""

    def __init__(self, index: int, expected: str) -> None:
        self._left = index
        self._expected = expected

    def reached(self, instant: Instant) -> None:
        if self._left == 0:
            die() if str(instant) == self._expected else os._exit(STRAYED)
        self._left -= 1


def die() -> NoReturn:
    """By the kernel's hand: no handler, no `finally`, no flush."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("alive after SIGKILL")


class Watched:
    """Stands for a port: tells before and after every call, and every look at a property."""

    def __init__(self, port: object, role: str, watch: Watch) -> None:
        self._port, self._role, self._watch = port, role, watch

    def __getattr__(self, name: str) -> object:
        call = f"{self._role}.{name}"
        if callable(getattr(type(self._port), name, None)):
            return partial(told, self._watch, call, getattr(self._port, name))
        return told(self._watch, call, partial(getattr, self._port, name))


def told(watch: Watch, call: str, run: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """An error that the port raises is an end of the call too."""
    watch.reached(Instant(after=False, call=call))
    try:
        return run(*given, **named)
    finally:
        watch.reached(Instant(after=True, call=call))


def watched(rt: Runtime, watch: Watch) -> Runtime:
    """The same runtime with a watch around every port that it has."""

    def port(role: str, real: T) -> T:
        return cast("T", Watched(real, role, watch))

    def signer() -> Signer:
        return port("signer", told(watch, "signer.open", rt.signer))

    return replace(
        rt,
        clock=port("clock", rt.clock),
        ids=port("ids", rt.ids),
        codec=port("codec", rt.codec),
        calls=port("calls", rt.calls),
        store=port("store", rt.store),
        markets=port("markets", rt.markets),
        txs=port("txs", rt.txs),
        sender=port("sender", rt.sender),
        bundle_folder=port("files", rt.bundle_folder),
        signer=signer,
        only_one=partial(_watched_lock, rt.only_one, watch),
    )


@contextmanager
def _watched_lock(
    only_one: Callable[[str], AbstractContextManager[bool]], watch: Watch, command: str
) -> Iterator[bool]:
    lock = only_one(command)
    ours = told(watch, "locks.take", lock.__enter__)
    try:
        yield ours
    finally:
        told(watch, "locks.free", lock.__exit__, None, None, None)
