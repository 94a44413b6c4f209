"""The telemetry desk from settings: the database, and a collector where one is configured."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from botctl.adapters.locks import CommandLocks
from botctl.config.build import build_sha
from botctl.config.values import Config
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.flows.telemetry.keep import TelemetryDesk, TelemetryPlan
from botctl.ports.telemetry import Exporter
from botctl.wiring import open_books
from botctl.wiring.books import watch_of_books
from botctl.wiring.setup import Setup

COMMAND: Final = "telemetry"
MISSING: Final = "telemetry.otlp_url needs the OpenTelemetry packages: pip install 'botctl[otel]'"


@contextmanager
def opened_telemetry(setup: Setup) -> Iterator[TelemetryDesk | None]:
    """Without a node, and with a connection of its own: a thread may have one. None: another run of
    it is at work.
    """
    config = setup.config
    locks = CommandLocks(Path(config.storage.state_dir))
    with locks.only_one(COMMAND) as ours:
        if not ours:
            yield None
            return
        with _opened(setup) as desk:
            yield desk


@contextmanager
def _opened(setup: Setup) -> Iterator[TelemetryDesk]:
    config, own = setup.config, setup.config.telemetry
    with open_books(config) as store:
        yield TelemetryDesk(
            watch=watch_of_books(setup.books(store)),
            store=store,
            log=setup.log,
            plan=TelemetryPlan(own.sample_percent, own.keep_days, own.otlp_metrics),
            exporter=partial(_exporter, config) if own.otlp_url else None,
        )


def _exporter(config: Config) -> Exporter:
    try:
        from botctl.adapters.otel.exporter import OtlpExporter  # noqa: PLC0415  only where asked for
    except ImportError:
        raise OperatorError(Code.ERR_DEPENDENCY_MISSING, MISSING) from None
    own = config.telemetry
    about = {
        "service.name": "botctl",
        "service.instance.id": config.bot.name,
        "service.version": build_sha(),
    }
    headers = dict(_header(pair) for pair in own.otlp_headers.split(",") if pair.strip())
    return OtlpExporter(own.otlp_url, headers, deadline_ms=own.deadline_ms, about=about)


def _header(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return name.strip(), value.strip()
