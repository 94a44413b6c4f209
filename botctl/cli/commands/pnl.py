from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.show import MS, at, ether, short
from botctl.cli.sparkline import sparkline
from botctl.cli.tables import Cell, Row, table
from botctl.cli.terminal import BOLD, GREEN, RED, bold, painted
from botctl.core.equity import Sum
from botctl.flows.pnl import PnlReport, pnl

Days = Annotated[int, typer.Option("--days", min=1, max=3_660, help="How many, today included.")]
MADE = ("realised", "gas", "won", "lost")
NUMBERS = frozenset({1, 2, 3, 4})


def command(
    ctx: typer.Context,
    days: Days = 7,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Profit and loss net of gas, by day (UTC) and by market; amounts in ether.

    Realised: as booked from receipts. Unrealised: what the newest decision of a held market said
    that its sale would bring, less its cost.

    Example: botctl pnl --days 30
    """
    with opened_books(ctx) as books:
        report = pnl(books.store, books.config.bot.name, books.clock.now_ms(), days)
    finish(ctx, report, _lines)


def _lines(report: PnlReport) -> Iterator[str]:
    yield f"{painted(ether(report.total.realised_wei, signed=True), BOLD)} ether realised" + _rest(
        report
    )
    if report.curve:
        line = sparkline([0, *(point.total_wei for point in report.curve)])
        yield f"equity  {line}  {_fall(report)}"
    yield ""
    yield from table(
        ("day", *MADE), [(_day(d.day_ms), *_made(d.made)) for d in report.days], right=NUMBERS
    )
    if report.markets:
        rows: list[Row] = [
            (m.symbol or short(m.pair) or "no market", *_made(m.made)) for m in report.markets
        ]
        yield bold("\nMarkets")
        yield from table(("market", *MADE), rows, right=NUMBERS)
    if report.held:
        yield bold("\nHeld")
        yield from table(
            ("market", "cost", "value", "unrealised", "valued at"),
            _held(report),
            right=frozenset({1, 2, 3}),
        )


def _rest(report: PnlReport) -> str:
    unvalued = f" ({report.unvalued} of unknown value)" if report.unvalued else ""
    return (
        f", {ether(report.unrealised_wei, signed=True)} unrealised{unvalued},"
        f" gas {ether(report.total.gas_wei)}, since {_day(report.since_ms)}"
    )


def _fall(report: PnlReport) -> str:
    fall = report.drawdown
    if not fall.wei:
        return "no drawdown"
    return f"deepest fall {ether(fall.wei)}, {at(fall.from_ms)} to {at(fall.to_ms)}"


def _made(made: Sum) -> tuple[str | Cell, ...]:
    style = RED if made.realised_wei < 0 else GREEN if made.realised_wei else ""
    return (
        Cell(ether(made.realised_wei, signed=True), style),
        ether(made.gas_wei),
        str(made.wins),
        str(made.losses),
    )


def _held(report: PnlReport) -> list[Row]:
    return [
        (
            each.symbol or short(each.pair),
            ether(each.cost_wei),
            ether(each.value_wei),
            ether(each.unrealised_wei, signed=True),
            at(each.valued_ms),
        )
        for each in report.held
    ]


def _day(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms // MS, UTC):%Y-%m-%d}"
