"""Processes forked from this one, which has everything imported; each opens its own connections.

What a child raises is raised here when it is asked for its result. Nothing outlives the crew.
"""

import multiprocessing
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final, Generic, Self, TypeAlias, TypeVar, cast

PATIENCE_S: Final = 90.0
DONE: Final = "done"
FAILED: Final = "failed"

T = TypeVar("T")
Pipe: TypeAlias = "Connection[object, object]"
_FORK: Final = multiprocessing.get_context("fork")


class Told:
    """The child's side: words up, words down."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    def say(self, word: str) -> None:
        self._pipe.send(word)

    def hear(self) -> str:
        """Waits until the parent says something."""
        assert self._pipe.poll(PATIENCE_S), "the parent says nothing"
        return str(self._pipe.recv())

    def is_called(self, within_s: float) -> bool:
        return self._pipe.poll(within_s)


class Child(Generic[T]):
    """`act` in a process of its own."""

    def __init__(self, act: Callable[[Told], T]) -> None:
        self._pipe, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=_run, args=(act, theirs), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def say(self, word: str) -> None:
        self._pipe.send(word)

    def hear(self, word: str) -> None:
        """The child's next word, which must be this one."""
        said = self._received()
        assert said == word, said

    def result(self) -> T:
        said = self._received()
        assert isinstance(said, tuple), said
        kind, value = said
        assert kind == DONE, value
        self._process.join(PATIENCE_S)
        return cast(T, value)

    def joined(self) -> None:
        """It has ended, or was ended, without a last word."""
        self._process.join(PATIENCE_S)
        assert self._process.exitcode is not None, "the child goes on"

    def kill(self) -> None:
        """SIGKILL; returns when it is dead. Harmless when it is already."""
        self._process.kill()
        self._process.join(PATIENCE_S)

    def _received(self) -> object:
        assert self._pipe.poll(PATIENCE_S), "the child says nothing"
        said: object = self._pipe.recv()
        return said


class Crew:
    """`with Crew() as crew:` and all that it started is dead afterwards."""

    def __init__(self) -> None:
        self._children: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for kill in self._children:
            kill()

    def start(self, act: Callable[[Told], T]) -> Child[T]:
        child = Child(act)
        self._children.append(child.kill)
        return child


def _run(act: Callable[[Told], T], pipe: Pipe) -> None:
    try:
        pipe.send((DONE, act(Told(pipe))))
    except BaseException:  # noqa: BLE001  nobody is above it: the parent is told, and raises it
        pipe.send((FAILED, traceback.format_exc()))
