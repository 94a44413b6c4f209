"""Updates in our words. One that cannot be read keeps its number: it is skipped, not asked for again."""

import json
from typing import Final

from telegram import CallbackQuery, Message, Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from botctl.adapters.telegram.answers import Malformed
from botctl.ports import chat

MS: Final = 1_000
MALFORMED: Final = "malformed"
TEXT_CHARS_MAX: Final = 1_000  # of what a person types to us
NUMBER: Final = "update_id"


class CarefulRequest(HTTPXRequest):
    """The library reads a batch of updates as a whole: one bad update would lose all of it, for ever."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        try:
            read = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError("the answer is no JSON") from None
        if not isinstance(read, dict) or not ("result" in read or "description" in read):
            raise TelegramError("the answer is not one of the Bot API")
        result = read.get("result")
        if isinstance(result, list):
            read["result"] = [kept for item in result if (kept := _readable(item)) is not None]
        return read


def _readable(item: object) -> dict[str, object] | None:
    """Anything without a number of its own cannot even be acknowledged."""
    if not isinstance(item, dict) or type(item.get(NUMBER)) is not int:
        return None
    try:
        Update.de_json(item, None)
    except Malformed:
        return {NUMBER: item[NUMBER]}
    return item


def update_of(update: Update) -> chat.Update:
    try:
        if update.callback_query is not None:
            return _pressed(update.update_id, update.callback_query)
        if update.message is not None:
            return _asked(update.update_id, update.message)
    except Malformed:
        return chat.Skipped(update.update_id, MALFORMED)
    return chat.Skipped(update.update_id, MALFORMED)  # we asked for nothing else


def _asked(number: int, message: Message) -> chat.Update:
    """A forwarded command is somebody else's words, and so is one sent by way of another bot."""
    if message.forward_origin is not None or message.via_bot is not None:
        return chat.Skipped(number, "forwarded")
    if message.text is None:
        return chat.Skipped(number, "no text")
    behind = message.from_user
    return chat.Asked(
        update_id=number,
        user_id=None if behind is None or behind.is_bot else behind.id,
        chat_id=message.chat.id,
        private=message.chat.type == "private",
        text=message.text[:TEXT_CHARS_MAX],
        at_ms=int(message.date.timestamp()) * MS,
    )


def _pressed(number: int, query: CallbackQuery) -> chat.Update:
    message = query.message
    return chat.Pressed(
        update_id=number,
        user_id=query.from_user.id,
        chat_id=None if message is None else message.chat.id,
        message_id=None if message is None else message.message_id,
        callback_id=query.id,
        data=query.data or "",
    )
