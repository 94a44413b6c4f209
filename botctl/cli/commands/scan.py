from collections.abc import Iterator

import typer

from botctl.cli.frame import finish
from botctl.cli.loop import opened_loop
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.flows.scan import ScanReport, scan


def command(
    ctx: typer.Context,
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Reads pairs and swaps since the last scan, then every market at one pinned block.

    Example: botctl scan
    """
    with opened_loop(ctx, "scan") as rt:
        report = scan(rt)
    finish(ctx, report, lines)


def lines(report: ScanReport) -> Iterator[str]:
    found = report.found
    yield (
        f"scanned {report.markets} markets at block {report.block_number} in {report.scan_ms} ms,"
        f" {report.round_trips} round trips; {found.new_markets} new, {found.swaps} swaps"
    )
    if report.cycle_id is None:
        yield "this block was scanned before: nothing new is stored"
    if found.rolled_back_to is not None:
        yield f"a reorg was rolled back to block {found.rolled_back_to}"
    yield from (f"finding: {code}" for code in report.findings)
