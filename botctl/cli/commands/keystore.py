"""The key: made here, encrypted, and never shown."""

from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import config_path, finish
from botctl.cli.options import AsJson, ConfigPath
from botctl.wiring.keys import KeyReport, new_key, shown_key

Import = Annotated[
    bool, typer.Option("--import", help="Read an existing private key (64 hex digits) from stdin.")
]


def new(
    ctx: typer.Context,
    import_: Import = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Written once to wallet.keystore, mode 0600, and never over another.

    The passphrase comes from where wallet.passphrase_from says, or is asked for at a terminal.

    Example: botctl keystore new
    Example: botctl keystore new --import < key.hex
    """
    finish(ctx, new_key(config_path(ctx), imported=import_), _lines)


def show(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """The address the file names, unopened, and whether it is the configured wallet.

    Example: botctl keystore show --json
    """
    report = shown_key(config_path(ctx))
    finish(ctx, report, _lines, 0 if report.matches else 1)


def _lines(report: KeyReport) -> Iterator[str]:
    yield f"{report.path}: {report.address or 'names no address'}"
    if not report.matches:
        yield f'the settings say {report.configured}: set wallet.address = "{report.address or ""}"'
