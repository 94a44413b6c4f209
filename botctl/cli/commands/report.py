"""Reports that are kept or sent on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from botctl.cli.commands.pnl import Days
from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.progress import working
from botctl.cli.render_report import html as rendered
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.flows.look_back import look_back
from botctl.wiring.books import release_of
from botctl.wiring.written import write_new

File = Annotated[Path, typer.Argument(help="Where to write it.", metavar="FILE")]
Html = Annotated[
    Path | None,
    typer.Option("--html", help="Write the report of `report html` to FILE.", show_default=False),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


@dataclass(frozen=True, slots=True)
class WrittenReport:
    path: str
    bytes: int
    trades: int


def command(
    ctx: typer.Context,
    html_: Html = None,
    days: Days = 30,
    force: Force = False,
    config: ConfigPath = None,
    json: AsJson = False,
) -> None:
    """What was done in the last days, to look at later: `report html FILE`, or --html FILE.

    Example: botctl report --html report.html --force
    """
    if html_ is None:
        raise UsageError(Code.ERR_USAGE, "say where to write it: --html FILE")
    html(ctx, html_, days, force, config, json)


def html(
    ctx: typer.Context,
    file: File,
    days: Days = 30,
    force: Force = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """One file with everything in it: equity, drawdown, latency, reasons and trades as charts.

    It needs no network, follows light and dark, and holds no secret.

    Example: botctl report html report.html --days 7 --force
    """
    with opened_books(ctx) as books:
        now_ms = books.clock.now_ms()
        with working(f"looking back {days} days"):
            seen = look_back(books.store, books.config.bot.name, now_ms, days)
            text = rendered(seen, release_of(books.config).build_sha)
    size = write_new(file, text, force=force)
    report = WrittenReport(str(file), size, len(seen.trades))
    finish(ctx, report, lambda done: [f"wrote {done.trades} trades of {days} days to {done.path}"])
