"""From rows that are on disk to what they add to the metrics. Pure, so a row counts the same for ever.

Sums over rows of two kinds: spans, and arrows of orders as the journal has them. Folding rows in any
split gives the same sum: each row is looked at alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from botctl.core.lifecycle import TERMINAL, OrderEvent, OrderState
from botctl.core.telemetry.spans import Span, Stage
from botctl.core.telemetry.tally import MILLION, Tally

US_PER_MS: Final = 1_000
# A part that has a histogram of its own beside the common one.
OWN: Final = {
    "fetch_positions": "botctl_positions_fetch_seconds",
    "equity_computation": "botctl_equity_computation_seconds",
}
QUOTE: Final = "fresh_quote"
ANSWERED, FAILED = "ok", "error"
REFUSED: Final = frozenset({"FAIL", "SKIP"})
FEE_OF: Final = {
    OrderState.CONFIRMED: "ok",
    OrderState.FAILED: "reverted",
    OrderState.CANCELED: "canceled",
}


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow of an order's life, with what is known of the order; times in ms, amounts in wei.

    `first`: the order had not made this arrow before. `closed`: how the position did that this order
    closed. `scan_ms`: when the scan began that the order comes from.
    """

    event: OrderEvent
    to: OrderState
    at_ms: int
    first: bool
    created_ms: int
    scan_ms: int | None = None
    sent_ms: int | None = None
    fee_wei: int | None = None
    shortfall_bps: int | None = None
    closed: str = ""


def fold(spans: Iterable[Span], arrows: Iterable[Arrow]) -> Tally:
    tally = Tally()
    for span in spans:
        _span(tally, span)
    for arrow in arrows:
        _arrow(tally, arrow)
    return tally


def _span(tally: Tally, span: Span) -> None:
    _traffic(tally, _mapping(span.facts.get("rpc")))
    _parts(tally, span.facts.get("parts"))
    if counts := COUNTS.get(span.name):
        counts(tally, span)


def _detect(tally: Tally, span: Span) -> None:
    """A block that was scanned before is stored once, and counted once."""
    if not span.facts.get("stored"):
        return
    tally.add("scan_cycles_total")
    tally.add("pairs_scanned_total", _whole(span, "markets"))
    tally.observe("detect_latency_ms", _ms(span))
    tally.observe("detection_to_action_latency_ms", _ms(span), phase="detect")


def _decide(tally: Tally, span: Span) -> None:
    for kind, reason, count in _counts(span, "decisions"):
        tally.add("pairs_failed_total" if kind == "FAIL" else "pairs_passed_total", count)
        tally.add("decision_events_total", count, decision=kind)
        if kind in REFUSED:
            tally.add("decision_reasons_total", count, code=reason)
    tally.add("sellability_fail_total", _whole(span, "unsellable"))
    for code, stale in _mapping(span.facts.get("stale")).items():
        tally.add("stale_data_total", _int(stale), code=code)
    tally.observe("decide_latency_ms", _ms(span))
    since_scan = _whole(span, "since_scan_ms") * MILLION
    tally.observe("detection_to_action_latency_ms", since_scan, phase="decide")


def _cycle(tally: Tally, span: Span) -> None:
    """A scan alone is no cycle, even where it is the root of a trace."""
    if not span.facts.get("alone"):
        tally.observe("scan_cycle_duration_ms", _ms(span))


def _reconcile(tally: Tally, span: Span) -> None:
    tally.add("reconcile_mismatch_total", int(_whole(span, "mismatches") > 0))


def _job(tally: Tally, span: Span) -> None:
    tally.add("job_runs_total", job=_text(span, "job"), outcome=_text(span, "outcome"))


def _health(tally: Tally, span: Span) -> None:
    tally.add("health_transitions_total", now=_text(span, "now"))


def _command(tally: Tally, span: Span) -> None:
    tally.add("commands_total", command=_text(span, "command"), outcome=_text(span, "outcome"))
    if span.status:
        tally.add("errors_total", code=span.status)


