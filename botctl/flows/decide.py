"""decide: one decision for every detection of the newest cycle, its ledger row and its bundle."""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from botctl.core.bundle import SCHEMA, Draft, DraftInputs, Header
from botctl.core.case import Check
from botctl.core.deciding import decide_cycle
from botctl.core.deciding.cycle import Decided, Moment
from botctl.core.grading import followups
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Order, OrderKind
from botctl.core.pauses import pair_sources
from botctl.core.permission import Permission, PermissionSource, permission
from botctl.core.policy import RULE_VERSION
from botctl.core.reasons import Kind
from botctl.core.units import Address, BundleId, CycleId, OrderId
from botctl.flows.permit import pauses_now, sources_now
from botctl.flows.standing import read_times, standing_of, with_probes
from botctl.flows.telemetry.stages import Told, decided_spans
from botctl.ports.runtime import Runtime
from botctl.ports.store import CycleRow, DecidedBatch, DetectionRow, LedgerRow, Rested

DAY_MS = 86_400_000
TRADES = frozenset({Kind.BUY, Kind.SELL})


@dataclass(frozen=True, slots=True)
class Line:
    """One decision for the report's table."""

    pair: str
    symbol: str | None
    kind: Kind
    reason: str
    detail: str
    score: int
    bundle_id: BundleId


@dataclass(frozen=True, slots=True)
class DecideReport:
    """`cycle_id` is None when nothing was due; `reasons` counts (kind, reason); `orders` are new."""

    cycle_id: CycleId | None
    permission: Permission
    lines: tuple[Line, ...]
    reasons: tuple[tuple[str, str, int], ...]
    orders: int
    decide_ms: int


def decide(rt: Runtime) -> DecideReport:
    """Load what is due, ask the core, store everything in one transaction."""
    with _no_collector():
        return _decide(rt)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Of all that a cycle makes nothing is garbage before its end, and nothing is in a circle: to
    look through it again and again took a tenth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _decide(rt: Runtime) -> DecideReport:
    now_ms = rt.clock.now_ms()
    began = rt.trace.begin(now_ms)
    due = rt.store.due()
    if due is None:
        return DecideReport(None, permission(sources_now(rt)), (), (), 0, 0)
    cycle, rows = due
    world = rt.codec.read_world(cycle.world)
    detections = [rt.codec.read_detection(row.body) for row in rows]
    seen, times, known = read_times(rt, world, detections)
    sources = sources_now(rt, times=times)
    day_start_ms = now_ms - now_ms % DAY_MS
    with rt.trace.profile_span("equity_computation"):
        holdings = with_probes(rt, rt.store.holdings(rt.identity.bot, day_start_ms), day_start_ms)
    with rt.trace.profile_span("strategy_decision"):
        decided = decide_cycle(
            Moment(now_ms, world, sources, standing_of(rt, seen, times), _of_pair(rt, now_ms)),
            detections,
            holdings,
            rt.policy,
            approve_gas=rt.send_plan.approve_gas,
        )
    bundles = _bundles(rt, cycle, rows, decided)
    orders = _orders(rt, cycle, decided, bundles, now_ms)
    lines = tuple(
        _line(one, bundle_id) for one, (bundle_id, _) in zip(decided, bundles, strict=True)
    )
    ledger = [_row(one, bundle_id) for one, (bundle_id, _) in zip(decided, bundles, strict=True)]
    counts = Counter((one.decision.kind, one.decision.reason) for one in decided)
    batch = DecidedBatch(
        cycle_id=cycle.cycle_id,
        decided_ms=now_ms,
        rows=ledger,
        bundles=bundles,
        orders=orders,
        peaks=_peaks(decided),
        times=None if known is not None and times.regime is known.regime else times,
        rested_on=Rested(day_start_ms, holdings) if _enters(orders) else None,
        followups=followups(decided, rt.store.followed_since(now_ms - rt.grade.again_ms)),
        told=decided_spans(rt, cycle, began, Told(decided, counts, ledger)),
    )
    committed = rt.store.commit(batch)
    if committed is None:
        rt.log.info("cycle was decided by another run", cycle_id=cycle.cycle_id)
        return DecideReport(None, permission(sources), (), (), 0, 0)
    for one, bundle in zip(decided, bundles, strict=True):
        if one.decision.kind in TRADES:
            rt.bundle_folder.write(*bundle)
    decide_ms = rt.clock.now_ms() - now_ms
    _log(rt, cycle, lines, decide_ms)
    if committed.orders < len(orders):
        facts = {"decided": len(orders), "added": committed.orders}
        rt.log.warning("orders left out", cycle_id=cycle.cycle_id, **facts)
    return DecideReport(
        cycle_id=cycle.cycle_id,
        permission=permission(sources),
        lines=lines,
        reasons=tuple((kind, reason, n) for (kind, reason), n in counts.most_common()),
        orders=committed.orders,
        decide_ms=decide_ms,
    )


