from collections.abc import Iterator

import typer

from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.permission_text import permission_line
from botctl.cli.render_positions import position_table
from botctl.cli.show import age, ether
from botctl.cli.tables import Cell, pairs, table
from botctl.cli.terminal import GREEN, RED, YELLOW, bold
from botctl.core.health import HealthState
from botctl.core.permission import Level
from botctl.flows.status import StatusReport
from botctl.wiring.books import bot_status

STYLES = {
    HealthState.HEALTHY: GREEN,
    HealthState.DEGRADED: YELLOW,
    HealthState.EXITS_ONLY: YELLOW,
    HealthState.HALTED: RED,
}


def command(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """From the database alone, so that it answers in any outage.

    Example: botctl status
    """
    with opened_books(ctx) as books:
        report = bot_status(books)
    finish(ctx, report, _lines)


def _lines(report: StatusReport) -> Iterator[str]:
    allowed = report.permission.level is Level.ALLOW_ALL
    yield from pairs(
        [
            ("bot", f"{report.bot} ({report.mode})"),
            ("health", Cell(report.health.state, STYLES[report.health.state])),
            ("permission", Cell(permission_line(report.permission), GREEN if allowed else RED)),
            ("last cycle", _cycle(report)),
            ("open orders", str(report.open_orders)),
            ("realised today", f"{ether(report.realised_today_wei, signed=True)} ether"),
            ("database", report.location),
        ]
    )
    yield from (f"  {f.state}: {f.name} ({f.evidence})" for f in report.health.findings)
    if report.positions:
        yield bold("\nPositions")
        yield from position_table(report.positions)
    if report.reasons:
        yield bold("\nDecisions of the last hour")
        rows = [(str(count), kind, reason) for kind, reason, count in report.reasons]
        yield from table(("times", "decision", "reason"), rows, right=frozenset({0}))


def _cycle(report: StatusReport) -> str:
    if report.cycle is None:
        return "none yet: `botctl cycle`"
    return (
        f"{age(report.cycle_age_ms)} ago, {report.cycle.markets} markets"
        f" at block {report.cycle.block_number}"
    )
