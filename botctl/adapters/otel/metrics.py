"""Our sums as the SDK's metrics: cumulative, since the books began."""

from collections.abc import Iterator
from typing import Final

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.metrics.export import Histogram as OtelHistogram
from opentelemetry.sdk.resources import Resource

from botctl.adapters.otel.spans import INT64, SCOPE
from botctl.core.telemetry.catalog import CATALOG, Family, Kind
from botctl.core.telemetry.exposition import Number, Values
from botctl.core.telemetry.tally import Histogram, Labels, Series

NS: Final = 1_000_000
SINCE_NS: Final = 0  # unknown, as the specification has it: nothing was ever reset
CUMULATIVE: Final = AggregationTemporality.CUMULATIVE


def metrics_data(values: Values, common: Labels, now_ms: int, resource: Resource) -> MetricsData:
    found = [one for family in CATALOG for one in _metric(family, values, common, now_ms * NS)]
    scope = ScopeMetrics(scope=SCOPE, metrics=found, schema_url="")
    told = ResourceMetrics(resource=resource, scope_metrics=[scope], schema_url="")
    return MetricsData(resource_metrics=[told])


def _metric(family: Family, values: Values, common: Labels, now_ns: int) -> Iterator[Metric]:
    """None where nothing is known yet."""
    ours = {series: value for series, value in values.items() if series.name == family.name}
    if not ours:
        return
    numbers = [
        NumberDataPoint(_labels(series, common), SINCE_NS, now_ns, _number(value))
        for series, value in ours.items()
        if not isinstance(value, Histogram)
    ]
    heaps = [
        _heap(family, _labels(series, common), value, now_ns)
        for series, value in ours.items()
        if isinstance(value, Histogram)
    ]
    data: Sum | Gauge | OtelHistogram
    match family.kind:
        case Kind.COUNTER:
            data = Sum(numbers, CUMULATIVE, is_monotonic=True)
        case Kind.GAUGE:
            data = Gauge(numbers)
        case Kind.HISTOGRAM:
            data = OtelHistogram(heaps, CUMULATIVE)
    yield Metric(name=family.name, description=family.says, unit="", data=data)


def _heap(
    family: Family, labels: dict[str, str], value: Histogram, now_ns: int
) -> HistogramDataPoint:
    """Without least and most: a sum of rows has neither."""
    return HistogramDataPoint(
        attributes=labels,
        start_time_unix_nano=SINCE_NS,
        time_unix_nano=now_ns,
        count=value.count,
        sum=float(value.sum),
        bucket_counts=list(value.counts),
        explicit_bounds=list(family.buckets),
        min=0.0,
        max=0.0,
    )


def _number(value: Number) -> int | float:
    """Wei outgrow 64 bits; there a float has to do, and `botctl metrics` has them all."""
    if isinstance(value, int) and -INT64 <= value < INT64:
        return value
    return float(value)


def _labels(series: Series, common: Labels) -> dict[str, str]:
    return dict((*common, *series.labels))
