from collections.abc import Iterator

import typer

from botctl.cli.frame import config_path, finish
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import DIM, GREEN, YELLOW
from botctl.wiring.settings_file import SwitchesReport, switches


def command(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """What is switched on, and where that is said: `[features]` in the file, or BOTCTL_FEATURES__NAME.

    Commands read it at their start, `botctl run` before each cycle. Every bundle says what was off.

    Example: botctl features
    """
    finish(ctx, switches(config_path(ctx)), _lines)


def _lines(report: SwitchesReport) -> Iterator[str]:
    rows = [
        (
            one.feature.value,
            Cell("on" if one.on else "off", GREEN if one.on else YELLOW),
            Cell(one.source.value, DIM if one.on is one.default else ""),
            one.part.value,
            one.meaning,
        )
        for one in report.features
    ]
    yield from table(("feature", "is", "from", "part", "when it is on"), rows)
