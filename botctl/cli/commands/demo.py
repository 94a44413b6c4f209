from pathlib import Path
from typing import Annotated, NoReturn

import typer

from botctl.cli.errors import BROKEN
from botctl.cli.frame import finish
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.render_demo import live_table, report_lines
from botctl.cli.render_hostile import hostile_lines
from botctl.flows.demo import demo
from botctl.flows.hostile import hostile as hostile_run
from botctl.wiring.demo_stage import open_stage
from botctl.wiring.hostile_stage import open_hostile_stage

Cycles = Annotated[int, typer.Option("--cycles", min=1, max=1_000, help="How many cycles to run.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed plays the same demo.")]
Hostile = Annotated[
    bool,
    typer.Option(
        "--hostile",
        help="The crowd attacks what the bot holds and what it sends: rugs, hidden doors, sandwiches.",
    ),
]
Folder = Annotated[
    Path, typer.Option("--dir", help="Where its settings, database and bundles go; emptied first.")
]
Database = Annotated[
    str,
    typer.Option(
        "--database", help="URL of an empty database instead of SQLite.", show_default=False
    ),
]


def command(  # noqa: PLR0913, PLR0917  one option a knob
    ctx: typer.Context,
    cycles: Cycles = 12,
    seed: Seed = 1,
    hostile: Hostile = False,
    folder: Folder = Path("botctl-demo"),
    database: Database = "",
    config: ConfigPath = None,  # noqa: ARG001  every command takes it; the demo writes its own
    json: AsJson = False,
) -> None:
    """Real contracts, real transactions, a seeded crowd, five kinds of traps; no money, no network.

    Exit status 70: one of botctl's promises was broken.

    Example: botctl demo --cycles 20 --seed 7
    """
    if hostile:
        _hostile(ctx, cycles, seed, folder, database)
    with open_stage(folder, seed, database) as stage, live_table(quiet=json) as show:
        report = demo(stage, cycles=cycles, show=show)
    finish(ctx, report, report_lines, 0 if report.kept else BROKEN)


def _hostile(ctx: typer.Context, cycles: int, seed: int, folder: Path, database: str) -> NoReturn:
    quiet = bool(ctx.params.get("json"))
    with open_hostile_stage(folder, seed, database) as stage, live_table(quiet=quiet) as show:
        report = hostile_run(stage, cycles=cycles, show=show)
    finish(ctx, report, hostile_lines, 0 if report.kept else BROKEN)
