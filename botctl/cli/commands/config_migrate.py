from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import config_path, finish
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.terminal import GREEN, RED, painted
from botctl.wiring.settings_file import Migration, migrate

Write = Annotated[bool, typer.Option("--write", help="Do it: the old file is kept beside it.")]


def command(
    ctx: typer.Context,
    write: Write = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Shows what would change; comments stay, and the new file is proven to mean the same.

    An old file goes on working without it: each start names what is called otherwise now.

    Example: botctl config migrate
    Example: botctl config migrate --write
    """
    finish(ctx, migrate(config_path(ctx), write=write), _lines)


def _lines(report: Migration) -> Iterator[str]:
    if report.was == report.now:
        yield f"{report.path} is of version {report.now} already"
        return
    yield from report.changes
    for line in report.diff:
        yield painted(line, {"+": GREEN, "-": RED}.get(line[:1], ""))
    if report.backup:
        yield f"version {report.was} -> {report.now}; the old file: {report.backup}"
    else:
        yield f"version {report.was} -> {report.now} with --write; nothing was written"
