from typing import Annotated, Final

import typer

from botctl.cli.frame import config_path, finish
from botctl.cli.options import AsJson, ConfigPath
from botctl.core.facts import Mode
from botctl.wiring.settings_file import Written, init

ModeOption = Annotated[
    Mode, typer.Option("--mode", help="paper: real data, simulated fills; live; devnet.")
]

_NEXT: Final = {
    Mode.PAPER: "set chain.urls to your node, then `botctl config show` and `botctl cycle`",
    Mode.DEVNET: "set chain.urls to your local chain, then `botctl config show` and `botctl cycle`",
    Mode.LIVE: 'fill in what is marked "FILL IN", then `botctl config show`; for a new key first type'
    " `botctl init --config paper.toml` and `botctl keystore new --config paper.toml`",
}


def command(
    ctx: typer.Context,
    mode: ModeOption = Mode.PAPER,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Every setting with its default, its reason and its limits; a file that exists is kept.

    Example: botctl init --mode paper
    """
    finish(ctx, init(config_path(ctx), mode), _lines)


def _lines(written: Written) -> list[str]:
    return [
        f"wrote {written.path} (mode {written.mode}, readable by you alone)",
        f"next: {_NEXT[written.mode]}",
    ]
