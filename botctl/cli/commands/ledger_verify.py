from collections.abc import Iterator

import typer

from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.progress import working
from botctl.cli.tables import table
from botctl.cli.terminal import GREEN, painted
from botctl.ports.store import Verified


def command(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Walks the journal's hash chain and holds every row that money depends on against it.

    Exit status 1: something was altered outside botctl.

    Example: botctl ledger verify
    """
    with opened_books(ctx) as books, working("walking the journal"):
        found = books.store.verify()
    finish(ctx, found, _lines, 1 if found.altered else 0)


def _lines(found: Verified) -> Iterator[str]:
    if not found.altered:
        yield painted(
            f"{found.entries} entries and {found.rows} rows are as they were written", GREEN
        )
        return
    rows = [(str(one.entry), one.row, one.say) for one in found.altered]
    yield from table(("entry", "row", "what"), rows)
