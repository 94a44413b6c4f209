"""What an operator may order: asked for, told what it means, confirmed by a word, and journalled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.permission import Level, Permission
from botctl.core.text import printable
from botctl.faces.filters import duration_ms
from botctl.faces.show import at
from botctl.flows.kill import CONSEQUENCE, kill_scope, set_kill
from botctl.flows.observe import observe_quietly
from botctl.flows.pause import pause, pause_scope, resume
from botctl.flows.permit import Watch, look
from botctl.ports.runtime import Log

WHY_CHARS_MAX: Final = 500
FIELDS: Final = ("why", "market", "for", "exits_too")


@dataclass(frozen=True, slots=True)
class Wish:
    """One action as it was asked for; texts as they were typed."""

    action: str
    why: str
    market: str = ""
    length: str = "10m"
    exits_too: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """Told before anything is done: to whom it happens, and what follows."""

    title: str
    scope: str
    consequence: str
    word: str  # to be typed
    harmful: bool


@dataclass(frozen=True, slots=True)
class Done:
    action: str
    scope: str
    who: str
    why: str
    consequence: str
    permission: Permission  # what holds now, other restrictions included


KILLS: Final = {"soft": Level.EXITS_ONLY, "hard": Level.HALT_ALL, "off": Level.ALLOW_ALL}
TITLES: Final = {
    "soft": "Stop entries",
    "hard": "Stop everything",
    "off": "Lift the kill switch",
    "pause": "Pause",
    "resume": "Resume",
}


def wish_of(action: str, form: Mapping[str, str]) -> Wish:
    """Raises ERR_USAGE, ERR_NOT_FOUND."""
    if action not in TITLES:
        raise UsageError(Code.ERR_NOT_FOUND, "there is no such action", action=action)
    why = printable(form.get("why", "").strip())
    if not why or len(why) > WHY_CHARS_MAX:
        say = f"say why, in at most {WHY_CHARS_MAX} characters: others will read it"
        raise UsageError(Code.ERR_USAGE, say)
    length = form.get("for", "").strip() or "10m"
    duration_ms(length)
    exits_too = form.get("exits_too", "") in {"on", "true", "1"}
    return Wish(action, why, form.get("market", "").strip(), length, exits_too)


def meaning(watch: Watch, wish: Wish) -> Meaning:
    """The same words as the command line's. Raises ERR_NOT_FOUND for an unknown market."""
    scope = kill_scope(watch)
    if wish.action in KILLS:
        level = KILLS[wish.action]
        lifts = f"this lifts {scope.level.name}: " if level is Level.ALLOW_ALL else ""
        told = lifts + CONSEQUENCE[level]
        return Meaning(TITLES[wish.action], scope.told(), told, scope.bot, wish.action != "soft")
    market = pause_scope(watch.store, wish.market)
    where = f"market {market}, of {scope.told()}" if market else f"every market of {scope.told()}"
    return Meaning(TITLES[wish.action], where, _pause_means(watch, wish), scope.bot, wish.exits_too)


def carried_out(watch: Watch, log: Log, wish: Wish, who: str) -> Done:
    """Setting what is set already only renews who and why."""
    told = meaning(watch, wish)
    ACTIONS[wish.action](watch, wish, who)
    log.warning("ordered over http", action=wish.action, who=who, why=wish.why, market=wish.market)
    observe_quietly(watch, log)
    may = look(watch).permission
    return Done(wish.action, told.scope, who, wish.why, told.consequence, may)


def _kill(watch: Watch, wish: Wish, who: str) -> None:
    set_kill(watch, KILLS[wish.action], who=who, why=wish.why)


def _pause(watch: Watch, wish: Wish, who: str) -> None:
    level = Level.HALT_ALL if wish.exits_too else Level.EXITS_ONLY
    scope, now_ms = pause_scope(watch.store, wish.market), watch.clock.now_ms()
    length_ms = duration_ms(wish.length)
    pause(watch.store, scope, length_ms, reason=wish.why, who=who, now_ms=now_ms, level=level)


def _resume(watch: Watch, wish: Wish, who: str) -> None:
    scope, now_ms = pause_scope(watch.store, wish.market), watch.clock.now_ms()
    resume(watch.store, scope, reason=wish.why, who=who, now_ms=now_ms)


ACTIONS: Final[Mapping[str, Callable[[Watch, Wish, str], None]]] = {
    "soft": _kill,
    "hard": _kill,
    "off": _kill,
    "pause": _pause,
    "resume": _resume,
}


def _pause_means(watch: Watch, wish: Wish) -> str:
    if wish.action == "resume":
        return "the pause ends now; entries are decided again unless something else restricts them"
    until = at(watch.clock.now_ms() + duration_ms(wish.length))
    what = (
        "nothing is sent, not even exits" if wish.exits_too else "no entry is signed; exits go on"
    )
    return f"until {until} UTC {what}; it ends by itself"