def _of_pair(rt: Runtime, now_ms: int) -> dict[Address, tuple[PermissionSource, ...]]:
    """Markets that have a pause of their own now."""
    pauses = pauses_now(rt)
    found = {Address(p.scope): pair_sources(pauses, p.scope, now_ms) for p in pauses if p.scope}
    return {pair: own for pair, own in found.items() if own}


def _bundles(
    rt: Runtime, cycle: CycleRow, rows: Sequence[DetectionRow], decided: Sequence[Decided]
) -> list[tuple[BundleId, bytes]]:
    """What a cycle shares is encoded once and embedded; detections are embedded as stored."""
    codec, who = rt.codec, rt.identity
    header = Header(SCHEMA, who.build_sha, RULE_VERSION, who.config_hash, who.seed)
    shared_header = codec.embed(codec.canonical(header))
    policy = codec.embed(codec.canonical(rt.policy))
    world = codec.embed(cycle.world)
    standing = codec.embed(codec.canonical(decided[0].inputs.standing)) if decided else ()
    said: dict[tuple[PermissionSource, ...], object] = {}  # nearly always one for all
    bundles = []
    for row, one in zip(rows, decided, strict=True):
        i, seen = one.inputs, codec.embed(row.body)
        sources = said.get(i.sources)
        if sources is None:
            sources = said[i.sources] = codec.embed(codec.canonical(i.sources))
        inputs = DraftInputs(
            i.now_ms, world, sources, seen, i.position, i.books, i.contest, standing
        )
        body = codec.canonical(Draft(shared_header, policy, inputs, one.decision))
        bundles.append((codec.bundle_id(body), body))
    return bundles


def _orders(
    rt: Runtime,
    cycle: CycleRow,
    decided: Sequence[Decided],
    bundles: Sequence[tuple[BundleId, bytes]],
    now_ms: int,
) -> list[Order]:
    return [
        Order(
            id=OrderId(rt.ids.time_ordered(now_ms)),
            kind=OrderKind.SWAP,
            intent=one.decision.intent,
            state=OrderState.CREATED,
            bundle_id=bundle_id,
            cycle_id=cycle.cycle_id,
            trace_id=cycle.trace_id,
            created_ms=now_ms,
            changed_ms=now_ms,
        )
        for one, (bundle_id, _) in zip(decided, bundles, strict=True)
        if one.decision.intent is not None
    ]


def _enters(orders: Sequence[Order]) -> bool:
    return any(order.intent.side is Side.BUY for order in orders)


def _peaks(decided: Sequence[Decided]) -> list[tuple[str, int]]:
    """A held position's best exit value so far rises with what it would bring now."""
    return [
        (one.inputs.position.id, one.decision.value_wei)
        for one in decided
        if one.inputs.position is not None
        and one.decision.value_wei is not None
        and one.decision.value_wei > one.inputs.position.peak_value_wei
    ]


def _line(one: Decided, bundle_id: BundleId) -> Line:
    market, decision = one.inputs.detection.market, one.decision
    return Line(
        market.pair,
        market.symbol,
        decision.kind,
        decision.reason,
        decision.detail,
        decision.score,
        bundle_id,
    )


def _row(one: Decided, bundle_id: BundleId) -> LedgerRow:
    inputs, decision, m = one.inputs, one.decision, one.decision.measures
    market = inputs.detection.market
    passed, failed = _codes(decision.checks + decision.signals)
    return LedgerRow(
        cycle_id=inputs.world.cycle_id,
        at_ms=inputs.now_ms,
        block_number=inputs.world.block.number,
        pair=market.pair,
        token=market.token,
        symbol=market.symbol,
        kind=decision.kind,
        reason=decision.reason,
        detail=decision.detail,
        score=decision.score,
        passes=decision.passes,
        passed=",".join(passed),
        failed=",".join(failed),
        liquidity_usd=m.liquidity_usd,
        fdv_usd=m.fdv_usd,
        age_s=m.age_s,
        buy_tax_bps=m.buy_tax_bps,
        sell_tax_bps=m.sell_tax_bps,
        impact_bps=decision.quote.impact_bps if decision.quote else None,
        value_wei=decision.value_wei,
        bundle_id=bundle_id,
    )


def _codes(checks: Sequence[Check]) -> tuple[list[str], list[str]]:
    """Of those that passed, and of the others."""
    passed: list[str] = []
    failed: list[str] = []
    for check in checks:
        (passed if check.ok else failed).append(check.code)
    return passed, failed


def _log(rt: Runtime, cycle: CycleRow, lines: Sequence[Line], decide_ms: int) -> None:
    log = rt.log.bound(cycle_id=cycle.cycle_id, trace_id=cycle.trace_id)
    for line in lines:
        if line.kind in TRADES:
            log.info(
                "trade decided",
                pair_id=line.pair,
                action=line.kind.lower(),
                code=line.reason,
                detail=line.detail,
                bundle_id=line.bundle_id,
            )
    kinds = Counter(line.kind for line in lines)
    log.info(
        "decide done",
        ms=decide_ms,
        decisions=len(lines),
        **{k.lower(): n for k, n in kinds.items()},
    )
