from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_books, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.render_health import health_lines, instead_of_store
from botctl.cli.watching import watched
from botctl.core.errors import BotError
from botctl.core.health import HealthState
from botctl.flows.status import HealthReport
from botctl.wiring.books import bot_health

Watch = Annotated[bool, typer.Option("--watch", help="Look again and again, until Ctrl-C.")]


def command(
    ctx: typer.Context,
    watch: Watch = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """For monitors: exit status 0 when healthy, 1 otherwise, also when the database is gone.

    --watch looks every health.watch_s seconds and ends with 0 on Ctrl-C.

    Example: botctl health --json
    """
    if watch:
        watched(ctx, lambda: _report(ctx), health_lines, _every_ms(ctx))
    report = _report(ctx)
    finish(ctx, report, health_lines, 0 if report.state is HealthState.HEALTHY else 1)


def _report(ctx: typer.Context) -> HealthReport:
    """Opened anew for each look: the database may have come back meanwhile."""
    try:
        with opened_books(ctx) as books:
            return bot_health(books)
    except BotError as error:
        return instead_of_store(error)


def _every_ms(ctx: typer.Context) -> int:
    with opened_settings(ctx) as setup:
        return setup.config.watch_plan.health.watch_ms
