"""Bundles: prove them, and take them out of the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from botctl.cli.files import bundle_files
from botctl.cli.filters import wanted
from botctl.cli.frame import finish, opened_books
from botctl.cli.options import AsJson, ConfigPath, CycleId, Kinds, Market, Reasons, Since, Until
from botctl.cli.progress import working
from botctl.cli.terminal import good_or_bad
from botctl.flows.bundles import ExportReport, Validity
from botctl.flows.bundles import export as export_bundles
from botctl.flows.bundles import validate as validate_bundles
from botctl.flows.replay import from_files
from botctl.wiring.setup import codec
from botctl.wiring.stray_files import any_folder

Files = Annotated[list[Path], typer.Argument(metavar="FILES...", help="Bundle files, or folders.")]
To = Annotated[
    Path | None,
    typer.Option("--to", help="Folder; default: storage.bundles_dir.", show_default=False),
]


@dataclass(frozen=True, slots=True)
class ValidateReport:
    valid: bool
    bundles: tuple[Validity, ...]


def validate(
    ctx: typer.Context,
    files: Files,
    config: ConfigPath = None,  # noqa: ARG001  every command takes it
    json: AsJson = False,  # noqa: ARG001  read through the context
) -> None:
    """Exit status 1 when one of them was altered, cut short or lacks a field.

    Example: botctl bundle validate state/bundles/
    """
    found = validate_bundles(codec(), from_files(any_folder(), bundle_files(files)))
    report = ValidateReport(all(not one.code for one in found), found)
    finish(ctx, report, _lines, 0 if report.valid else 1)


def export(  # noqa: PLR0913, PLR0917  one option a column that can be filtered
    ctx: typer.Context,
    market: Market = "",
    kind: Kinds = None,
    reason: Reasons = None,
    cycle: CycleId = "",
    since: Since = "",
    until: Until = "",
    to: To = None,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """One file a bundle, named by its hash; files that are there are left alone.

    Example: botctl bundle export --kind BUY --since 7d --to evidence/
    """
    with opened_books(ctx) as books:
        asked = wanted(
            market, kind, reason, cycle=cycle, since=since, until=until,
            now_ms=books.clock.now_ms(), limit=None,
        )  # fmt: skip
        folder = any_folder(to or Path(books.config.storage.bundles_dir))
        with working("bundles written") as tick:
            report: ExportReport = export_bundles(books.store, folder, asked, tick)
    finish(ctx, report, lambda done: [f"wrote {done.written} bundles to {done.folder}"])


def _lines(report: ValidateReport) -> Iterator[str]:
    bad = [one for one in report.bundles if one.code]
    yield from (f"{good_or_bad(one.code, good=False)} {one.name}: {one.say}" for one in bad)
    yield f"{len(report.bundles)} bundles: {len(report.bundles) - len(bad)} in order, {len(bad)} not"
