"""Alerts as flows see them: what is stored of them, and the ways on which they leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from botctl.core.alerting.values import Alert


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for one channel; `text` for people, `facts` (JSON) for programs.

    `id` is the same in every try, so that a receiver can drop what it has.
    """

    id: int
    channel: str
    key: str
    saying: str
    text: str
    facts: str
    made_ms: int
    tries: int = 0
    next_ms: int = 0
    sent_ms: int | None = None
    gave_up_ms: int | None = None  # the channel refuses this very message, again and again
    said: str = ""  # the channel's last answer


@dataclass(frozen=True, slots=True)
class ChannelState:
    """`ok_ms`: when it last took something; `since_ms`: the oldest message it has not taken."""

    channel: str
    ok_ms: int | None
    tried_ms: int | None
    said: str
    waiting: int
    since_ms: int | None


class AlertStore(Protocol):
    """Every method that writes is one transaction. The outbox is written before anything is sent."""

    def alerts(self) -> tuple[Alert, ...]:
        """The bot's alerts in any state, one a key, the newest first."""

    def record_alerts(self, changed: Sequence[Alert], letters: Sequence[Letter]) -> bool:
        """All of it, or nothing and False when another teller changed one of them first."""

    def letters(self, channel: str, most: int) -> tuple[Letter, ...]:
        """What the channel has not taken, the oldest first."""

    def recent_letters(self, most: int) -> tuple[Letter, ...]: ...
    def claim_letter(self, letter: Letter, next_ms: int) -> Letter | None:
        """Before a try: counted, and due again at `next_ms`; None when another teller has it."""

    def mark_letter(self, letter: Letter) -> None:
        """Its answer, and when it was sent, given up or is due again."""

    def note_channel(self, channel: str, *, now_ms: int, ok: bool, said: str) -> None: ...
    def channels(self) -> tuple[ChannelState, ...]: ...


class Taken(StrEnum):
    """What became of one try."""

    SENT = "sent"
    LATER = "later"  # not taken, or not known to be: the same letter goes again
    REFUSED = "refused"  # this letter, not the channel, is what is wrong


@dataclass(frozen=True, slots=True)
class Delivery:
    """`said` holds no secret; `wait_ms` is what the channel asked us to wait."""

    taken: Taken
    said: str
    wait_ms: int = 0


class Notifier(Protocol):
    """A way out. Never raises for what the far side does or does not do."""

    @property
    def channel(self) -> str: ...
    def send(self, letter: Letter, *, timeout_ms: int) -> Delivery: ...


class Pulse(Protocol):
    """The dead-man signal: whoever stops hearing it says so."""

    def beat(self, *, timeout_ms: int) -> Delivery: ...
