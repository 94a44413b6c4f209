"""The chat's parts from settings: whose token, who may ask, and where the books are."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botctl.adapters.locks import CommandLocks
from botctl.config.values import Config
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.operators import Role
from botctl.core.preflight.values import ChatSeen, Trouble
from botctl.wiring import open_books
from botctl.wiring.setup import Books, Setup

if TYPE_CHECKING:  # 300 modules of a client that the other commands never need
    from botctl.adapters.telegram.line import TelegramLine

HASH_CHARS: Final = 16
SECRET_BYTES: Final = 8
_NONE: Final = (
    "no chat is configured: set chat.token (BOTCTL_CHAT__TOKEN), chat.token_keyring or"
    " alerts.telegram_token"
)


def token_of(config: Config) -> str:
    """Raises ERR_CHAT_TOKEN when there is none, ERR_DEPENDENCY_MISSING without the keyring's library."""
    if config.chat.token_keyring:
        return _from_keyring(config.chat.token_keyring)
    token = config.chat.token or config.alerts.telegram_token
    if not token:
        raise OperatorError(Code.ERR_CHAT_TOKEN, _NONE)
    return token


def line_id(token: str) -> str:
    """Names the line in the database and on the lock; nobody finds the token from it."""
    return sha256(token.encode()).hexdigest()[:HASH_CHARS]


def telegram_line(config: Config, token: str) -> "TelegramLine":
    """Raises ERR_DEPENDENCY_MISSING without the extra."""
    try:
        from botctl.adapters.telegram.line import LinePlan, TelegramLine  # noqa: PLC0415
    except ModuleNotFoundError as error:
        say = "the chat's client is not installed: `pip install botctl[chat]`"
        raise OperatorError(Code.ERR_DEPENDENCY_MISSING, say, module=error.name) from None
    return TelegramLine(LinePlan(config.alerts.telegram_api, token))


@contextmanager
def opened_chat_books(setup: Setup) -> Iterator[Books]:
    """Anew for each look: a database that was away is found again."""
    with open_books(setup.config) as store:
        yield setup.books(store)


def chat_locks(config: Config) -> CommandLocks:
    """In the data folder."""
    return CommandLocks(Path(config.storage.state_dir))


def chat_seen(config: Config, *, ask: bool) -> ChatSeen | None:
    """None: nobody configured a chat; a token of the alerts alone is none."""
    from botctl.adapters.notify.telegram_bot import bot_of  # noqa: PLC0415  http loads with it

    chat = config.chat
    if not (chat.token or chat.token_keyring or chat.allow):
        return None
    seen = ChatSeen(len(chat.allow), sum(p.role is Role.OPERATOR for p in chat.allow))
    try:
        token = token_of(config)
    except OperatorError as error:
        return replace(seen, trouble=Trouble(str(error.code), error.say))
    if not ask:
        return seen
    found = bot_of(config.alerts.telegram_api, token, timeout_ms=config.alerts.deadline_ms)
    return replace(seen, bot=found)


def secret() -> str:
    """What a button carries: nobody can guess it, and it stands for nothing."""
    return secrets.token_hex(SECRET_BYTES)


def _from_keyring(service: str) -> str:
    try:
        from botctl.adapters.token_keyring import token_from_keyring  # noqa: PLC0415
    except ModuleNotFoundError:
        say = "chat.token_keyring is set: install it with `pip install botctl[keyring]`"
        raise OperatorError(Code.ERR_DEPENDENCY_MISSING, say) from None
    return token_from_keyring(service)
