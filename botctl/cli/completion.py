"""What the shell offers behind an option or an argument; loaded when the shell asks, not before."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import typer

Offer = Callable[[typer.Context, str], Sequence[str]]


def _offered(name: str) -> Offer:
    def offer(ctx: typer.Context, incomplete: str) -> Sequence[str]:
        given = ctx.params.get("config")
        ask = getattr(import_module("botctl.wiring.hints"), name)
        return list(ask(None if given is None else Path(str(given)), incomplete))

    return offer


markets, pairs = _offered("markets"), _offered("pairs")
orders, asked = _offered("orders"), _offered("asked")
