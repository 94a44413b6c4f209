"""Options that many commands share: one spelling, one help text."""

from pathlib import Path
from typing import Annotated

import typer

from botctl.cli.completion import markets
from botctl.core.reasons import Kind

ConfigPath = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Settings file; otherwise BOTCTL_CONFIG, then ./botctl.toml.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Live = Annotated[bool, typer.Option("--live", help="Allow real money, when bot.mode is live.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many rows, the newest first.")]
Since = Annotated[
    str,
    typer.Option(
        "--since", help='Not before: "2h", "3d" ago, or an ISO time in UTC.', show_default=False
    ),
]
Until = Annotated[
    str, typer.Option("--until", help="Not after; written like --since.", show_default=False)
]
Market = Annotated[
    str,
    typer.Option(
        "--market", help="Pair address or token symbol.", show_default=False, autocompletion=markets
    ),
]
Kinds = Annotated[
    list[Kind] | None,
    typer.Option("--kind", case_sensitive=False, help="Decision; may be repeated."),
]
Reasons = Annotated[list[str] | None, typer.Option("--reason", help="Code; may be repeated.")]
CycleId = Annotated[str, typer.Option("--cycle", help="One cycle's id.", show_default=False)]
