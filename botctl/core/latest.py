"""One answer remembered: what a whole cycle shares is not worked out again for each of its markets."""

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Latest(Generic[K, V]):
    """The last answer of a pure function, given again for the very same (unchangeable) object.

    By identity, because comparing a policy costs more than most of what depends on it.
    """

    __slots__ = ("_answer", "_last")

    def __init__(self, answer: Callable[[K], V]) -> None:
        self._answer = answer
        self._last: tuple[K, V] | None = None

    def of(self, asked: K) -> V:
        last = self._last
        if last is None or last[0] is not asked:
            self._last = last = (asked, self._answer(asked))
        return last[1]
