from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.frame import finish
from botctl.cli.options import AsJson, ConfigPath
from botctl.wiring.devnet_parts import Installed, install

Dev = Annotated[bool, typer.Option("--dev", help="The Solidity compiler too.")]


def command(
    ctx: typer.Context,
    dev: Dev = False,
    config: ConfigPath = None,  # noqa: ARG001  every command takes it
    json: AsJson = False,  # noqa: ARG001  read through the context
) -> None:
    """The node binary and the Uniswap contracts for `botctl demo`, into the environment.

    Example: botctl devnet install
    """
    finish(ctx, install(dev=dev), _lines)


def _lines(installed: Installed) -> Iterator[str]:
    yield f"the local chain is installed in {installed.home}: `botctl demo` starts it"
