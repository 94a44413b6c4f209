from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import busy, finish, opened
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.cli.show import short
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import RED, painted
from botctl.flows.compare import accept_native
from botctl.flows.reconcile import ReconcileReport, reconcile

Accept = Annotated[
    str,
    typer.Option(
        "--accept",
        help="Why the native balance differs: the books start from it as it is now, and the halt is"
        " lifted. Tokens are not touched.",
        show_default=False,
    ),
]


def command(
    ctx: typer.Context,
    accept: Accept = "",
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Receipts, confirmations, fills and positions; then the ledger against the chain.

    Exit status 1: ledger and chain differ; nothing moves until that is understood.

    Example: botctl reconcile --json
    Example: botctl reconcile --accept "deposited 0.5 ether"
    """
    with opened(ctx) as rt, rt.only_one("reconcile") as ours:
        if not ours:
            busy(ctx, "reconcile")
        if accept:
            accept_native(rt, accept)
        report = reconcile(rt)
    finish(ctx, report, lines, 1 if report.mismatches else 0)


def lines(report: ReconcileReport) -> Iterator[str]:
    if report.changes:
        headers = ("order", "what", "market", "was", "is", "code", "detail")
        rows = [
            (
                c.order_id,
                f"{c.side} {c.kind}",
                short(c.pair),
                Cell(c.was),
                c.state,
                c.code,
                c.detail,
            )
            for c in report.changes
        ]
        yield from table(headers, rows)
    yield from (
        painted(f"MISMATCH {m.token}: ledger {m.ledger}, chain {m.chain} at {m.block_number}", RED)
        for m in report.mismatches
    )
    yield (
        f"{len(report.changes)} orders moved, {report.still_open} open, at block"
        f" {report.block_number} in {report.reconcile_ms} ms"
    )
