from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from botctl.cli.commands.decide import STYLES
from botctl.cli.filters import wanted
from botctl.cli.frame import finish, opened_books
from botctl.cli.options import (
    AsJson,
    ConfigPath,
    CycleId,
    Kinds,
    Limit,
    Market,
    Reasons,
    Since,
    Until,
)
from botctl.cli.show import at, short
from botctl.cli.sparkline import per_cycle
from botctl.cli.tables import Cell, table
from botctl.core.reasons import Kind
from botctl.faces.reports import LedgerReport
from botctl.ports.store import LedgerRow
from botctl.wiring.exports import export

To = Annotated[
    Path | None,
    typer.Option(
        "--to", help="Write all matching rows to FILE.csv or FILE.parquet.", show_default=False
    ),
]


@dataclass(frozen=True, slots=True)
class ExportReport:
    path: str
    rows: int


def command(  # noqa: PLR0913, PLR0917  one option a column that can be filtered
    ctx: typer.Context,
    market: Market = "",
    kind: Kinds = None,
    reason: Reasons = None,
    cycle: CycleId = "",
    since: Since = "",
    until: Until = "",
    limit: Limit = 50,
    to: To = None,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """One row for every market in every cycle: the ones not traded have their reason too.

    Example: botctl ledger --kind BUY --kind SELL --since 24h
    Example: botctl ledger --reason INV_SELLABLE --to traps.parquet
    """
    with opened_books(ctx) as books:
        now_ms = books.clock.now_ms()
        asked = wanted(
            market, kind, reason, cycle=cycle, since=since, until=until, now_ms=now_ms,
            limit=None if to else limit,
        )  # fmt: skip
        rows = books.store.rows(asked)
        if to is None:
            finish(ctx, LedgerReport(tuple(rows)), _lines)
        report = ExportReport(str(to), export(rows, to))
    finish(ctx, report, lambda done: [f"wrote {done.rows} rows to {done.path}"])


def _lines(report: LedgerReport) -> Iterator[str]:
    if not report.rows:
        yield "no decision matches: `botctl cycle` makes some"
        return
    headers = ("time", "market", "decision", "score", "reason", "detail")
    yield from table(headers, [_row(row) for row in report.rows], right=frozenset({3}))
    yield from per_cycle(report.rows)


def _row(row: LedgerRow) -> tuple[str | Cell, ...]:
    return (
        at(row.at_ms),
        row.symbol or short(row.pair),
        Cell(row.kind, STYLES.get(Kind(row.kind), "")),
        str(row.score),
        row.reason,
        row.detail,
    )
