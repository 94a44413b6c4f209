"""What a process has measured and not yet written down: timed parts, and what went over the wire.

A span takes all of it that came up since the span before: nothing is told twice, and what a failed
stage left untold goes with the command's own span.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from botctl.core.telemetry.spans import NO_FACTS, OK, Facts, Span, Stage, root_id, span_id

PARTS_MAX: Final = (
    500  # of one span; beyond it parts are dropped, and a gate of many tokens is told
)
US: Final = 1_000


@dataclass(frozen=True, slots=True)
class Provided:
    """What one provider was asked so far: HTTP requests, the calls in them, requests that failed."""

    name: str
    requests: int = 0
    calls: int = 0
    errors: int = 0
    bytes_in: int = 0
    bytes_out: int = 0


Meter = Callable[[], tuple[Provided, ...]]
Steady = Callable[[], int]  # microseconds, never back


@dataclass(frozen=True, slots=True)
class Begun:
    """When a stage began: by the wall, and by the clock that never runs back."""

    start_ms: int
    steady_us: int

    def id_of(self, name: Stage, trace_id: str, *what: str) -> str:
        """A cycle is the one root of its trace; another stage may come again in it."""
        if name is Stage.CYCLE:
            return root_id(trace_id)
        return span_id(trace_id, name, str(self.start_ms), *what)


@dataclass(slots=True)
class Tracer:
    """One a process. Off, it measures nothing, and no row is written."""

    steady_us: Steady = lambda: 0
    meter: Meter = tuple
    peak_mb: Callable[[], int] = lambda: 0
    on: bool = False
    _parts: list[tuple[str, int, int]] = field(default_factory=list)
    _told: dict[str, Provided] = field(default_factory=dict)

    def begin(self, now_ms: int) -> Begun:
        return Begun(now_ms, self.steady_us())

    @contextmanager
    def profile_span(self, phase: str) -> Iterator[None]:
        """The seed's phases: timed whether they end well or not."""
        if not self.on:
            yield
            return
        began_us, ok = self.steady_us(), 0
        try:
            yield
            ok = 1
        finally:
            if len(self._parts) < PARTS_MAX:
                self._parts.append((phase, self.steady_us() - began_us, ok))

    def end(
        self,
        name: Stage,
        began: Begun,
        trace_id: str,
        *,
        status: str = OK,
        facts: Facts = NO_FACTS,
    ) -> Span:
        """The stage of the trace that began then and ends now, with all that was measured."""
        return Span(
            trace_id=trace_id,
            span_id=began.id_of(name, trace_id),
            parent_id="" if name is Stage.CYCLE else root_id(trace_id),
            name=name,
            start_us=began.start_ms * US,
            took_us=self.steady_us() - began.steady_us,
            status=status,
            facts={**facts, **self._measured()},
        )

    def _measured(self) -> Facts:
        measured: dict[str, object] = {}
        if self._parts:
            measured["parts"], self._parts = self._parts, []
        if rpc := self._rpc():
            measured["rpc"] = rpc
        return measured

    def _rpc(self) -> Facts:
        providers: dict[str, list[int]] = {}
        bytes_in = bytes_out = 0
        for now in self._metered():
            was = self._told.get(now.name, Provided(now.name))
            counts = [now.requests - was.requests, now.calls - was.calls, now.errors - was.errors]
            if any(counts):
                providers[now.name] = counts
            bytes_in += now.bytes_in - was.bytes_in
            bytes_out += now.bytes_out - was.bytes_out
            self._told[now.name] = now
        if not providers and not bytes_in and not bytes_out:
            return {}
        return {"in": bytes_in, "out": bytes_out, "providers": providers}

    def _metered(self) -> tuple[Provided, ...]:
        """Several connections to one provider are one provider."""
        summed: dict[str, Provided] = {}
        for one in self.meter():
            so_far = summed.get(one.name, Provided(one.name))
            summed[one.name] = Provided(
                one.name,
                so_far.requests + one.requests,
                so_far.calls + one.calls,
                so_far.errors + one.errors,
                so_far.bytes_in + one.bytes_in,
                so_far.bytes_out + one.bytes_out,
            )
        return tuple(summed.values())
