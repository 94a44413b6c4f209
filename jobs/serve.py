"""`botctl serve`: the page and the REST interface in one process, until a signal asks it to stop."""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from botctl.cli.frame import finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.wiring.web import WebHost, opened_host
from jobs.timetable import MS

if TYPE_CHECKING:
    from botctl.web.server import ServeReport

NEEDS = ("fastapi", "uvicorn", "jinja2", "limits", "itsdangerous", "python_multipart")


def command(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """Listens on 127.0.0.1 (`web.host`, `web.port`) and opens to tokens of `botctl serve token` alone.

    It asks no node and holds no key. SIGTERM and Ctrl-C end it with exit status 0.

    Example: botctl serve --config botctl.toml
    """
    _require_extra()
    with opened_settings(ctx) as setup, opened_host(setup) as host:
        serve: Callable[[WebHost], ServeReport] = import_module("botctl.web.server").serve
        report = serve(host)
    finish(ctx, report, _lines)


def _require_extra() -> None:
    missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        say = "the page needs more libraries: pip install 'botctl[web]'"
        raise OperatorError(Code.ERR_DEPENDENCY_MISSING, say, missing=", ".join(missing))


def _lines(report: "ServeReport") -> Iterator[str]:
    seconds = (report.stopped_ms - report.started_ms) // MS
    yield f"stopped as asked, after {seconds} s at {report.url}"
