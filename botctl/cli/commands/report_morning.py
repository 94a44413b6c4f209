from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.core.morning import lines
from botctl.flows.morning import morning, send_morning
from botctl.wiring.alerts import opened_desk
from botctl.wiring.backups import kept_ms

Send = Annotated[bool, typer.Option("--send", help="Also to every channel, once a day each.")]


def command(
    ctx: typer.Context,
    send: Send = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Uptime, restarts, profit and loss, positions, what was done, backups, and how it stands now.

    The timetable sends it at 08:00 UTC (schedule.report_cron).

    Example: botctl report morning
    Example: botctl report morning --send --json
    """
    with opened_settings(ctx) as setup, opened_desk(setup) as (desk, watch):
        report = morning(watch, mode=setup.config.bot.mode, backups_ms=kept_ms(setup.config))
        if send:
            send_morning(desk, report)
    finish(ctx, report, lines)
