"""The key: made here, encrypted, and never shown."""

from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import config_path, finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.show import at
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import RED
from botctl.flows.key_ages import KeyAgesReport, key_ages
from botctl.wiring import open_books
from botctl.wiring.key_ages import keys_of
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


def age(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Since when the key and each API secret of the settings are the same, and which are due.

    The timetable asks once a day. Exit status 1: one is older than keys.age_max_days.

    Example: botctl keystore age
    """
    with opened_settings(ctx) as setup, open_books(setup.config) as store:
        config_, clock = setup.config, setup.books(store).clock
        days_max = config_.keys.age_max_days
        report = key_ages(store, keys_of(config_), clock.now_ms(), days_max)
    finish(ctx, report, _aged, 1 if any(key.old for key in report.keys) else 0)


def _aged(report: KeyAgesReport) -> Iterator[str]:
    if not report.keys:
        yield "no key and no secret is configured"
        return
    rows = [
        (key.name, at(key.since_ms)[:10], str(key.age_days), Cell("due" if key.old else "", RED))
        for key in report.keys
    ]
    yield from table(("key", "since", "days", ""), rows)
    yield f"due after {report.days_max} days (keys.age_max_days)"


def _lines(report: KeyReport) -> Iterator[str]:
    yield f"{report.path}: {report.address or 'names no address'}"
    if not report.matches:
        yield f'the settings say {report.configured}: set wallet.address = "{report.address or ""}"'
