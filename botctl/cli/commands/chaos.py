from pathlib import Path
from typing import Annotated

import typer

from botctl.cli.frame import finish
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.progress import working
from botctl.cli.render_chaos import Listed, list_lines, nothing, played_line, report_lines
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.flows.chaos.run import ScenarioReport
from botctl.wiring.chaos import ChaosPlan, run_chaos, scenarios

ListAll = Annotated[bool, typer.Option("--list", help="Name every scenario and what it proves.")]
Names = Annotated[list[str] | None, typer.Option("--scenario", help="Which; may be repeated.")]
All = Annotated[bool, typer.Option("--all", help="Every scenario that is shipped.")]
Files = Annotated[list[Path] | None, typer.Option("--file", help="A scenario of your own.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed plays the same trouble.")]
Folder = Annotated[
    Path, typer.Option("--dir", help="Where settings and databases of each scenario go.")
]
Database = Annotated[
    str,
    typer.Option(
        "--database",
        help="URL of an empty PostgreSQL database instead of SQLite; emptied afterwards.",
        show_default=False,
    ),
]


def command(  # noqa: PLR0913, PLR0917  one option a knob
    ctx: typer.Context,
    list_: ListAll = False,
    scenario: Names = None,
    all_: All = False,
    file: Files = None,
    seed: Seed = 1,
    folder: Folder = Path("botctl-chaos"),
    database: Database = "",
    config: ConfigPath = None,  # noqa: ARG001  every command takes it; a drill writes its own
    json: AsJson = False,
) -> None:
    """The real flows against a local chain of its own, through faults; each expectation is checked.

    No other chain is ever touched: it starts its own, and takes no address of one.

    Exit status 1: an expectation was not kept.

    Example: botctl chaos --list
    Example: botctl chaos --scenario https_blocked --seed 7
    Example: botctl chaos --all --json
    """
    names, files = scenario or [], file or []
    if list_:
        known = tuple(Listed(one.name, one.proves, one.needs) for one in scenarios((), ()))
        finish(ctx, known, list_lines)
    if not (all_ or names or files):
        say = "say which: --scenario NAME, --file PATH, --all; --list names all"
        raise UsageError(Code.ERR_USAGE, say)
    shipped = scenarios((), ()) if all_ else ()
    own = scenarios(names, files) if names or files else ()
    chosen, show = (*shipped, *own), nothing if json else played_line
    with working("scenarios played", len(chosen)) as tick:

        def told(played: ScenarioReport) -> None:
            show(played)
            tick(1)

        report = run_chaos(ChaosPlan(folder, seed, database), chosen, told)
    finish(ctx, report, report_lines, 0 if report.passed else 1)
