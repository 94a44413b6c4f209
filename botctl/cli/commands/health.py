from collections.abc import Iterator
from dataclasses import dataclass

import typer

from botctl.cli.commands.status import STYLES
from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.permission_text import permission_line
from botctl.cli.terminal import painted
from botctl.core.health import Finding, HealthState
from botctl.core.permission import Permission
from botctl.wiring.books import bot_status


@dataclass(frozen=True, slots=True)
class HealthReport:
    state: HealthState
    findings: tuple[Finding, ...]
    permission: Permission
    cycle_age_ms: int | None


def command(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """For monitors: exit status 0 when healthy, 1 otherwise.

    Example: botctl health --json
    """
    with opened_books(ctx) as books:
        seen = bot_status(books)
    report = HealthReport(
        seen.health.state, seen.health.findings, seen.permission, seen.cycle_age_ms
    )
    finish(ctx, report, _lines, 0 if report.state is HealthState.HEALTHY else 1)


def _lines(report: HealthReport) -> Iterator[str]:
    state = painted(report.state, STYLES[report.state])
    yield f"{state}, {permission_line(report.permission)}"
    yield from (f"  {f.state}: {f.name} ({f.evidence})" for f in report.findings)
