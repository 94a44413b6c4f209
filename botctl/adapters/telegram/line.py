"""One line to the Bot API: each call runs the library's event loop until its one answer is there.

Synchronous on purpose. The face does one thing after the other, so an edit can never pile up behind
another, and what it does can be played step by step in a test.
"""

import asyncio
import logging
import ssl
import warnings
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeVar

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.warnings import PTBDeprecationWarning

from botctl.adapters.telegram import answers
from botctl.adapters.telegram.answers import Malformed
from botctl.adapters.telegram.reading import CarefulRequest, update_of
from botctl.ports.chat import Heard, Outcome, Saying, Sent

T = TypeVar("T")
MS: Final = 1_000
WANTED: Final = ("message", "callback_query")
BATCH_MAX: Final = 100  # the Bot API's own
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
CAUGHT: Final = (TelegramError, TimeoutError, OSError, *Malformed)


@dataclass(frozen=True, slots=True)
class LinePlan:
    """`api`: https://api.telegram.org, or a Bot API server of one's own. `call_ms` bounds one call whole."""

    api: str
    token: str = field(repr=False)
    call_ms: int = 10_000
    slack_ms: int = 10_000  # for the answer to a long poll to arrive after its wait


class TelegramLine:
    """A ChatLine, for one thread. `interrupt` may come from a signal handler."""

    def __init__(self, plan: LinePlan) -> None:
        _silence()
        self._plan = plan
        self._loop = asyncio.new_event_loop()
        base = f"{plan.api.rstrip('/')}/bot"
        self._bot = Bot(
            plan.token, base_url=base, request=_request(plan), get_updates_request=_request(plan)
        )
        self._waiting: asyncio.Task[object] | None = None
        self._interrupted = False
        self.name = ""

    def greet(self) -> Heard:
        try:
            self._within(self._bot.initialize(), self._plan.call_ms)
            self.name = self._bot.username
            self._within(self._bot.delete_webhook(drop_pending_updates=False), self._plan.call_ms)
        except CAUGHT as error:
            return answers.heard(error, self._plan.token)
        return Heard()

    def hear(self, after: int | None, *, wait_ms: int) -> Heard:
        seconds = -(-max(wait_ms, 0) // MS)  # the Bot API counts whole ones
        asking = self._bot.get_updates(
            offset=None if after is None else after + 1,
            limit=BATCH_MAX,
            timeout=seconds,
            allowed_updates=WANTED,
        )
        try:
            found = self._unless_interrupted(asking, seconds * MS + self._plan.slack_ms)
        except CAUGHT as error:
            return answers.heard(error, self._plan.token)
        return Heard(tuple(update_of(update) for update in found or ()))

    def say(self, chat_id: int, saying: Saying) -> Sent:
        return self._sent(
            lambda: self._bot.send_message(
                chat_id,
                saying.html,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=_keyboard(saying),
            )
        )

    def edit(self, chat_id: int, message_id: int, saying: Saying) -> Sent:
        return self._sent(
            lambda: self._bot.edit_message_text(
                saying.html,
                chat_id=chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=_keyboard(saying),
            )
        )

    def answer(self, callback_id: str, text: str) -> Sent:
        return self._sent(lambda: self._bot.answer_callback_query(callback_id, text))

    def pause(self, duration_ms: int) -> None:
        self._unless_interrupted(asyncio.sleep(duration_ms / MS), duration_ms + self._plan.slack_ms)

    def interrupt(self) -> None:
        """What waits now, and every later wait, ends at once; what is being said is said."""
        self._interrupted = True
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cancel)

    def close(self) -> None:
        try:
            self._within(self._bot.shutdown(), self._plan.call_ms)
        except CAUGHT:
            logging.getLogger(__name__).debug("connections were not closed in time")
        self._loop.close()

    def _cancel(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    def _sent(self, call: Callable[[], Coroutine[None, None, object]]) -> Sent:
        try:
            done = self._within(call(), self._plan.call_ms)
        except CAUGHT as error:
            return answers.sent(error, self._plan.token)
        return Sent(Outcome.DONE, done.message_id if isinstance(done, Message) else None)

    def _within(self, work: Coroutine[None, None, T], limit_ms: int) -> T:
        """The library bounds each read, not the whole: an answer that drips in would never end."""
        return self._run(asyncio.wait_for(work, limit_ms / MS))

    def _run(self, work: Coroutine[None, None, T]) -> T:
        """The library warns of its own use of what it will change."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PTBDeprecationWarning)
            return self._loop.run_until_complete(work)

    def _unless_interrupted(self, work: Coroutine[None, None, T], limit_ms: int) -> T | None:
        if self._interrupted:
            work.close()
            return None
        self._waiting = task = self._loop.create_task(work)
        try:
            return self._run(asyncio.wait_for(task, limit_ms / MS))
        except asyncio.CancelledError:
            return None
        finally:
            self._waiting = None


@cache
def _trust() -> ssl.SSLContext:
    """Once a process: reading all authorities takes longer than a request."""
    return httpx.create_ssl_context()


def _request(plan: LinePlan) -> CarefulRequest:
    """Two of them: a long poll must not keep an answer waiting for its connection."""
    seconds = plan.call_ms / MS
    return CarefulRequest(
        httpx_kwargs={"verify": _trust()},
        connection_pool_size=1,
        read_timeout=seconds,
        write_timeout=seconds,
        connect_timeout=seconds,
    )


def _keyboard(saying: Saying) -> InlineKeyboardMarkup | None:
    if not saying.buttons:
        return None
    row = [InlineKeyboardButton(b.label, callback_data=b.data) for b in saying.buttons]
    return InlineKeyboardMarkup([row])


def _silence() -> None:
    """Both libraries log the URL, and the token stands in it."""
    for name in ("telegram", "httpx", "httpcore"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        logger.setLevel(logging.CRITICAL)
