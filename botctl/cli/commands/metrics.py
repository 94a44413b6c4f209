from collections.abc import Iterator
from dataclasses import dataclass

import typer

from botctl.cli.frame import finish, opened_settings
from botctl.cli.options import AsJson, ConfigPath
from botctl.core.telemetry.exposition import Number, exposition, plain
from botctl.core.telemetry.tally import Histogram, Series
from botctl.flows.telemetry.exposed import Exposed, exposed
from botctl.wiring import open_books
from botctl.wiring.books import watch_of_books


@dataclass(frozen=True, slots=True)
class Metric:
    """`value` exact, as text: of a histogram its sum, `counts` then per bucket, not cumulative."""

    name: str
    labels: dict[str, str]
    value: str
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricsReport:
    metrics: tuple[Metric, ...]


def command(
    ctx: typer.Context,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,
) -> None:
    """In the text format of Prometheus; for a textfile collector, or to look at.

    Writes nothing, and needs no node.

    Example: botctl metrics --json
    """
    with opened_settings(ctx) as setup, open_books(setup.config) as store:
        found = exposed(watch_of_books(setup.books(store)))
    if json:
        finish(ctx, MetricsReport(tuple(_metrics(found))), lambda _: ())
    finish(ctx, found, _text)


def _text(found: Exposed) -> Iterator[str]:
    yield exposition(found.values, found.common).rstrip("\n")


def _metrics(found: Exposed) -> Iterator[Metric]:
    for series, value in found.values.items():
        yield _metric(dict((*found.common, *series.labels)), series, value)


def _metric(labels: dict[str, str], series: Series, value: Number | Histogram) -> Metric:
    if isinstance(value, Histogram):
        total = plain(value.sum)
        return Metric(series.name, labels, total, value.counts)
    return Metric(series.name, labels, plain(value))
