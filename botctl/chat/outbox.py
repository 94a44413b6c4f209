"""What is said leaves in order, no faster than Telegram takes it, and waits when it is told to wait.

Best effort: it is in memory, a few tries long, and a chat that takes nothing loses the oldest first.
Its limits are those the Bot API publishes: one message a second in a chat, twenty a minute in a group.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from botctl.ports.chat import ChatLine, Outcome, Saying, Sent
from botctl.ports.runtime import Log

PRIVATE_GAP_MS: Final = 1_000
GROUP_GAP_MS: Final = 3_000
WAITING_MAX: Final = 20  # in one chat
TRIES_MAX: Final = 6
PAUSE_MS: Final = 1_000  # before the second try; doubles


@dataclass(frozen=True, slots=True)
class Letter:
    """`edits`: the message that gets the text; `anew`: a new one does when it is gone.

    `then` hears the number of the message once it stands.
    """

    chat_id: int
    saying: Saying
    edits: int | None = None
    anew: bool = True
    then: Callable[[int], None] | None = None
    tries: int = 0


@dataclass(slots=True)
class Outbox:
    line: ChatLine
    log: Log
    _waiting: dict[int, deque[Letter]] = field(default_factory=dict)
    _free_ms: dict[int, int] = field(default_factory=dict)

    def post(self, letter: Letter, now_ms: int) -> None:
        queue = self._waiting.setdefault(letter.chat_id, deque())
        if len(queue) == WAITING_MAX:
            queue.popleft()
            self.log.warning("chat message dropped", chat_id=letter.chat_id, waiting=WAITING_MAX)
        queue.append(letter)
        self.flush(now_ms)

    def flush(self, now_ms: int) -> None:
        """At most one letter a chat: the next one has to keep its distance."""
        for chat_id, queue in list(self._waiting.items()):
            if self.free(chat_id, now_ms):
                self._send(queue, now_ms)
            if not queue:
                del self._waiting[chat_id]

    def free(self, chat_id: int, now_ms: int) -> bool:
        """Whether something may be said there now."""
        return self._free_ms.get(chat_id, 0) <= now_ms

    def idle(self, chat_id: int) -> bool:
        return chat_id not in self._waiting

    def spent(self, chat_id: int, sent: Sent, now_ms: int) -> None:
        """Whoever says something past this box accounts for it here."""
        gap = PRIVATE_GAP_MS if chat_id > 0 else GROUP_GAP_MS
        self._free_ms = {key: at for key, at in self._free_ms.items() if at > now_ms}
        self._free_ms[chat_id] = now_ms + max(gap, sent.wait_ms)

    def due_ms(self) -> int | None:
        """When the next letter may leave; None: none waits."""
        return min((self._free_ms.get(chat_id, 0) for chat_id in self._waiting), default=None)

    def _send(self, queue: deque[Letter], now_ms: int) -> None:
        letter = queue.popleft()
        sent = self._said(letter)
        self.spent(letter.chat_id, sent, now_ms)
        if sent.outcome is Outcome.GONE and letter.edits is not None and letter.anew:
            queue.appendleft(replace(letter, edits=None))
        elif sent.outcome is Outcome.LATER:
            self._again(queue, letter, sent, now_ms)
        elif sent.outcome in {Outcome.DONE, Outcome.SAME}:
            message_id = sent.message_id if letter.edits is None else letter.edits
            if letter.then is not None and message_id is not None:
                letter.then(message_id)
        else:
            self.log.warning("chat message refused", chat_id=letter.chat_id, said=sent.said)

    def _said(self, letter: Letter) -> Sent:
        if letter.edits is None:
            return self.line.say(letter.chat_id, letter.saying)
        return self.line.edit(letter.chat_id, letter.edits, letter.saying)

    def _again(self, queue: deque[Letter], letter: Letter, sent: Sent, now_ms: int) -> None:
        tries = letter.tries + 1
        if tries == TRIES_MAX:
            self.log.warning("chat message given up", chat_id=letter.chat_id, said=sent.said)
            return
        queue.appendleft(replace(letter, tries=tries))
        pause_ms = max(sent.wait_ms, PAUSE_MS << letter.tries)
        self._free_ms[letter.chat_id] = now_ms + pause_ms
