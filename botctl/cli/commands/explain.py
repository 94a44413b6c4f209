from typing import Annotated

import typer

from botctl.cli.completion import asked
from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.render_explain import explanation_lines
from botctl.flows.explain import explain
from botctl.wiring.setup import codec

Asked = Annotated[
    str,
    typer.Argument(
        metavar="PAIR|BUNDLE|ORDER",
        help="Address, symbol, bundle id or order id.",
        autocompletion=asked,
    ),
]


def command(
    ctx: typer.Context,
    asked: Asked,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """In one screen: what was seen, every check with its numbers, and what became of the trade.

    Example: botctl explain PEPE
    """
    with opened_books(ctx) as books:
        found = explain(books.store, codec(), asked)
    finish(ctx, found, explanation_lines)
