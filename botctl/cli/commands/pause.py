"""Entries rest for a while, everywhere or in one market; it ends by itself, or with `resume`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import typer

from botctl.cli.completion import markets
from botctl.cli.filters import duration_ms
from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.people import Who, Why, named, required
from botctl.cli.permission_text import permission_line
from botctl.cli.show import at
from botctl.core.permission import Level, Permission
from botctl.flows.pause import pause, pause_scope, resume
from botctl.flows.permit import look
from botctl.wiring.books import watch_of_books

Where = Annotated[
    str,
    typer.Argument(
        help="Pair address or token symbol; left out: everything.", autocompletion=markets
    ),
]
For = Annotated[str, typer.Option("--for", help='How long: "10m", "2h", "1d".')]
All = Annotated[bool, typer.Option("--exits-too", help="Nothing is sold either.")]


@dataclass(frozen=True, slots=True)
class PauseReport:
    """`scope`: a pair, or "" for everything; `until_ms` None: it was lifted."""

    scope: str
    until_ms: int | None
    who: str
    why: str
    permission: Permission


def command(  # noqa: PLR0913  one an option
    ctx: typer.Context,
    *,
    why: Why,
    market: Where = "",
    length: For = "10m",
    exits_too: All = False,
    who: Who = "",
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """No entry until the time is over; what is held is still sold, unless --exits-too.

    Example: botctl pause PEPE --for 10m --why "odd volume"
    """
    reason, for_ms = required(why), duration_ms(length)
    level = Level.HALT_ALL if exits_too else Level.EXITS_ONLY
    with opened_books(ctx) as books:
        scope = pause_scope(books.store, market)
        now_ms = books.clock.now_ms()
        made = pause(
            books.store, scope, for_ms, reason=reason, who=named(who), now_ms=now_ms, level=level
        )
        books.log.warning("paused", pair_id=scope, until_ms=made.until_ms, who=made.who, why=reason)
        may = look(watch_of_books(books)).permission
    finish(ctx, PauseReport(scope, made.until_ms, made.who, reason, may), _lines)


def lifted(
    ctx: typer.Context,
    why: Why,
    market: Where = "",
    who: Who = "",
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Ends a pause before its time, the one that botctl made by itself included.

    Example: botctl resume PEPE --why "looked into it"
    """
    reason = required(why)
    with opened_books(ctx) as books:
        scope = pause_scope(books.store, market)
        made = resume(
            books.store, scope, reason=reason, who=named(who), now_ms=books.clock.now_ms()
        )
        books.log.warning("resumed", pair_id=scope, who=made.who, why=reason)
        may = look(watch_of_books(books)).permission
    finish(ctx, PauseReport(scope, None, made.who, reason, may), _lines)


def _lines(report: PauseReport) -> Iterator[str]:
    what = report.scope or "everything"
    if report.until_ms is None:
        yield f"no longer paused: {what}, by {report.who}: {report.why}"
    else:
        yield f"paused until {at(report.until_ms)} UTC: {what}, by {report.who}: {report.why}"
    yield f"the bot as a whole: {permission_line(report.permission)}"
