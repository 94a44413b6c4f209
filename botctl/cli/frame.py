"""What every command does around its one flow: open what it needs, print one report, exit."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import typer

from botctl.cli.document import document
from botctl.cli.errors import UNEXPECTED, places
from botctl.cli.output import say
from botctl.core.errors import BotError
from botctl.flows.observe import observe_quietly, observed
from botctl.flows.permit import watch_of
from botctl.ports.runtime import Log, Runtime
from botctl.wiring import open_books, open_runtime
from botctl.wiring.books import watch_of_books
from botctl.wiring.setup import Books, Setup, set_up

T = TypeVar("T")


@contextmanager
def opened(ctx: typer.Context) -> Iterator[Runtime]:
    """Everything a flow may use; a mistake of ours is logged with its place before it ends us."""
    with opened_with_setup(ctx) as (_, rt):
        yield rt


@contextmanager
def opened_with_setup(ctx: typer.Context) -> Iterator[tuple[Setup, Runtime]]:
    """The same for who also reads the timetable."""
    setup = _set_up(ctx)
    setup.require_live_allowed(switch=bool(ctx.params.get("live")))
    with (
        open_runtime(setup.config, setup.env, setup.log) as rt,
        _mistakes_logged(setup.log),
        observed(watch_of(rt), setup.log, _name(ctx), rt.trace),
    ):
        yield setup, rt


@contextmanager
def opened_books(ctx: typer.Context) -> Iterator[Books]:
    """The database alone: for commands that must answer while the node does not."""
    setup = _set_up(ctx)
    with open_books(setup.config) as store, _mistakes_logged(setup.log):
        books = setup.books(store)
        yield books
        observe_quietly(watch_of_books(books), setup.log)


@contextmanager
def opened_settings(ctx: typer.Context) -> Iterator[Setup]:
    """The settings alone: for commands that care for a database too old, broken or missing to open."""
    setup = _set_up(ctx)
    with _mistakes_logged(setup.log):
        yield setup


def finish(
    ctx: typer.Context, report: T, lines: Callable[[T], Iterable[str]], exit_code: int = 0
) -> NoReturn:
    """Print the report, as a document with --json and as lines without, and end the command."""
    say(document(report) if ctx.params.get("json") else "\n".join(lines(report)))
    raise typer.Exit(exit_code)


def busy(ctx: typer.Context, command: str) -> NoReturn:
    """Another run has the lock: said, and no failure."""
    report = {"busy": True, "command": command}
    finish(ctx, report, lambda _: [f"another `botctl {command}` is running; this one did nothing"])


def _name(ctx: typer.Context) -> str:
    return ctx.command_path.removeprefix("botctl ")


def config_path(ctx: typer.Context) -> Path | None:
    given = ctx.params.get("config")
    return None if given is None else Path(str(given))


def _set_up(ctx: typer.Context) -> Setup:
    if not gc.isenabled():  # `main` held it back while importing
        gc.freeze()  # imports are for ever: no collection need walk them again
        gc.enable()
    return set_up(config_path(ctx))


@contextmanager
def _mistakes_logged(log: Log) -> Iterator[None]:
    try:
        yield
    except (BotError, typer.Exit):
        raise
    except Exception as error:
        log.error(  # noqa: TRY400  ours has no traceback to give: it could hold secrets
            "unexpected error", code=UNEXPECTED, type=type(error).__name__, where=places(error)
        )
        raise
