"""What the chat works with: the line, the books, and the plain values of its settings."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from botctl.core.operators import Person
from botctl.ports.chat import ChatLine
from botctl.ports.clock import Clock
from botctl.ports.runtime import Log
from botctl.wiring.setup import Books


@dataclass(frozen=True, slots=True)
class ChatPlan:
    """`groups`: chats of several in which `people` are answered; a private chat needs no entry."""

    people: Mapping[int, Person]
    groups: frozenset[int]
    confirm_ms: int
    late_ms_max: int
    card_ms: int
    card_for_ms: int
    poll_ms: int


@dataclass(frozen=True, slots=True)
class ChatDesk:
    """`clock` is this machine's, by which the service goes too, not a moved chain's.

    `books` opens the database anew each time: it may have come back meanwhile.
    """

    line: ChatLine
    line_id: str  # a hash of the token
    plan: ChatPlan
    clock: Clock
    log: Log
    books: Callable[[], AbstractContextManager[Books]]
    secret: Callable[[], str]  # what nobody can guess, 16 characters
