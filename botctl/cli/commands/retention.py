from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import busy, finish, opened_books
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.tables import table
from botctl.flows.observe import observed
from botctl.flows.retention import RetentionReport
from botctl.wiring.books import watch_of_books
from botctl.wiring.retention import locks_of, retained

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would leave, and leave it.")]
MB = 1_000_000


def command(
    ctx: typer.Context,
    dry_run: DryRun = False,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Decisions and bundles of days past `[retention]` move into files that are proven first; what
    stands in them anyway is deleted. What is open, held or followed stays.

    Every command goes on reading what was archived: the folder is part of the books.

    Example: botctl retention --dry-run
    """
    with (
        opened_books(ctx) as books,
        observed(watch_of_books(books), books.log, "retention"),
        locks_of(books.config).only_one("retention") as ours,
    ):
        if not ours:
            busy(ctx, "retention")
        report = retained(books.config, dry_run=dry_run)
    finish(ctx, report, lines)


def lines(report: RetentionReport) -> Iterator[str]:
    if report.resumed:
        yield f"{report.resumed} files of an earlier run are emptied out of the database now"
    days = [(one.kind, one.day, str(one.rows), str(one.kept)) for one in report.leaving]
    if days:
        yield from table(("what", "day", "leaves", "stays"), days, right=frozenset({2, 3}))
    else:
        yield "no day is old enough to be archived"
    size = sum(one.size for one in report.archived)
    if report.archived:
        yield f"archived {len(report.archived)} files of {size / MB:.1f} MB"
    verb = "would be deleted" if report.dry_run else "deleted"
    for one in report.forgotten:
        if one.rows:
            yield f"{one.what}: {one.rows} old rows {verb}"
