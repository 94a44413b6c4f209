"""The commands in one table: what each shows, or what it would do to the switch."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from botctl.chat import render
from botctl.chat.markup import fitted, name, sentence
from botctl.core.errors import BotError, UsageError
from botctl.core.operators import Person, Role
from botctl.core.permission import Level
from botctl.flows.explain import explain
from botctl.flows.status import without_store
from botctl.flows.worth import holdings, worth
from botctl.wiring.books import bot_health, bot_status, watch_of_books
from botctl.wiring.setup import Books, codec, wall_clock

Show = Callable[[Books, str], Iterable[str]]  # lines of HTML for the words after the command


@dataclass(frozen=True, slots=True)
class Read:
    """`card`: the message goes on refreshing. `instead`: what it shows while the store is away."""

    help: str
    show: Show
    card: bool = False
    instead: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """Sets the switch to `level`, once it is confirmed; for operators."""

    help: str
    level: Level


@dataclass(frozen=True, slots=True)
class Typed:
    """`words`: what follows the command. `to`: the bot that is addressed, "" for any."""

    command: str
    words: str
    to: str


def _status(books: Books, _: str) -> Iterable[str]:
    return render.status_lines(bot_status(books))


def _health(books: Books, _: str) -> Iterable[str]:
    return render.health_lines(bot_health(books))


def _positions(books: Books, _: str) -> Iterable[str]:
    held = books.store.positions(books.config.bot.name, only_open=True)
    return render.position_lines(holdings(books.store, held))


def _pnl(books: Books, _: str) -> Iterable[str]:
    return render.pnl_lines(worth(watch_of_books(books)))


def _why(books: Books, words: str) -> Iterable[str]:
    if not words:
        return ["which market? /why SYMBOL, or /why and the pair's address"]
    try:
        return render.why_lines(explain(books.store, codec(), words))
    except UsageError as error:
        return [f"{name(words)}: {sentence(error.say)}"]


READS: Final[Mapping[str, Read]] = {
    "status": Read("the bot in one message, kept fresh", _status, card=True, instead=True),
    "health": Read("what is wrong, and what it rests on", _health, instead=True),
    "positions": Read("what is held and worth, kept fresh", _positions, card=True),
    "pnl": Read("profit and loss", _pnl),
    "why": Read("why a market was or was not traded: /why SYMBOL", _why),
}
DEEDS: Final[Mapping[str, Deed]] = {
    "halt": Deed("stop everything, exits too", Level.HALT_ALL),
    "exits_only": Deed("stop entries; exits go on", Level.EXITS_ONLY),
    "resume": Deed("lift the switch", Level.ALLOW_ALL),
}


def typed(text: str) -> Typed | None:
    """None: no command."""
    first, _, words = text.strip().partition(" ")
    if not first.startswith("/"):
        return None
    command, _, to = first[1:].partition("@")
    return Typed(command.lower(), words.strip(), to)


def help_text(person: Person) -> str:
    lines = [f"/{command} - {sentence(read.help)}" for command, read in READS.items()]
    if person.role is Role.OPERATOR:
        lines += [
            f"/{command} REASON - {sentence(deed.help)}; asks first"
            for command, deed in DEEDS.items()
        ]
    return fitted([f"You are {sentence(person.name)}, {person.role}.", *lines])


def without_books(read: Read, error: BotError) -> Iterable[str]:
    """The database cannot be asked: health says what follows from that, the rest only why."""
    if read.instead:
        return render.health_lines(without_store(error, wall_clock().now_ms()))
    return render.trouble_lines(error)
