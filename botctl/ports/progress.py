"""How long work says that it goes on; whoever does not care is silent."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
Tick = Callable[[int], None]
"""So many more are done."""


def silent(more: int) -> None:  # noqa: ARG001  nobody listens
    return


def ticked(items: Iterable[T], tick: Tick) -> Iterator[T]:
    for item in items:
        yield item
        tick(1)
