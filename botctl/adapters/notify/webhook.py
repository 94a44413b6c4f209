"""A webhook: JSON that Slack and its kin show by `text`, with the facts beside it, signed if asked."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from botctl.adapters.notify.http import Request, UnsentError, exchange
from botctl.adapters.notify.verdict import verdict
from botctl.ports.alerts import Delivery, Letter, Taken

CHANNEL: Final = "webhook"
SIGNATURE: Final = "X-Botctl-Signature"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A Notifier. With a secret each request is signed: HMAC-SHA256 over `<ms>.<body>`."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    now_ms: Callable[[], int]
    channel: str = CHANNEL

    def send(self, letter: Letter, *, timeout_ms: int) -> Delivery:
        body = json.dumps(
            {"id": f"{letter.key}#{letter.id}", "text": letter.text, **json.loads(letter.facts)}
        ).encode()
        headers = {"Content-Type": "application/json", **self._signed(body)}
        try:
            answer = exchange(Request("POST", self.url, body, headers), timeout_ms=timeout_ms)
        except UnsentError as error:
            return Delivery(Taken.LATER, str(error))
        return verdict(answer)

    def _signed(self, body: bytes) -> dict[str, str]:
        """The time is signed too, so that a receiver can refuse what was recorded and sent again."""
        if not self.secret:
            return {}
        at = str(self.now_ms())
        digest = hmac.new(self.secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
        return {SIGNATURE: f"t={at},v1={digest}"}
