"""What a span about one market or one order says of it: the tags of seed 000.

`gas_wei` is the most that the gas may cost; what it did cost stands in the settled order's span.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from botctl.core.deciding.cycle import Decided
from botctl.core.facts import Mode
from botctl.core.intent import Intent
from botctl.core.lifecycle import TERMINAL
from botctl.core.orders import Attempt, Order
from botctl.core.policy import RULE_VERSION
from botctl.core.reasons import Kind
from botctl.core.telemetry.spans import Facts, Span, Stage, root_id, span_id
from botctl.core.telemetry.tracer import Begun
from botctl.ports.runtime import Runtime

US: Final = 1_000
EXECUTOR: Final = {Mode.PAPER: "paper"}
DIRECT: Final = "direct_chain"
NETWORKS: Final[Mapping[int, str]] = {1: "eth", 8_453: "base"}  # the seed's words
TRADES: Final = frozenset({Kind.BUY, Kind.SELL})


def decisions(rt: Runtime, decided: Sequence[Decided], began: Begun) -> Iterator[Span]:
    """Of what is to be traded; all others are counted, and stand in the ledger."""
    for one in decided:
        if one.decision.kind in TRADES:
            yield _decision(rt, one, began)


def _decision(rt: Runtime, one: Decided, began: Begun) -> Span:
    world, market, made = one.inputs.world, one.inputs.detection.market, one.decision
    quote, intent = made.quote, made.intent
    facts: dict[str, object] = {
        **_of_bot(rt),
        "pair_id": market.pair,
        "token_symbol": market.symbol,
        "source": market.source,
        "liquidity_usd": made.measures.liquidity_usd,
        "slippage_bps": quote.slippage_bps if quote else None,
        "gas_wei": str(intent.gas_limit * intent.fee_max_wei) if intent else None,
        "safety_score": made.score,
        "action": made.kind.lower(),
        "code": made.reason,
    }
    trace_id = world.trace_id
    return Span(
        trace_id,
        span_id(trace_id, Stage.DECISION, market.pair),
        began.id_of(Stage.DECIDE, trace_id),
        Stage.DECISION,
        began.start_ms * US,
        0,
        facts=_known(facts),
    )


def sent(rt: Runtime, order: Order, attempt: Attempt, code: str) -> Span:
    """From the signature to the node's answer; in the order's own trace, whoever carries it out."""
    trace_id, now_ms = order.trace_id, rt.clock.now_ms()
    return Span(
        trace_id,
        span_id(trace_id, Stage.SEND, order.id, str(attempt.number), str(now_ms)),
        root_id(trace_id),
        Stage.SEND,
        attempt.signed_ms * US,
        max(0, now_ms - attempt.signed_ms) * US,
        facts={**_of_order(rt, order), "attempt": attempt.number, "code": code},
    )


def settled(rt: Runtime, order: Order, gas_wei: int | None) -> Span:
    """From the decision to what the chain made of it."""
    assert order.state in TERMINAL
    trace_id = order.trace_id
    facts = {
        **_of_order(rt, order),
        "state": order.state,
        "gas_wei": None if gas_wei is None else str(gas_wei),
    }
    return Span(
        trace_id,
        span_id(trace_id, Stage.SETTLE, order.id),
        root_id(trace_id),
        Stage.SETTLE,
        order.created_ms * US,
        (order.changed_ms - order.created_ms) * US,
        order.code,
        facts=_known(facts),
    )


def _of_order(rt: Runtime, order: Order) -> Facts:
    intent: Intent = order.intent
    return {
        **_of_bot(rt),
        "pair_id": intent.pair,
        "order_id": order.id,
        "kind": order.kind,
        "action": intent.side,
        "gas_wei": str(intent.gas_limit * intent.fee_max_wei),
    }


def _of_bot(rt: Runtime) -> Facts:
    who, venue = rt.identity, rt.policy.venue
    return {
        "bot": who.bot,
        "build_sha": who.build_sha,
        "rule_version": RULE_VERSION,
        "executor": EXECUTOR.get(who.mode, DIRECT),
        "network": NETWORKS.get(venue.chain_id, str(venue.chain_id)),
        "exchange": venue.route,
        "route": venue.route,
    }


def _known(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if value is not None}
