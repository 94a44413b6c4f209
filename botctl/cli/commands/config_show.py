import json as json_text
from collections.abc import Iterator

import typer

from botctl.cli.frame import config_path, finish
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.tables import Cell, table
from botctl.cli.terminal import DIM, YELLOW, painted
from botctl.wiring.settings_file import ShownConfig, shown


def command(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Secrets are masked: of a URL only scheme and host are shown.

    Example: botctl config show --config /etc/botctl.toml
    """
    finish(ctx, shown(config_path(ctx)), _lines)


def _lines(config: ShownConfig) -> Iterator[str]:
    rows = [
        (s.name, Cell(s.source.value, DIM if s.source.value == "default" else ""), _text(s.value))
        for s in config.settings
    ]
    yield from table(("setting", "from", "value"), rows)
    yield from (painted(f"old name: {change}", YELLOW) for change in config.changes)
    yield f"\n{config.path}  version {config.version}  config hash {config.config_hash[:16]}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json_text.dumps(value)
