"""One update, from who sent it to what is answered: rights first, then the command's one flow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, assert_never

from botctl.chat.cards import Cards
from botctl.chat.commands import DEEDS, READS, Deed, Read, help_text, typed, without_books
from botctl.chat.confirm import NO, YES, Asking, Confirmations, Unfit
from botctl.chat.desk import ChatDesk
from botctl.chat.markup import fitted, name, sentence
from botctl.chat.outbox import Letter, Outbox
from botctl.chat.render import switched_lines, trouble_lines
from botctl.chat.strangers import Strangers
from botctl.chat.switch import NO_REASON, question, standing, switched
from botctl.core.errors import BotError
from botctl.core.operators import Person, Role
from botctl.ports.chat import Asked, Button, ChatNote, Pressed, Saying, Skipped, Update
from botctl.wiring.books import watch_of_books

HELP: Final = frozenset({"help", "start"})
MS: Final = 1_000


@dataclass(slots=True)
class Talk:
    desk: ChatDesk
    outbox: Outbox
    cards: Cards
    strangers: Strangers
    confirmations: Confirmations

    def take(self, update: Update) -> ChatNote | None:
        """What the journal keeps of it."""
        match update:
            case Skipped():
                if update.why == "malformed":
                    self.desk.log.warning("chat update not read", update_id=update.update_id)
                return None
            case Asked():
                return self._asked(update)
            case Pressed():
                return self._pressed(update)
            case _:
                assert_never(update)

    def texts(self, command: str, words: str = "") -> list[str]:
        """What a reading command shows now, whatever the database does."""
        read = READS[command]
        return self._shown(read, words)[0]

    def say(self, chat_id: int, html: str, then: Callable[[int], None] | None = None) -> None:
        self.outbox.post(Letter(chat_id, Saying(html), then=then), self._now_ms())

    def _asked(self, asked: Asked) -> ChatNote | None:
        person = self._allowed(asked.user_id)
        if person is None or not self._listens_in(asked.chat_id, private=asked.private):
            self._greet_stranger(asked)
            return None
        found = typed(asked.text)
        if found is None or found.to.lower() not in {"", self.desk.line.name.lower()}:
            if asked.private:
                self.say(asked.chat_id, "/help tells what I understand")
            return None
        outcome = self._commanded(asked, person, found.command, found.words)
        self.desk.log.info(
            "chat command", who=person.signature, command=found.command, outcome=outcome
        )
        return ChatNote(person.signature, asked.chat_id, f"/{found.command}", outcome)

    def _commanded(self, asked: Asked, person: Person, command: str, words: str) -> str:
        if command in READS:
            return self._show(asked, command, words)
        if command in DEEDS:
            return self._ask_first(asked, person, command, words)
        if command in HELP:
            self.say(asked.chat_id, help_text(person))
            return "told"
        self.say(asked.chat_id, f"{name('/' + command)} is no command: /help lists them")
        return "unknown"

    def _show(self, asked: Asked, command: str, words: str) -> str:
        read = READS[command]
        lines, outcome = self._shown(read, words)
        if not read.card:
            self.say(asked.chat_id, fitted(lines))
            return outcome
        now_ms = self._now_ms()
        saying = self.cards.saying(lines, now_ms)

        def put(message_id: int) -> None:
            self.cards.put(asked.chat_id, message_id, command, saying.html, now_ms)

        self.say(asked.chat_id, saying.html, put)
        return outcome

    def _shown(self, read: Read, words: str) -> tuple[list[str], str]:
        try:
            with self.desk.books() as books:
                return list(read.show(books, words)), "told"
        except BotError as error:
            self.desk.log.warning("chat could not look", code=error.code)
            return list(without_books(read, error)), str(error.code)

    def _ask_first(self, asked: Asked, person: Person, command: str, words: str) -> str:
        refusal = self._refusal(asked, person, command)
        if refusal is not None:
            self.say(asked.chat_id, refusal)
            return "refused"
        deed = DEEDS[command]
        try:
            asking, lines = self._question(asked, command, deed, words)
        except BotError as error:
            self.say(asked.chat_id, fitted(trouble_lines(error)))
            return str(error.code)
        buttons = (
            Button(f"Confirm {command}", f"{YES}:{asking.secret}"),
            Button("Cancel", f"{NO}:{asking.secret}"),
        )
        self.outbox.post(Letter(asked.chat_id, Saying(fitted(lines), buttons)), self._now_ms())
        return "asked to confirm"

    def _question(
        self, asked: Asked, command: str, deed: Deed, words: str
    ) -> tuple[Asking, list[str]]:
        assert asked.user_id is not None
        with self.desk.books() as books:
            template = Asking(
                "",
                asked.user_id,
                asked.chat_id,
                command,
                deed.level,
                words or NO_REASON,
                standing(books.store),
                0,
            )
            asking = self.confirmations.ask(template, self._now_ms())
            return asking, question(watch_of_books(books), asking, self.desk.plan.confirm_ms)

    def _refusal(self, asked: Asked, person: Person, command: str) -> str | None:
        if person.role is not Role.OPERATOR:
            return f"/{command} needs the role operator; you are {person.role}: nothing was done"
        age_ms = self._now_ms() - asked.at_ms
        if abs(age_ms) > self.desk.plan.late_ms_max:
            return (
                f"/{command} was sent {age_ms // MS} s ago by this machine's clock:"
                " too old, nothing was done; send it again"
            )
        return None

    def _pressed(self, pressed: Pressed) -> ChatNote | None:
        person = self._allowed(pressed.user_id)
        if person is None or not self._knows(pressed):
            self.strangers.seen(pressed, self._now_ms())
            return None
        taken = self.confirmations.take(
            pressed.data, pressed.user_id, pressed.chat_id, self._now_ms()
        )
        if isinstance(taken, Unfit):
            self.desk.line.answer(pressed.callback_id, taken)
            if taken is not Unfit.NOT_YOURS:
                self._close(pressed, sentence(taken))
            return self._noted(person, pressed, "button", taken.name.lower())
        if not taken.yes:
            self.desk.line.answer(pressed.callback_id, "cancelled: nothing was done")
            self._close(pressed, f"/{taken.asking.command}: cancelled, nothing was done")
            return self._noted(person, pressed, taken.asking.command, "cancelled")
        return self._noted(
            person, pressed, taken.asking.command, self._confirmed(pressed, person, taken.asking)
        )

    def _confirmed(self, pressed: Pressed, person: Person, asking: Asking) -> str:
        try:
            with self.desk.books() as books:
                done = switched(books, asking, person.signature)
        except BotError as error:
            self.desk.line.answer(pressed.callback_id, f"not done: {error.code}")
            self._close(pressed, fitted(trouble_lines(error)))
            return str(error.code)
        if isinstance(done, str):
            self.desk.line.answer(pressed.callback_id, "nothing was done")
            self._close(pressed, sentence(done))
            return "overtaken"
        self.desk.line.answer(pressed.callback_id, f"done: {done.level.name}")
        self._close(pressed, fitted(switched_lines(done)))
        return "done"

    def _close(self, pressed: Pressed, html: str) -> None:
        """The question gets its answer in its own place, and loses its buttons."""
        if pressed.chat_id is not None:
            letter = Letter(pressed.chat_id, Saying(html), edits=pressed.message_id)
            self.outbox.post(letter, self._now_ms())

    def _noted(self, person: Person, pressed: Pressed, command: str, outcome: str) -> ChatNote:
        self.desk.log.info("chat button", who=person.signature, command=command, outcome=outcome)
        return ChatNote(person.signature, pressed.chat_id or 0, f"/{command}", outcome)

    def _allowed(self, user_id: int | None) -> Person | None:
        return None if user_id is None else self.desk.plan.people.get(user_id)

    def _listens_in(self, chat_id: int, *, private: bool) -> bool:
        return private or chat_id in self.desk.plan.groups

    def _knows(self, pressed: Pressed) -> bool:
        """A private chat has its person's own number."""
        chat_id = pressed.chat_id
        return chat_id is None or chat_id == pressed.user_id or chat_id in self.desk.plan.groups

    def _greet_stranger(self, asked: Asked) -> None:
        now_ms = self._now_ms()
        self.strangers.seen(asked, now_ms)
        found = typed(asked.text)
        if not asked.private or found is None or found.command != "start" or asked.user_id is None:
            return
        if self.strangers.may_be_told(asked.user_id, now_ms):
            self.say(asked.chat_id, f"your id is {name(str(asked.user_id))}")

    def _now_ms(self) -> int:
        return self.desk.clock.now_ms()
