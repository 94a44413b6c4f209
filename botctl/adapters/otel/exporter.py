"""Spans and metrics to an OTLP/HTTP collector, with the SDK's own exporters.

Paths are those of the OTLP specification, below the configured base: /v1/traces and /v1/metrics. The
SDK tries again by itself what a collector asks to be tried again (429, 503), within the deadline.
"""

import logging
from collections.abc import Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics.export import MetricExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SpanExportResult

from botctl.adapters.otel.metrics import metrics_data
from botctl.adapters.otel.spans import readable
from botctl.core.telemetry.exposition import Values
from botctl.core.telemetry.spans import Span
from botctl.core.telemetry.tally import Labels

MS: Final = 1_000
NOT_TAKEN: Final = "the collector took none of them within telemetry.deadline_ms"


class OtlpExporter:
    """Implements `ports.telemetry.Exporter`."""

    def __init__(
        self, url: str, headers: dict[str, str], *, deadline_ms: int, about: dict[str, str]
    ) -> None:
        """`about`: resource attributes, service.name among them."""
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # we tell it ourselves
        base, timeout = url.rstrip("/"), deadline_ms / MS
        self._resource = Resource(about)
        self._spans = OTLPSpanExporter(f"{base}/v1/traces", headers=headers, timeout=timeout)
        self._metrics = OTLPMetricExporter(f"{base}/v1/metrics", headers=headers, timeout=timeout)

    def send_spans(self, spans: Sequence[Span]) -> str:
        taken = self._spans.export([readable(one, self._resource) for one in spans])
        return "" if taken is SpanExportResult.SUCCESS else NOT_TAKEN

    def send_metrics(self, values: Values, common: Labels, now_ms: int) -> str:
        taken = self._metrics.export(metrics_data(values, common, now_ms, self._resource))
        return "" if taken is MetricExportResult.SUCCESS else NOT_TAKEN

    def close(self) -> None:
        self._spans.shutdown()  # type: ignore[no-untyped-call]
        self._metrics.shutdown()
