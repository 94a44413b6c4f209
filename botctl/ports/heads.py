"""What a listener on the chain hears between two scheduled cycles."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class News(StrEnum):
    HEAD = "head"  # a new block
    MARKET = "market"  # the factory made a pair
    UP = "up"  # the connection stands, both subscriptions are confirmed
    LOST = "lost"  # it ended, or was not made; another attempt follows
    PAUSED = "paused"  # too many attempts: none for a while
    RESUMED = "resumed"  # that while is over


@dataclass(frozen=True, slots=True)
class Heard:
    news: News
    block_number: int | None = None
    say: str = ""  # for the operator; never with a URL


Tell = Callable[[Heard], None]
"""Called on the listener's own thread: it must only note and wake, never work or raise."""


class HeadListener(Protocol):
    def start(self, tell: Tell) -> None: ...
    def close(self) -> None:
        """Ends the thread; nothing is told afterwards."""
