from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import finish
from botctl.cli.loop import opened_loop
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.cli.show import ether, short
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import RED, painted
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.flows.compare import CorrectReport, correct
from botctl.flows.reconcile import ReconcileReport, reconcile

Correct = Annotated[
    bool,
    typer.Option(
        "--correct",
        help="Propose entries that make the ledger equal to the chain; with --yes, book.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Book what --correct proposes.")]
Why = Annotated[
    str,
    typer.Option("--why", help="What happened, kept in the journal with every booked entry."),
]


def command(  # noqa: PLR0913, PLR0917  one option a question
    ctx: typer.Context,
    correct_: Correct = False,
    yes: Yes = False,
    why: Why = "",
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Receipts, confirmations, fills and positions; then the ledger against the chain.

    Exit status 1: ledger and chain differ; nothing moves until that is understood.

    Example: botctl reconcile --json
    Example: botctl reconcile --correct
    Example: botctl reconcile --correct --yes --why "withdrew 0.5 ether"
    """
    if yes and not why.strip():
        raise UsageError(Code.ERR_USAGE, "--yes books entries: say what happened with --why")
    with opened_loop(ctx, "reconcile") as rt:
        if correct_:
            corrected = correct(rt, why=why, apply=yes)
            finish(ctx, corrected, correction_lines)
        report = reconcile(rt)
    finish(ctx, report, lines, 1 if report.mismatches else 0)


def correction_lines(report: CorrectReport) -> Iterator[str]:
    if not report.corrections:
        yield "ledger and chain agree: there is nothing to correct"
        return
    rows = [
        (c.id[:16], c.token, str(c.ledger), str(c.chain), f"{c.chain - c.ledger:+}")
        for c in report.corrections
    ]
    yield from table(("entry", "token", "ledger", "chain", "booked"), rows)
    if report.applied is None:
        yield 'a dry run: `botctl reconcile --correct --yes --why "..."` books them'
    else:
        yield f"{report.applied} entries booked, and the halt is lifted"


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
    if report.tended:
        done = [(t.order_id, str(t.nonce), t.act, t.code, t.why) for t in report.tended]
        yield from table(("order", "nonce", "done", "answer", "why"), done)
    yield from (
        painted(f"WRITTEN OFF {pair}: it cannot be sold", RED) for pair in report.written_off
    )
    yield from (
        painted(f"MISMATCH {m.token}: ledger {m.ledger}, chain {m.chain} at {m.block_number}", RED)
        for m in report.mismatches
    )
    if report.received_wei:
        yield f"{ether(report.received_wei)} ether came from outside, and are in the books"
    yield (
        f"{len(report.changes)} orders moved, {report.still_open} open, at block"
        f" {report.block_number} in {report.reconcile_ms} ms"
    )
