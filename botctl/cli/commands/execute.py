from collections.abc import Iterator

import typer

from botctl.cli.frame import finish
from botctl.cli.loop import opened_loop
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.cli.show import short
from botctl.cli.tables import table
from botctl.flows.execute import ExecuteReport, execute


def command(
    ctx: typer.Context,
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Everything is checked again just before signing; nothing waits for a block.

    Example: botctl execute
    """
    with opened_loop(ctx, "execute") as rt:
        report = execute(rt)
    finish(ctx, report, lines)


def lines(report: ExecuteReport) -> Iterator[str]:
    if report.outcomes:
        headers = ("order", "what", "market", "state", "code", "detail")
        rows = [
            (o.order_id, f"{o.side} {o.kind}", short(o.pair), o.state, o.code, o.detail)
            for o in report.outcomes
        ]
        yield from table(headers, rows)
    if report.locked:
        yield "another process signs for this wallet: what is left is for the next run"
    yield f"sent {report.sent}, refused {report.refused} in {report.execute_ms} ms"
