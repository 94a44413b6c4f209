from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import typer

from botctl.cli.completion import pairs
from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.people import Why
from botctl.core.codes import Code
from botctl.core.errors import UsageError

Pair = Annotated[
    str, typer.Argument(metavar="PAIR", help="The market's address.", autocompletion=pairs)
]


@dataclass(frozen=True, slots=True)
class WrittenOff:
    position_id: str
    pair: str
    lost_wei: int
    why: str


def command(
    ctx: typer.Context,
    pair: Pair,
    why: Why,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Its cost is realised as a loss and its slot is free; the tokens stay in the wallet, unwatched.

    Example: botctl positions write-off 0x5e8f... --why "the token blocks every transfer"
    """
    if not why.strip():
        raise UsageError(Code.ERR_USAGE, "--why must say something: others will read it")
    with opened_books(ctx) as books:
        held = books.store.positions(books.config.bot.name, only_open=True)
        one = next((p.position for p in held if p.position.pair == pair.lower()), None)
        if one is None:
            say = "nothing is held there: `botctl positions` lists what is"
            raise UsageError(Code.ERR_NOT_FOUND, say, pair=pair)
        if not books.store.write_off(one.id, f"WRITTEN_OFF: {why}", books.clock.now_ms()):
            say = "the position has an order under way: `botctl reconcile` first"
            raise UsageError(Code.ERR_USAGE, say, pair=pair)
    finish(ctx, WrittenOff(one.id, one.pair, one.cost_wei, why), _lines)


def _lines(done: WrittenOff) -> Iterator[str]:
    yield f"{done.pair} is written off: {done.lost_wei} wei lost. {done.why}"
