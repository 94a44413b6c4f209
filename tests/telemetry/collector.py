"""A collector: a real HTTP server that reads OTLP with its own protobuf, and may be asked to misbehave."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

OK = 200
TRACES = "/v1/traces"


@dataclass(slots=True)
class Collector:
    """`status`: what it answers; `slow`: it answers once it is told to."""

    url: str = ""
    status: int = OK
    slow: bool = False
    answer: Event = field(default_factory=Event)
    requests: int = 0
    headers: list[dict[str, str]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    metrics: dict[str, Metric] = field(default_factory=dict)
    resources: list[dict[str, str]] = field(default_factory=list)

    def take(self, path: str, body: bytes) -> None:
        if path == TRACES:
            for of in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.resources.append(
                    {one.key: one.value.string_value for one in of.resource.attributes}
                )
                self.spans += [span for scope in of.scope_spans for span in scope.spans]
            return
        for told in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            for scope in told.scope_metrics:
                self.metrics |= {metric.name: metric for metric in scope.metrics}


@contextmanager
def collector() -> Iterator[Collector]:
    made = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            made.requests += 1
            made.headers.append(dict(self.headers))
            if made.slow:
                made.answer.wait(30)
            if made.status == OK:
                made.take(self.path, body)
            self.send_response(made.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        yield made
    finally:
        made.answer.set()
        server.shutdown()
        serving.join()
        server.server_close()
