"""A stored span as the SDK has it, with the ids that it was stored under."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

import botctl
from botctl.core.telemetry.spans import Span

NS: Final = 1_000
HEX_CHARS: Final = 32
SCOPE: Final = InstrumentationScope("botctl", botctl.__version__)
PLAIN: Final = (str, bool, int, float)
INT64: Final = 2**63
PARTS: Final = "parts"  # of our own measuring: events of the span, not attributes


def readable(one: Span, resource: Resource) -> ReadableSpan:
    start_ns = one.start_us * NS
    end_ns = start_ns + one.took_us * NS
    trace_id = _trace_id(one.trace_id)
    return ReadableSpan(
        name=one.name,
        context=_context(trace_id, one.span_id),
        parent=_context(trace_id, one.parent_id) if one.parent_id else None,
        resource=resource,
        attributes=dict(_attributes(one)),
        events=list(_parts(one, end_ns)),
        kind=SpanKind.INTERNAL,
        status=Status(StatusCode.ERROR, one.status) if one.status else Status(StatusCode.OK),
        start_time=start_ns,
        end_time=end_ns,
        instrumentation_scope=SCOPE,
    )


def _context(trace_id: int, span_id: str) -> SpanContext:
    return SpanContext(trace_id, int(span_id, 16), is_remote=False, trace_flags=TraceFlags(1))


def _trace_id(text: str) -> int:
    """That of a cycle is as it must be; a flatten's name is made so."""
    try:
        return int(text, 16) if len(text) == HEX_CHARS else _made(text)
    except ValueError:
        return _made(text)


def _made(text: str) -> int:
    return int(sha256(text.encode()).hexdigest()[:HEX_CHARS], 16)


def _attributes(one: Span) -> Iterator[tuple[str, str | bool | int | float]]:
    """What OTLP has no form for goes as JSON; a number beyond 64 bits as text."""
    yield "trace_id", one.trace_id
    for name, value in one.facts.items():
        if name == PARTS or value is None:
            continue
        if isinstance(value, int) and not -INT64 <= value < INT64:
            yield name, str(value)
        elif isinstance(value, PLAIN):
            yield name, value
        else:
            yield name, json.dumps(value, separators=(",", ":"))


def _parts(one: Span, at_ns: int) -> Iterator[Event]:
    parts = one.facts.get(PARTS)
    for part in parts if isinstance(parts, list | tuple) else ():
        phase, took_us, ok = part
        yield Event(str(phase), {"took_us": int(took_us), "ok": bool(ok)}, at_ns)
