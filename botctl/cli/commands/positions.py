from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.show import at, ether, short
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import GREEN, RED
from botctl.ports.store import Closed

All = Annotated[bool, typer.Option("--all", help="Closed positions too.")]
NUMBERS = frozenset({2, 3, 4, 5})


@dataclass(frozen=True, slots=True)
class PositionsReport:
    """Sums over the positions shown, gas included."""

    positions: tuple[Closed, ...]
    cost_wei: int
    realised_wei: int
    gas_wei: int


def command(
    ctx: typer.Context,
    all_: All = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Costs and profits are net of gas, as booked from receipts; amounts in ether.

    Example: botctl positions --all
    """
    with opened_books(ctx) as books:
        found = books.store.positions(books.config.bot.name, only_open=not all_)
    report = PositionsReport(
        found,
        cost_wei=sum(one.position.cost_wei for one in found if one.open),
        realised_wei=sum(one.realised_wei for one in found),
        gas_wei=sum(one.gas_wei for one in found),
    )
    finish(ctx, report, _lines)


def _lines(report: PositionsReport) -> Iterator[str]:
    if not report.positions:
        yield "nothing is held: `botctl positions --all` shows what was"
        return
    yield from position_table(report.positions)
    yield (
        f"held at cost {ether(report.cost_wei)}, realised {ether(report.realised_wei, signed=True)},"
        f" gas {ether(report.gas_wei)} ether"
    )


def position_table(positions: Sequence[Closed]) -> Iterator[str]:
    headers = ("market", "opened", "cost", "best value", "realised", "gas", "state")
    yield from table(headers, [_row(one) for one in positions], right=NUMBERS)


def _row(one: Closed) -> tuple[str | Cell, ...]:
    held = one.position
    return (
        one.symbol or short(held.pair),
        at(held.opened_ms),
        ether(held.cost_wei),
        ether(held.peak_value_wei),
        Cell(ether(one.realised_wei, signed=True), RED if one.realised_wei < 0 else GREEN),
        ether(one.gas_wei),
        "open" if one.open else f"closed {at(one.closed_ms)} {one.exit_reason}",
    )
