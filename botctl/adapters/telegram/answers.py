"""What the Bot API answered, in our words: only this file knows its errors."""

from datetime import timedelta
from typing import Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from botctl.ports.chat import Deaf, Heard, Outcome, Sent

MS: Final = 1_000
WAIT_S_MAX: Final = 3_600  # whatever is asked for: a chat is not left alone for longer
SAID_CHARS_MAX: Final = 200
# Descriptions of 400s, as the Bot API words them; compared in lower case.
_SAME: Final = ("message is not modified",)
_GONE: Final = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
)
Malformed = (KeyError, TypeError, ValueError, AttributeError)
"""What the library raises for JSON of another shape than it was promised."""


def heard(error: Exception, token: str) -> Heard:
    said = _said(error, token)
    if isinstance(error, RetryAfter):
        return Heard(deaf=Deaf.LIMITED, said=said, wait_ms=_wait_ms(error))
    if isinstance(error, Conflict):
        return Heard(deaf=Deaf.CONFLICT, said=said)
    if isinstance(error, InvalidToken):
        return Heard(deaf=Deaf.TOKEN, said=said)
    return Heard(deaf=Deaf.SILENT, said=said)


def sent(error: Exception, token: str) -> Sent:
    """A timeout may have been taken all the same: LATER, and the same message may come twice."""
    said = _said(error, token)
    if isinstance(error, RetryAfter):
        return Sent(Outcome.LATER, said=said, wait_ms=_wait_ms(error))
    if isinstance(error, BadRequest):  # before NetworkError, which it is a kind of
        return Sent(_of_bad_request(str(error)), said=said)
    if isinstance(error, Forbidden | ChatMigrated | InvalidToken):
        return Sent(Outcome.REFUSED, said=said)
    return Sent(Outcome.LATER, said=said)


def _of_bad_request(description: str) -> Outcome:
    lower = description.lower()
    if any(words in lower for words in _SAME):
        return Outcome.SAME
    return Outcome.GONE if any(words in lower for words in _GONE) else Outcome.REFUSED


def _wait_ms(error: RetryAfter) -> int:
    asked = error._retry_after  # noqa: SLF001  the property warns until it returns this very value
    assert isinstance(asked, timedelta)
    return min(max(int(asked.total_seconds()), 1), WAIT_S_MAX) * MS


def _said(error: Exception, token: str) -> str:
    """Never the text of an InvalidToken: it quotes the token."""
    if isinstance(error, InvalidToken):
        return "Telegram does not accept the token"
    if isinstance(error, TimedOut | TimeoutError):
        return "no answer in time"
    if isinstance(error, NetworkError | TelegramError):
        return str(error).replace(token, "***")[:SAID_CHARS_MAX]
    return f"not an answer of the Bot API ({type(error).__name__})"
