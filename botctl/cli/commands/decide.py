from collections.abc import Iterator

import typer

from botctl.cli.frame import finish
from botctl.cli.loop import opened_loop
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.cli.permission_text import permission_line
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import GREEN, RED, YELLOW
from botctl.cli.verdicts import refused_by_permission
from botctl.core.reasons import Kind
from botctl.flows.decide import DecideReport, Line, decide

STYLES = {Kind.BUY: GREEN, Kind.SELL: GREEN, Kind.FAIL: RED, Kind.SKIP: YELLOW}
LINES_MAX = 30  # the others are in the ledger


def command(
    ctx: typer.Context,
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Every market gets a ledger row and a bundle, whatever was decided.

    Exit status 3: permission refused entries, and there was nothing else to do.

    Example: botctl decide
    """
    with opened_loop(ctx, "decide") as rt:
        report = decide(rt)
    finish(ctx, report, lines, refused_by_permission(report))


def lines(report: DecideReport) -> Iterator[str]:
    if report.cycle_id is None:
        yield "nothing to decide: `botctl scan` has not stored anything new"
        return
    if report.lines:
        shown = sorted(report.lines, key=_weight)[:LINES_MAX]
        headers = ("market", "decision", "score", "reason", "detail")
        yield from table(headers, [_row(line) for line in shown], right=frozenset({2}))
    if len(report.lines) > LINES_MAX:
        yield f"… {len(report.lines) - LINES_MAX} more: `botctl ledger --cycle {report.cycle_id}`"
    yield (
        f"decided {len(report.lines)} markets in {report.decide_ms} ms, {report.orders} orders;"
        f" {permission_line(report.permission)}"
    )


def _row(line: Line) -> tuple[str | Cell, ...]:
    name = line.symbol or line.pair
    decision = Cell(line.kind, STYLES.get(line.kind, ""))
    return name, decision, str(line.score), line.reason, line.detail


def _weight(line: Line) -> tuple[bool, int]:
    """Trades first, then the best scores."""
    return line.kind not in {Kind.BUY, Kind.SELL}, -line.score
