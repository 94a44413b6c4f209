"""Look again and again: what `--watch` means."""

from collections.abc import Callable, Iterable
from typing import Final, NoReturn, TypeVar

import typer

from botctl.cli.document import document
from botctl.cli.output import say
from botctl.cli.terminal import is_terminal
from botctl.wiring.setup import pause_ms

T = TypeVar("T")
CLEAR: Final = "\x1b[H\x1b[2J"


def watched(
    ctx: typer.Context, look: Callable[[], T], lines: Callable[[T], Iterable[str]], every_ms: int
) -> NoReturn:
    """Redraws on a terminal; into a pipe, one report after the other. Ctrl-C is its proper end."""
    try:
        while True:
            report = look()
            text = document(report) if ctx.params.get("json") else "\n".join(lines(report))
            say(f"{CLEAR}{text}" if is_terminal() else text)
            pause_ms(every_ms)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
