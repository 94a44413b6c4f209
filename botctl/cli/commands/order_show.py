from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.commands.orders import style_of
from botctl.cli.completion import orders
from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.show import at, gwei
from botctl.cli.tables import Cell, pairs, table
from botctl.cli.terminal import bold
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.flattening import of_flatten
from botctl.core.orders import Order
from botctl.core.reasons import Reason
from botctl.flows.explain import OrderStory, order_story

OrderIdArg = Annotated[
    str, typer.Argument(metavar="ORDER", help="The order's id.", autocompletion=orders)
]


def command(
    ctx: typer.Context,
    order_id: OrderIdArg,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Every state with its time and code, and every transaction that was signed for it.

    Example: botctl order show 018bcfe5-6800-7feb-8b44-5eb547e302ad
    """
    with opened_books(ctx) as books:
        order = books.store.order(order_id)
        if order is None:
            say = "there is no such order: `botctl orders` lists them"
            raise UsageError(Code.ERR_NOT_FOUND, say, order=order_id)
        story = order_story(books.store, order)
    finish(ctx, story, story_lines)


def story_lines(story: OrderStory) -> Iterator[str]:
    order, intent = story.order, story.order.intent
    yield from pairs(
        [
            ("order", f"{order.id} ({intent.side} {order.kind})"),
            ("state", Cell(order.state, style_of(order.state))),
            ("market", intent.pair),
            (
                "amounts",
                f"in {intent.amount_in}, expected {intent.expected_out}, at least {intent.min_out}",
            ),
            ("why", _why(order)),
        ]
    )
    yield bold("\nTimeline")
    steps = [(at(s.at_ms), s.event, s.state, s.code, s.detail) for s in story.steps]
    yield from table(("time", "event", "state", "code", "detail"), steps)
    if story.attempts:
        yield bold("\nTransactions")
        attempts = [
            (
                f"{a.number} {a.kind}",
                str(a.nonce),
                a.hash,
                gwei(a.fee_max_wei),
                gwei(a.priority_fee_wei),
                str(a.sends),
                a.last_code or "-",
            )
            for a in story.attempts
        ]
        headers = ("attempt", "nonce", "hash", "fee max", "tip", "sent", "answer")
        yield from table(headers, attempts)


def _why(order: Order) -> str:
    """What no market was judged for has no bundle: a person, or the nonce's repair, ordered it."""
    if order.bundle_id:
        return f"botctl explain {order.bundle_id}"
    return (
        Reason.EXIT_FLATTEN if of_flatten(order) else f"{order.kind}: no decision stands behind it"
    )
