"""A chat as the face sees it: what is heard, what is said, and how far we have listened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Asked:
    """A message. `at_ms`: when the service took it; `user_id` None: nobody stands behind it."""

    update_id: int
    user_id: int | None
    chat_id: int
    private: bool
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of ours. `chat_id` and `message_id` None: the service forgot the message."""

    update_id: int
    user_id: int
    chat_id: int | None
    message_id: int | None
    callback_id: str
    data: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing for us, or not readable; it is counted as heard all the same."""

    update_id: int
    why: str


Update = Asked | Pressed | Skipped


class Deaf(StrEnum):
    """Why nothing could be heard."""

    SILENT = "silent"  # no whole answer: network, time, 5xx, not the Bot API
    LIMITED = "limited"  # asked to wait
    CONFLICT = "conflict"  # somebody else listens with the same token
    TOKEN = "token"  # noqa: S105  the token is not accepted


@dataclass(frozen=True, slots=True)
class Heard:
    """`said` holds no secret; `wait_ms`: what the service asked for."""

    updates: tuple[Update, ...] = ()
    deaf: Deaf | None = None
    said: str = ""
    wait_ms: int = 0


class Outcome(StrEnum):
    """What became of one thing that we said."""

    DONE = "done"
    SAME = "same"  # the message has that text already
    GONE = "gone"  # the message to edit is not there, or can no longer be edited
    LATER = "later"  # not taken, or not known to be
    REFUSED = "refused"  # never in this chat, or never in this form


@dataclass(frozen=True, slots=True)
class Sent:
    outcome: Outcome
    message_id: int | None = None
    said: str = ""
    wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    data: str  # 64 bytes at most


@dataclass(frozen=True, slots=True)
class Saying:
    """HTML of the Bot API's few tags, 4096 characters at most."""

    html: str
    buttons: tuple[Button, ...] = field(default=())


class ChatLine(Protocol):
    """Every call ends within its time and raises for nothing the far side does or does not do."""

    @property
    def name(self) -> str:
        """The bot's user name; "" before `greet` went well."""

    def greet(self) -> Heard:
        """Proves the token, and takes away a webhook that would keep updates from us."""

    def hear(self, after: int | None, *, wait_ms: int) -> Heard:
        """Updates above `after`, which are thereby forgotten by the service; None: all it has."""

    def say(self, chat_id: int, saying: Saying) -> Sent: ...
    def edit(self, chat_id: int, message_id: int, saying: Saying) -> Sent: ...
    def answer(self, callback_id: str, text: str) -> Sent:
        """What the person who pressed sees at once; a press that is not answered keeps spinning."""

    def pause(self, duration_ms: int) -> None:
        """Ends early, like `hear`, when it is interrupted."""


@dataclass(frozen=True, slots=True)
class Listened:
    """The highest update that was handled, and when."""

    update_id: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class ChatNote:
    """What somebody did, for the journal."""

    who: str
    chat_id: int
    command: str
    outcome: str


class ChatStore(Protocol):
    """`line` is a hash of the token: numbers of updates belong to it."""

    def listened(self, line: str) -> Listened | None: ...
    def note_chat(self, line: str, listened: Listened, notes: Sequence[ChatNote]) -> None:
        """The offset, which never falls, and its entries of the journal: all of it, or nothing."""
