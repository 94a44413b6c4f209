"""The latched switch: it names who and why, survives restarts, and only `reset` lifts it."""

from collections.abc import Iterator
from getpass import getuser
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.permission_text import permission_line
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.permission import Level
from botctl.flows.kill import KillReport, set_kill

Why = Annotated[str, typer.Option("--why", help="The reason, kept in every later record.")]
Who = Annotated[
    str, typer.Option("--who", help="Your name; default: the system user.", show_default=False)
]


def soft(
    ctx: typer.Context,
    why: Why,
    who: Who = "",
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """No new position is opened until `botctl kill reset`; what is held is still sold by its rules.

    Example: botctl kill soft --why "news about the venue"
    """
    _switch(ctx, Level.EXITS_ONLY, who, why)


def hard(
    ctx: typer.Context,
    why: Why,
    who: Who = "",
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Nothing is signed until `botctl kill reset`: what is held stays held, at any price.

    Example: botctl kill hard --why "the key may have leaked"
    """
    _switch(ctx, Level.HALT_ALL, who, why)


def reset(
    ctx: typer.Context,
    why: Why,
    who: Who = "",
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Lifts soft and hard alike; other restrictions stay.

    Example: botctl kill reset --why "checked, false alarm"
    """
    _switch(ctx, Level.ALLOW_ALL, who, why)


def _switch(ctx: typer.Context, level: Level, who: str, why: str) -> None:
    if not why.strip():
        raise UsageError(Code.ERR_USAGE, "--why must say something: others will read it")
    with opened_books(ctx) as books:
        now_ms = books.clock.now_ms()
        report = set_kill(books.store, level, who=who or getuser(), why=why, now_ms=now_ms)
        books.log.warning("kill switch set", allows=level.name, who=report.who, why=why)
    finish(ctx, report, _lines)


def _lines(report: KillReport) -> Iterator[str]:
    yield f"kill switch: {report.was.name} -> {report.level.name}, by {report.who}: {report.why}"
    yield f"now: {permission_line(report.permission)}"
