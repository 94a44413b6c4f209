"""Which traces are sent: by the trace's id alone, so that every process says the same of a trace.

As OpenTelemetry's TraceIdRatioBased, over a hash of the id: it compares the last 64 bits, and those of
a UUIDv7 begin with the same two bits, so that a tenth of them would be none at all.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from botctl.core.telemetry.spans import Span

BYTES: Final = 8
PERCENT: Final = 100


def sampled(trace_id: str, percent: int) -> bool:
    """0: none; 100: all; whoever is in a smaller share is in every larger one."""
    place = int.from_bytes(sha256(trace_id.encode()).digest()[:BYTES])
    return place * PERCENT < percent << (8 * BYTES)


def failed_traces(spans: Iterable[Span]) -> frozenset[str]:
    return frozenset(span.trace_id for span in spans if span.status and span.trace_id)
