from collections.abc import Iterator
from typing import Final

import typer

from botctl.cli.frame import busy, finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.flows.telemetry.keep import TelemetryReport, telemetry
from botctl.wiring.telemetry_desk import opened_telemetry

LATER: Final = 75  # as a TransientError: the next run sends it


def command(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Keeps sums, sends spans (and metrics) to the collector, removes spans that are old.

    Exit status 75: the collector did not take all of them; nothing is lost, the next run tries again.

    Example: botctl telemetry --json
    """
    with opened_settings(ctx) as setup, opened_telemetry(setup) as desk:
        if desk is None:
            busy(ctx, "telemetry")
        report = telemetry(desk)
    finish(ctx, report, _lines, LATER if report.unsent else 0)


def _lines(report: TelemetryReport) -> Iterator[str]:
    yield f"{report.folded} rows counted, {report.sent} spans sent, {report.pruned} removed"
    if report.unsent:
        yield f"not sent: {report.unsent}"
