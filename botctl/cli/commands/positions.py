from collections.abc import Iterator
from typing import Annotated, Final

import typer

from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.render_positions import position_table
from botctl.cli.show import ether
from botctl.faces.reports import PositionsReport, positions_report

All = Annotated[bool, typer.Option("--all", help="Closed positions too.")]

_NOTHING: Final = "nothing is held: `botctl positions --all` shows what was"


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
    report = positions_report(found)
    nothing = "nothing was ever held" if all_ else _NOTHING
    finish(ctx, report, lambda shown: _lines(shown, nothing))


def _lines(report: PositionsReport, nothing: str) -> Iterator[str]:
    if not report.positions:
        yield nothing
        return
    yield from position_table(report.positions)
    yield (
        f"held at cost {ether(report.cost_wei)}, realised {ether(report.realised_wei, signed=True)},"
        f" gas {ether(report.gas_wei)} ether"
    )
