"""What each day brought."""

from collections.abc import Iterator
from dataclasses import dataclass

import typer

from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath, Limit
from botctl.cli.show import at, ether
from botctl.cli.tables import table
from botctl.flows.days import close_days
from botctl.ports.service import DayRow

HEADERS = ("day", "realised", "gas", "fills", "closed", "won", "held", "equity")


@dataclass(frozen=True, slots=True)
class DaysReport:
    """Newest first; amounts in wei, net of gas."""

    days: tuple[DayRow, ...]


def command(
    ctx: typer.Context,
    limit: Limit = 14,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Closed UTC days, as they were when they ended; amounts in ether.

    Example: botctl days
    """
    with opened_books(ctx) as books:
        report = DaysReport(books.store.days(limit))
    finish(ctx, report, _lines)


def close(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """The timetable does it at 00:00 UTC. Closing twice changes nothing.

    Example: botctl days close
    """
    with opened_books(ctx) as books:
        closed = close_days(books.store, books.config.bot.name, books.clock.now_ms())
    finish(ctx, DaysReport(closed[::-1]), _closed)


def _lines(report: DaysReport) -> Iterator[str]:
    if not report.days:
        yield "no day is closed yet: the timetable does it at 00:00 UTC"
        return
    yield from table(HEADERS, [_row(day) for day in report.days])


def _closed(report: DaysReport) -> Iterator[str]:
    yield "every day that is over is closed already" if not report.days else "closed:"
    if report.days:
        yield from table(HEADERS, [_row(day) for day in report.days])


def _row(day: DayRow) -> tuple[str, ...]:
    return (
        at(day.day_ms)[:10],
        ether(day.realised_wei, signed=True),
        ether(day.gas_wei),
        str(day.fills),
        str(day.closed),
        str(day.won),
        str(day.held),
        ether(day.equity_wei),
    )
