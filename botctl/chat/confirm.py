"""Confirmations: each for one person in one chat, for a short time, and good once.

They live in memory alone. After a restart every button is an old one: what a person confirmed is never
done by a process that did not ask.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botctl.core.permission import Level, PermissionSource

WAITING_MAX: Final = 64  # the oldest goes first; nobody asks that much within a minute
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Asking:
    """`stood`: the switch as the question told it; None: it was not set."""

    secret: str
    user_id: int
    chat_id: int
    command: str
    level: Level
    why: str
    stood: PermissionSource | None
    until_ms: int


class Unfit(StrEnum):
    """Why a press does nothing; the words are what the person sees."""

    OLD = "this button does nothing any more: it was used, replaced, or asked before a restart"
    EXPIRED = "too late: that confirmation has expired; send the command again"
    NOT_YOURS = "this is for the person who sent the command, in that chat"


@dataclass(frozen=True, slots=True)
class Choice:
    asking: Asking
    yes: bool


class Confirmations:
    def __init__(self, secret: Callable[[], str], for_ms: int) -> None:
        self._secret = secret
        self._for_ms = for_ms
        self._waiting: dict[str, Asking] = {}

    def ask(self, template: Asking, now_ms: int) -> Asking:
        """A newer question of the same person in the same chat replaces the older one."""
        same = [
            key
            for key, one in self._waiting.items()
            if (one.user_id, one.chat_id) == (template.user_id, template.chat_id)
        ]
        surplus = list(self._waiting)[: max(0, len(self._waiting) - WAITING_MAX + 1)]
        for key in {*same, *surplus}:
            del self._waiting[key]
        asking = _dated(template, self._secret(), now_ms + self._for_ms)
        self._waiting[asking.secret] = asking
        return asking

    def take(self, data: str, user_id: int, chat_id: int | None, now_ms: int) -> Choice | Unfit:
        """Taken away unless somebody else pressed it."""
        word, _, secret = data.partition(":")
        asking = self._waiting.get(secret)
        if asking is None or word not in {YES, NO}:
            return Unfit.OLD
        if (asking.user_id, asking.chat_id) != (user_id, chat_id):
            return Unfit.NOT_YOURS
        del self._waiting[secret]
        return Choice(asking, word == YES) if now_ms < asking.until_ms else Unfit.EXPIRED


def _dated(one: Asking, secret: str, until_ms: int) -> Asking:
    return Asking(
        secret, one.user_id, one.chat_id, one.command, one.level, one.why, one.stood, until_ms
    )
