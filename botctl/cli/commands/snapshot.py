"""Snapshots: one moment in one file, to be sent to whoever helps; secrets are not in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from botctl.cli.frame import finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.output import say
from botctl.cli.show import at
from botctl.cli.tables import pairs, table
from botctl.wiring.snapshots import Kept, Opened, folder_of, open_file, take

Why = Annotated[str, typer.Option("--why", help="What you were looking into; stands in the file.")]
File = Annotated[Path, typer.Argument(help="What `botctl snapshot` wrote.", metavar="FILE")]
PartName = Annotated[
    str, typer.Option("--part", help="Print this one part as it is.", show_default=False)
]


@dataclass(frozen=True, slots=True)
class TakenReport:
    path: str


@dataclass(frozen=True, slots=True)
class ListReport:
    snapshots: Sequence[Kept]


def command(
    ctx: typer.Context,
    why: Why = "on demand",
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Settings without secrets, health, orders, alerts, the last bundles and log lines, versions.

    Example: botctl snapshot --why "why was ACME not sold"
    """
    with opened_settings(ctx) as setup:
        report = TakenReport(take(setup, why))
    finish(ctx, report, lambda taken: [f"wrote {taken.path}"])


def listed(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Example: botctl snapshot list"""
    with opened_settings(ctx) as setup:
        report = ListReport(tuple(folder_of(setup.config, setup.env).kept()))
    finish(ctx, report, _listed)


def opened(
    ctx: typer.Context,
    file: File,
    part: PartName = "",
    config: ConfigPath = None,  # noqa: ARG001  for the same line as of other commands; not read
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Needs neither settings nor database. Exit status 1: it is not what was written.

    Example: botctl snapshot open state/diagnostics/snapshot-20260102T030405.000Z.zip
    Example: botctl snapshot open FILE --part log.jsonl
    """
    found = open_file(file)
    if part:
        say(found.text_of(part))
        raise typer.Exit(0)
    finish(ctx, found.summary(), lambda _: _summary(found))


def _listed(report: ListReport) -> Iterator[str]:
    if not report.snapshots:
        yield "there is no snapshot yet: `botctl snapshot` takes one"
        return
    rows = [(at(k.made_ms), f"{k.size // 1_000} kB", k.path, k.why) for k in report.snapshots]
    yield from table(("taken", "size", "file", "why"), rows)


def _summary(found: Opened) -> Iterator[str]:
    told = found.manifest
    yield from pairs(
        [
            ("taken", at(told.made_ms)),
            ("bot", f"{told.bot} ({told.mode})"),
            ("why", told.why),
            ("cycle", told.cycle_id or "-"),
            ("config hash", told.config_hash[:16]),
            ("build", told.build_sha),
        ]
    )
    yield ""
    yield from table(
        ("part", "bytes", "sha256"),
        [(seal.name, str(seal.size), seal.sha256[:16]) for seal in told.parts],
        right=frozenset({1}),
    )
    yield f"\nevery part is as it was written; see one with --part NAME: {found.path}"
