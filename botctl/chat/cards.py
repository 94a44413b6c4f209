"""Messages that keep themselves fresh: edited at a steady pace, only when something has changed.

One a chat: a newer one ends it. Edits are made one after the other, so none ever waits behind another.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from botctl.chat.markup import fitted
from botctl.chat.outbox import Letter, Outbox
from botctl.faces.show import at
from botctl.ports.chat import ChatLine, Outcome, Saying, Sent
from botctl.ports.runtime import Log

MS: Final = 1_000
FAILURES_MAX: Final = 10  # in a row, then the card is left as it is
PAUSE_MS_MAX: Final = 60_000
Texts = Callable[[str], list[str]]  # the lines that a command shows now


@dataclass(slots=True)
class Card:
    """`html` is what the message shows."""

    chat_id: int
    message_id: int
    command: str
    html: str
    due_ms: int
    until_ms: int
    failures: int = 0


@dataclass(slots=True)
class Cards:
    line: ChatLine
    outbox: Outbox
    log: Log
    every_ms: int
    for_ms: int
    _live: dict[int, Card] = field(default_factory=dict)

    def saying(self, lines: list[str], now_ms: int) -> Saying:
        """As it is first sent."""
        return self._fresh(lines, now_ms + self.for_ms)

    def put(self, chat_id: int, message_id: int, command: str, html: str, now_ms: int) -> None:
        self.replace(chat_id, now_ms)
        self._live[chat_id] = Card(
            chat_id, message_id, command, html, now_ms + self.every_ms, now_ms + self.for_ms
        )

    def replace(self, chat_id: int, now_ms: int) -> None:
        """The older card of that chat says that it is older."""
        old = self._live.pop(chat_id, None)
        if old is not None:
            self._end(old, "replaced by a newer message", now_ms)

    def due_ms(self) -> int | None:
        return min((card.due_ms for card in self._live.values()), default=None)

    def refresh(self, texts: Texts, now_ms: int) -> None:
        """`texts` is asked once a command, however many chats show it."""
        due = [card for card in self._live.values() if card.due_ms <= now_ms]
        shown: dict[str, list[str]] = {}
        for card in due:
            if now_ms >= card.until_ms:
                self.replace_by_end(card, now_ms)
                continue
            if not self.outbox.idle(card.chat_id) or not self.outbox.free(card.chat_id, now_ms):
                card.due_ms = now_ms + MS  # answers go first
                continue
            if card.command not in shown:
                shown[card.command] = texts(card.command)
            self._edit(card, shown[card.command], now_ms)

    def replace_by_end(self, card: Card, now_ms: int) -> None:
        del self._live[card.chat_id]
        self._end(card, f"no longer refreshed: send /{card.command} again", now_ms)

    def stop(self, now_ms: int) -> None:
        """The process ends: nothing may look live that is not."""
        for card in list(self._live.values()):
            del self._live[card.chat_id]
            self._end(card, "no longer refreshed: the chat was stopped", now_ms)

    def _edit(self, card: Card, lines: list[str], now_ms: int) -> None:
        saying = self._fresh(lines, card.until_ms)
        steps = (now_ms - card.due_ms) // self.every_ms + 1
        card.due_ms += steps * self.every_ms  # late ones are left out, not made up for
        if saying.html == card.html:
            return
        sent = self.line.edit(card.chat_id, card.message_id, saying)
        self.outbox.spent(card.chat_id, sent, now_ms)
        self._after(card, saying, sent, now_ms)

    def _after(self, card: Card, saying: Saying, sent: Sent, now_ms: int) -> None:
        if sent.outcome in {Outcome.DONE, Outcome.SAME}:
            card.html, card.failures = saying.html, 0
            return
        card.failures += 1
        if sent.outcome is not Outcome.LATER or card.failures == FAILURES_MAX:
            del self._live[card.chat_id]
            self.log.info("chat card left", chat_id=card.chat_id, said=sent.said)
            return
        pause_ms = min(self.every_ms << card.failures, PAUSE_MS_MAX)
        card.due_ms = now_ms + max(sent.wait_ms, pause_ms)

    def _fresh(self, lines: list[str], until_ms: int) -> Saying:
        """Without a time of its own: only what has changed makes another text."""
        foot = f"<i>refreshed every {self.every_ms // MS} s until {at(until_ms)} UTC</i>"
        return Saying(fitted(lines, foot))

    def _end(self, card: Card, why: str, now_ms: int) -> None:
        body = card.html.rpartition("\n")[0]
        saying = Saying(f"{body}\n<i>{why}</i>")
        letter = Letter(card.chat_id, saying, edits=card.message_id, anew=False)
        self.outbox.post(letter, now_ms)