COUNTS: Final[Mapping[str, Callable[[Tally, Span], None]]] = {
    Stage.CYCLE: _cycle,
    Stage.DETECT: _detect,
    Stage.DECIDE: _decide,
    Stage.RECONCILE: _reconcile,
    Stage.COMMAND: _command,
    Stage.JOB: _job,
    Stage.HEALTH: _health,
}


def _traffic(tally: Tally, rpc: Mapping[str, object]) -> None:
    for direction in ("in", "out"):
        tally.add("data_trafficked_bytes_total", _int(rpc.get(direction, 0)), dir=direction)
    for provider, counts in _mapping(rpc.get("providers")).items():
        requests, calls, errors = _ints(counts)
        tally.add("rpc_requests_total", requests, provider=provider)
        tally.add("rpc_calls_total", calls, provider=provider)
        tally.add("provider_errors_total", errors, provider=provider)


def _parts(tally: Tally, parts: object) -> None:
    """(phase, microseconds, 1 when it ended well) each."""
    for part in _listed(parts):
        phase, took_us, ok = _listed(part)
        if phase == QUOTE:
            tally.observe("quote_latency_ms", _int(took_us) * US_PER_MS)
        tally.observe("botctl_profile_duration_seconds", _int(took_us), phase=str(phase))
        if own := OWN.get(str(phase)):
            tally.observe(own, _int(took_us), result=ANSWERED if ok else FAILED)


def _arrow(tally: Tally, arrow: Arrow) -> None:
    match arrow.event:
        case OrderEvent.SUBMIT if arrow.first:
            _sent(tally, arrow)
        case OrderEvent.SEE_PENDING if arrow.first:
            tally.add("tx_pending_total")
        case OrderEvent.BUMP:
            tally.add("tx_replacements_total")
        case OrderEvent.BURY_REVERTED:
            tally.add("reverts_total")
        case _:
            pass
    if arrow.to in TERMINAL:
        _ended(tally, arrow)


def _sent(tally: Tally, arrow: Arrow) -> None:
    took = (arrow.at_ms - arrow.created_ms) * MILLION
    tally.observe("execute_latency_ms", took)
    tally.observe("detection_to_action_latency_ms", took, phase="execute")
    if arrow.scan_ms is not None:
        tally.observe("end_to_end_latency_ms", (arrow.at_ms - arrow.scan_ms) * MILLION)


def _ended(tally: Tally, arrow: Arrow) -> None:
    if arrow.to is OrderState.CONFIRMED:
        tally.add("tx_confirmed_total")
    else:
        tally.add("tx_failed_total", state=arrow.to)
    if arrow.fee_wei is not None:
        tally.add("tx_fees_wei_total", arrow.fee_wei, result=FEE_OF[arrow.to])
        if arrow.sent_ms is not None:
            waited = (arrow.at_ms - arrow.sent_ms) * MILLION
            tally.observe("confirmation_latency_ms", waited)
    if arrow.shortfall_bps is not None:
        tally.observe("slippage_shortfall_bps", arrow.shortfall_bps * MILLION)
    if arrow.closed:
        tally.add("trades_closed_total", result=arrow.closed)


def _ms(span: Span) -> int:
    """Milliseconds in millionths."""
    return span.took_us * US_PER_MS


def _counts(span: Span, name: str) -> Iterable[tuple[str, str, int]]:
    for row in _listed(span.facts.get(name)):
        kind, reason, count = _listed(row)
        yield str(kind), str(reason), _int(count)


def _whole(span: Span, name: str) -> int:
    return _int(span.facts.get(name, 0))


def _text(span: Span, name: str) -> str:
    return str(span.facts[name])


def _int(value: object) -> int:
    assert isinstance(value, int), value
    return value


def _ints(value: object) -> Sequence[int]:
    return [_int(one) for one in _listed(value)]


def _listed(value: object) -> Sequence[object]:
    assert value is None or isinstance(value, list | tuple), value
    return value or ()


def _mapping(value: object) -> Mapping[str, object]:
    assert value is None or isinstance(value, dict), value
    return value or {}
