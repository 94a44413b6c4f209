"""What one stage of the loop tells of itself: one row, written with the work it tells of.

Ids are derived, not drawn: whoever knows a trace knows the id of its root and of each stage, so that
processes that never met hang their spans on one tree. Trace ids are the cycle's UUID without dashes
(32 hex digits), span ids 16 hex digits, as W3C Trace Context wants them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final

Fact = str | int | bool | None
Facts = Mapping[str, object]  # JSON types
NO_FACTS: Final[Facts] = MappingProxyType({})
SPAN_ID_CHARS: Final = 16
OK: Final = ""


class Stage(StrEnum):
    """Names of spans, and of events: spans without a duration that only count."""

    CYCLE = "cycle"
    DETECT = "detect"
    DECIDE = "decide"
    EXECUTE = "execute"
    RECONCILE = "reconcile"
    FLATTEN = "flatten"
    FOLLOW_UP = "follow-up"
    COMMAND = "command"
    DECISION = "decision"  # to trade; a child of decide
    SEND = "send"  # one order's bytes; a child of execute
    SETTLE = "settle"  # one order's end, in the trace it began in
    JOB = "job"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class Span:
    """`start_us` since 1970 by the wall, `took_us` by a clock that never runs back.

    `status` is "" or the code it ended with. `parent_id` "" makes it the root of its trace.
    """

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start_us: int
    took_us: int
    status: str = OK
    facts: Facts = field(default_factory=dict)


def span_id(trace_id: str, *what: str) -> str:
    """The same for the same stage of the same trace, in whichever process."""
    told = ":".join((trace_id, *what))
    return sha256(told.encode()).hexdigest()[:SPAN_ID_CHARS]


def root_id(trace_id: str) -> str:
    """Of the cycle that everything in this trace belongs to."""
    return span_id(trace_id, Stage.CYCLE)


def event(name: Stage, at_ms: int, facts: Facts) -> Span:
    """Something that happened, in no trace."""
    return Span("", "", "", name, at_ms * 1_000, 0, OK, facts)
