from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.permission_text import permission_line
from botctl.cli.render_health import STYLES, finding_lines, health_lines, instead_of_store
from botctl.cli.render_positions import position_table
from botctl.cli.show import age, ether
from botctl.cli.tables import Cell, pairs, table
from botctl.cli.terminal import GREEN, RED, bold, painted
from botctl.core.errors import BotError
from botctl.core.permission import Level
from botctl.flows.status import StatusReport
from botctl.wiring.books import bot_status


def command(
    ctx: typer.Context,
    line: Annotated[bool, typer.Option("--line", help="The status line alone.")] = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """From the database alone, so that it answers in any outage; its first line tells it all.

    Exit status 1: the database cannot be asked, and nothing is entered.

    Example: botctl status --line
    """
    try:
        with opened_books(ctx) as books:
            report = bot_status(books)
    except BotError as error:
        finish(ctx, instead_of_store(error), health_lines, 1)
    finish(ctx, report, status_lines if line else _lines)


def status_lines(report: StatusReport) -> Iterator[str]:
    """The one line that tells a person passing by whether all is well."""
    parts = [
        painted(report.health.state, STYLES[report.health.state]),
        permission_line(report.permission),
        f"cycle {_cycle(report)}",
        f"p95 {report.cycle_p95_ms} ms" if report.cycle_p95_ms is not None else "",
        f"{report.open_orders} open orders",
        f"{len(report.positions)} positions",
        ", ".join(finding.code for finding in report.health.findings),
    ]
    yield " | ".join(part for part in parts if part)


def _lines(report: StatusReport) -> Iterator[str]:
    yield from status_lines(report)
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
    yield from finding_lines(report.health.findings)
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
