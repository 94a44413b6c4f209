from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath, Limit
from botctl.cli.show import at, short
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import GREEN, RED, YELLOW
from botctl.core.lifecycle import TERMINAL, OrderState
from botctl.core.orders import Order
from botctl.faces.reports import OrdersReport

OpenOnly = Annotated[bool, typer.Option("--open", help="Only those not yet settled.")]


def command(
    ctx: typer.Context,
    open_: OpenOnly = False,
    limit: Limit = 20,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """The newest first; `botctl order show ID` tells one order's story.

    Example: botctl orders --open
    """
    with opened_books(ctx) as books:
        store = books.store
        found = store.open()[:limit] if open_ else store.recent(most=limit)
    finish(ctx, OrdersReport(tuple(found)), _lines)


def _lines(report: OrdersReport) -> Iterator[str]:
    if not report.orders:
        yield "there are no such orders"
        return
    headers = ("order", "created", "what", "market", "state", "nonce", "code")
    yield from table(headers, [_row(order) for order in report.orders])


def _row(order: Order) -> tuple[str | Cell, ...]:
    return (
        order.id,
        at(order.created_ms),
        f"{order.intent.side} {order.kind}",
        short(order.intent.pair),
        Cell(order.state, style_of(order.state)),
        "-" if order.nonce is None else str(order.nonce),
        order.code,
    )


def style_of(state: OrderState) -> str:
    if state is OrderState.CONFIRMED:
        return GREEN
    return RED if state in TERMINAL else YELLOW
