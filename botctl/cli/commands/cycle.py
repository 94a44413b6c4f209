from collections.abc import Iterator

import typer

from botctl.cli.commands import decide, execute, reconcile, scan
from botctl.cli.frame import finish
from botctl.cli.loop import opened_loop
from botctl.cli.options import AsJson, ConfigPath, Live
from botctl.cli.render_flatten import flatten_lines
from botctl.cli.verdicts import refused_by_permission
from botctl.flows.cycle import CycleReport, cycle


def command(
    ctx: typer.Context,
    live: Live = False,  # noqa: ARG001  read through the context
    config: ConfigPath = None,  # noqa: ARG001
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """The four flows in one process; the single commands do the same and may be mixed in.

    Exit status 3: permission refused entries, and there was nothing else to do.

    Example: botctl cycle --json
    """
    with opened_loop(ctx, "cycle", alive=True) as rt:
        report = cycle(rt)
    finish(ctx, report, lines, exit_code(report))


def exit_code(report: CycleReport) -> int:
    """A mismatch outranks a refusal; a refusal only counts when nothing else was done."""
    before, after = report.reconcile, report.execute
    if before.mismatches:
        return 1
    did_something = before.changes or before.tended or before.written_off or after.outcomes
    return 0 if did_something else refused_by_permission(report.decide)


def lines(report: CycleReport) -> Iterator[str]:
    yield from reconcile.lines(report.reconcile)
    yield from scan.lines(report.scan)
    yield from decide.lines(report.decide)
    yield from execute.lines(report.execute)
    if report.flatten is not None:
        yield from flatten_lines(report.flatten)
    yield f"cycle done in {report.cycle_ms} ms"
