"""`botctl jobs`: the timetable, and whether it is kept."""

from collections.abc import Iterator

import typer

from botctl.cli.frame import finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.show import age, at
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import GREEN, RED, YELLOW
from botctl.wiring import open_books
from botctl.wiring.setup import wall_clock
from jobs.board import Board, JobLine, board
from jobs.ledger import Outcome
from jobs.timetable import MS
from jobs.work import planned

STYLES = {
    Outcome.RAN: GREEN,
    Outcome.LATE: YELLOW,
    Outcome.SKIPPED: YELLOW,
    Outcome.DROPPED: YELLOW,
    Outcome.MISSED: RED,
    Outcome.FAILED: RED,
}
HEADERS = ("job", "times (UTC)", "last", "outcome", "late", "next", "missed 7 d", "failed 7 d")


def command(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Each job's times, its last one and what became of it, the next one, and a week's misses.

    Example: botctl jobs
    Example: botctl jobs --json
    """
    with opened_settings(ctx) as setup, open_books(setup.config) as store:
        report = board(planned(setup), store, wall_clock().now_ms())
    finish(ctx, report, lines)


def lines(report: Board) -> Iterator[str]:
    yield from table(HEADERS, [_row(line, report.now_ms) for line in report.jobs])


def _row(line: JobLine, now_ms: int) -> tuple[str | Cell, ...]:
    told = f"{line.last_outcome} {line.last_detail}".strip() or "never"
    style = STYLES[Outcome(line.last_outcome)] if line.last_outcome else ""
    late = "-" if line.late_ms is None else f"{line.late_ms // MS} s"
    return (
        line.job,
        line.cron,
        at(line.last_scheduled_ms),
        Cell(told, style),
        late,
        f"in {age(line.next_ms - now_ms)}",
        Cell(str(line.missed), RED if line.missed else ""),
        Cell(str(line.failed), RED if line.failed else ""),
    )
