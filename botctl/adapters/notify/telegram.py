"""Telegram: the Bot API's sendMessage, as one plain HTTPS request.

Not through python-telegram-bot: it is asynchronous throughout, so every alert would start and stop an
event loop and a connection pool, and its import (httpx and 300 modules) takes longer than all of a
`botctl cycle`. One method with three fields needs none of it.
"""

import json
from dataclasses import dataclass, field
from typing import Final

from botctl.adapters.notify.http import Answer, Request, UnsentError, exchange
from botctl.adapters.notify.verdict import verdict
from botctl.ports.alerts import Delivery, Letter, Taken

CHANNEL: Final = "telegram"
TEXT_CHARS_MAX: Final = 4_096  # the Bot API's own limit
SAID_CHARS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Telegram:
    """A Notifier. `api`: https://api.telegram.org, or a Bot API server of one's own."""

    api: str
    token: str = field(repr=False)
    chat: str
    channel: str = CHANNEL

    def send(self, letter: Letter, *, timeout_ms: int) -> Delivery:
        fields = {
            "chat_id": self.chat,
            "text": letter.text[:TEXT_CHARS_MAX],
            "disable_web_page_preview": True,
        }
        url = f"{self.api.rstrip('/')}/bot{self.token}/sendMessage"
        headers = {"Content-Type": "application/json"}
        try:
            answer = exchange(
                Request("POST", url, json.dumps(fields).encode(), headers), timeout_ms=timeout_ms
            )
        except UnsentError as error:
            return Delivery(Taken.LATER, str(error))
        return self._verdict(answer)

    def _verdict(self, answer: Answer) -> Delivery:
        """A 400 is nearly always the chat, not the letter: a person mends it, and then it goes out."""
        try:
            body = json.loads(answer.body)
        except ValueError:
            body = None
        if not isinstance(body, dict) or "ok" not in body:
            return Delivery(Taken.LATER, f"HTTP {answer.status}, not an answer of the Bot API")
        if body["ok"] is True:
            return Delivery(Taken.SENT, f"HTTP {answer.status}")
        said = str(body.get("description", "")).replace(self.token, "***")[:SAID_CHARS_MAX]
        found = verdict(answer, wait_s=_wait_s(body), said=said)
        return Delivery(Taken.LATER, found.said, found.wait_ms)


def _wait_s(body: dict[str, object]) -> int | None:
    parameters = body.get("parameters")
    asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return asked if isinstance(asked, int) else None
