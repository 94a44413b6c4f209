"""The latched switch: it names who and why, survives restarts, and only `kill off` lifts it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, NoReturn

import typer

from botctl.cli.frame import finish, opened, opened_books
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.cli.people import Who, Why, Yes, confirmed, named, required
from botctl.cli.permission_text import permission_line
from botctl.cli.render_flatten import flatten_lines
from botctl.core.errors import BotError
from botctl.core.features import Feature, require_on
from botctl.core.permission import Level
from botctl.flows.flatten import FlattenReport
from botctl.flows.flatten import flatten as sell_all
from botctl.flows.kill import CONSEQUENCE, FLATTENS, KillReport, kill_scope, set_kill
from botctl.flows.permit import Watch
from botctl.ports.runtime import Log
from botctl.wiring.books import watch_of_books

LATER = 75
Flatten = Annotated[bool, typer.Option("--flatten", help="Sell all that is held first.")]


def soft(
    ctx: typer.Context,
    why: Why,
    who: Who = "",
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """No new position is opened until `botctl kill off`; what is held is still sold by its rules.

    Example: botctl kill soft --why "news about the venue"
    """
    _set(ctx, Level.EXITS_ONLY, who, why)


def hard(  # noqa: PLR0913  one an option
    ctx: typer.Context,
    *,
    why: Why,
    who: Who = "",
    flatten: Flatten = False,
    yes: Yes = False,
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Nothing is signed until `botctl kill off`: what is held stays held, at any price.

    --flatten sells it first, whoever bought it, once it is confirmed; every cycle goes on with it until
    the chain shows that nothing is left. Without it, a flatten that was ordered before ends.

    Exit status 75: the switch is set, and selling could not begin: the next cycle does.

    Example: botctl kill hard --why "the key may have leaked"
    Example: botctl kill hard --flatten --why "leaving this venue" --yes
    """
    if flatten:
        _flatten(ctx, who, required(why), yes=yes)
    _set(ctx, Level.HALT_ALL, who, why)


@dataclass(frozen=True, slots=True)
class FlattenedReport:
    """`flatten` None: it could not begin here; `code` says why, the next cycle goes on."""

    switch: KillReport
    flatten: FlattenReport | None
    code: str


def _flatten(ctx: typer.Context, who: str, why: str, *, yes: bool) -> NoReturn:
    """The switch first, whatever the node says; then the selling."""
    with opened_books(ctx) as books:
        watch = watch_of_books(books)
        scope = kill_scope(watch)
        require_on(books.config.policy.off, Feature.FLATTEN)
        confirmed(f"{FLATTENS}: for {scope.told()}", scope.bot, yes=yes)
        switch = set_kill(watch, Level.HALT_ALL, who=named(who), why=why, flatten=True)
        books.log.warning("kill switch set", allows="nothing", flatten=True, why=why)
    report, code = _sold(ctx)
    finish(ctx, FlattenedReport(switch, report, code), _flatten_lines, 0 if report else LATER)


def _sold(ctx: typer.Context) -> tuple[FlattenReport | None, str]:
    try:
        with opened(ctx) as rt, rt.only_one("cycle") as ours:
            return (sell_all(rt), "") if ours else (None, "a cycle is running")
    except BotError as error:
        return None, error.code


def _flatten_lines(report: FlattenedReport) -> Iterator[str]:
    yield from _lines(report.switch)
    if report.flatten is None:
        yield f"nothing is sold yet ({report.code}): the next cycle goes on with it"
    else:
        yield from flatten_lines(report.flatten)


def off(
    ctx: typer.Context,
    why: Why,
    who: Who = "",
    yes: Yes = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Lifts soft and hard alike, once it is confirmed; other restrictions stay.

    It says first whose switch it is and what happens then; on a terminal the bot's name is typed,
    elsewhere --yes must be given.

    Example: botctl kill off --why "checked, false alarm" --yes
    Example: botctl kill reset --why "the same, by its older name" --yes
    """
    reason = required(why)
    with opened_books(ctx) as books:
        watch = watch_of_books(books)
        scope = kill_scope(watch)
        what = f"this lifts {scope.level.name} of {scope.told()}: {CONSEQUENCE[Level.ALLOW_ALL]}"
        confirmed(what, scope.bot, yes=yes)
        report = _switched(watch, books.log, Level.ALLOW_ALL, named(who), reason)
    finish(ctx, report, _lines)


def _set(ctx: typer.Context, level: Level, who: str, why: str) -> None:
    reason = required(why)
    with opened_books(ctx) as books:
        report = _switched(watch_of_books(books), books.log, level, named(who), reason)
    finish(ctx, report, _lines)


def _switched(watch: Watch, log: Log, level: Level, who: str, why: str) -> KillReport:
    report = set_kill(watch, level, who=who, why=why)
    log.warning("kill switch set", allows=level.name, who=who, why=why)
    return report


def _lines(report: KillReport) -> Iterator[str]:
    yield f"kill switch: {report.was.name} -> {report.level.name}, by {report.who}: {report.why}"
    yield f"for: {report.scope.told()}"
    yield f"that means: {report.consequence}"
    yield f"now: {permission_line(report.permission)}"
