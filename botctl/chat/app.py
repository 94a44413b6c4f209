"""The chat's loop: hear, handle, remember how far, say what is due; one step after the other.

An update is remembered as handled after it was: a crash in between repeats it. That can only repeat an
answer. The switch is set by buttons alone, and those of a process that died do nothing.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from botctl.chat.cards import Cards
from botctl.chat.confirm import Confirmations
from botctl.chat.desk import ChatDesk
from botctl.chat.listening import WEEK_MS, Listening
from botctl.chat.outbox import Outbox
from botctl.chat.strangers import COUNTER, Strangers
from botctl.chat.talk import Talk
from botctl.core.codes import Code
from botctl.core.errors import BotError
from botctl.ports.chat import ChatNote, Listened, Update


@dataclass(slots=True)
class Chat:
    """`step` is one pass; whoever calls it decides when it is enough."""

    desk: ChatDesk
    outbox: Outbox = field(init=False)
    cards: Cards = field(init=False)
    strangers: Strangers = field(init=False)
    listening: Listening = field(init=False)
    talk: Talk = field(init=False)
    handled: int = 0
    _heard: Listened | None = None  # the newest update, and when it was handled
    _unkept: bool = False  # it is further than the database knows
    _greeted: bool = False

    def __post_init__(self) -> None:
        desk, plan = self.desk, self.desk.plan
        self.outbox = Outbox(desk.line, desk.log)
        self.cards = Cards(desk.line, self.outbox, desk.log, plan.card_ms, plan.card_for_ms)
        self.strangers = Strangers(desk.log)
        self.listening = Listening(desk.log)
        confirmations = Confirmations(desk.secret, plan.confirm_ms)
        self.talk = Talk(desk, self.outbox, self.cards, self.strangers, confirmations)

    def start(self) -> None:
        """Where the last process stopped. A database that is away is no reason not to answer."""
        try:
            with self.desk.books() as books:
                self._heard = books.store.listened(self.desk.line_id)
        except BotError as error:
            self.desk.log.warning("chat begins without its place", code=error.code, say=error.say)

    def run(self, stopping: Callable[[], bool]) -> None:
        """Until it is asked to stop. Raises what `Listening.take` gives up with."""
        self.start()
        while not stopping():
            self.step()
        self.cards.stop(self._now_ms())

    def step(self) -> None:
        self._listen()
        now_ms = self._now_ms()
        self.outbox.flush(now_ms)
        self.cards.refresh(self.talk.texts, now_ms)

    def _listen(self) -> None:
        now_ms = self._now_ms()
        if now_ms < self.listening.until_ms:
            self.desk.line.pause(self._wait_ms(now_ms, self.listening.until_ms))
            return
        if not self._greeted:
            heard = self.desk.line.greet()
            self.listening.take(heard, self._now_ms())
            self._greeted = heard.deaf is None
            return
        wait_ms = self._wait_ms(now_ms, now_ms + self.desk.plan.poll_ms)
        after = self._after(now_ms)
        heard = self.desk.line.hear(after, wait_ms=wait_ms)
        self.listening.take(heard, self._now_ms())
        for update in heard.updates:
            if after is None or update.update_id > after:
                self._handle(update)
        if self._unkept:
            self._remember([])
        self._count_strangers()

    def _wait_ms(self, now_ms: int, until_ms: int) -> int:
        """Not past what is due before."""
        due = [at for at in (self.outbox.due_ms(), self.cards.due_ms()) if at is not None]
        return max(0, min([until_ms, *due]) - now_ms)

    def _after(self, now_ms: int) -> int | None:
        """After a week without any update Telegram numbers them anew, perhaps lower than before."""
        heard = self._heard
        return None if heard is None or now_ms - heard.at_ms > WEEK_MS else heard.update_id

    def _handle(self, update: Update) -> None:
        """What nobody had to be told is kept with the batch: a crowd does not write row after row."""
        note = self._taken(update)
        self.handled += 1
        self._heard = Listened(update.update_id, self._now_ms())
        self._unkept = note is None
        if note is not None:
            self._remember([note])

    def _taken(self, update: Update) -> ChatNote | None:
        """A mistake of ours costs one answer, not the chat: `/halt` must still get through."""
        try:
            return self.talk.take(update)
        except Exception as error:  # noqa: BLE001  the loop's one net; told with its place
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.desk.log.error(  # noqa: TRY400  a traceback could hold a secret
                "unexpected error",
                code=Code.ERR_PROMISE_BROKEN,
                type=type(error).__name__,
                where=f"{Path(last.filename).name}:{last.lineno}",
            )
            return None

    def _remember(self, notes: list[ChatNote]) -> None:
        """In memory it is kept in any case, and Telegram forgets what is asked to be past."""
        assert self._heard is not None
        self._unkept = False
        try:
            with self.desk.books() as books:
                books.store.note_chat(self.desk.line_id, self._heard, notes)
        except BotError as error:
            facts = [f"{n.who} {n.command} {n.outcome}" for n in notes]
            self.desk.log.warning("chat place not kept", code=error.code, notes=facts)

    def _count_strangers(self) -> None:
        if not self.strangers.unstored:
            return
        try:
            with self.desk.books() as books:
                books.store.count(COUNTER, self.strangers.unstored)
        except BotError as error:
            self.desk.log.warning("chat strangers not counted", code=error.code)
            return
        self.strangers.unstored = 0

    def _now_ms(self) -> int:
        return self.desk.clock.now_ms()
