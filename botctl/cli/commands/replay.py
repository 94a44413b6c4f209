from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from botctl.cli.files import bundle_files
from botctl.cli.filters import wanted
from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath, Since, Until
from botctl.cli.progress import working
from botctl.cli.terminal import RED, painted
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.flows.replay import Replayed, ReplayReport, Stored, from_files, from_store, replay
from botctl.ports.progress import ticked
from botctl.wiring.setup import codec
from botctl.wiring.stray_files import any_folder

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILES]...", help="Bundle files, or folders of them."),
]
SHOWN_MAX = 20


def command(
    ctx: typer.Context,
    files: Files = None,
    since: Since = "",
    until: Until = "",
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Without a network: from files, or from the database with --since.

    Exit status 1: a decision came out differently, or a bundle is not whole.

    Example: botctl replay --since 24h
    Example: botctl replay state/bundles/
    """
    if bool(files) == bool(since or until):
        raise UsageError(Code.ERR_USAGE, "name bundle files, or a time with --since")
    report = _from_files(files) if files else _from_database(ctx, since, until)
    finish(ctx, report, _lines, 1 if report.others else 0)


def _from_files(files: Sequence[Path]) -> ReplayReport:
    named = list(bundle_files(files))
    with working("bundles replayed", len(named)) as tick:
        return replay(codec(), ticked(from_files(any_folder(), named), tick))


def _from_database(ctx: typer.Context, since: str, until: str) -> ReplayReport:
    with opened_books(ctx) as books:
        asked = wanted(since=since, until=until, now_ms=books.clock.now_ms(), limit=None)
        stored: Iterator[Stored] = from_store(books.store.bundles(asked))
        with working("bundles replayed") as tick:
            return replay(codec(), ticked(stored, tick))


def _lines(report: ReplayReport) -> Iterator[str]:
    for other in report.others[:SHOWN_MAX]:
        yield painted(f"{other.code} {other.name}", RED)
        yield f"  {_told(other)}"
    if len(report.others) > SHOWN_MAX:
        yield f"… {len(report.others) - SHOWN_MAX} more; --json lists all"
    yield f"replayed {report.total} bundles: {report.same} the same, {len(report.others)} not"


def _told(other: Replayed) -> str:
    if other.difference is None:
        return other.say
    d = other.difference
    return f"{other.say}: {d.path} was {d.stored!r}, is {d.recomputed!r}"
