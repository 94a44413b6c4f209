"""reconcile: tell from the chain what became of every order, and compare the ledger with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from botctl.core.codes import Code
from botctl.core.errors import LostMoveError, OperatorError
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import Attempt, AttemptKind, Order, Receipt
from botctl.core.permission import Level
from botctl.core.settlement import broken_expectation, fill_of, is_native_as_promised
from botctl.core.telemetry.spans import Stage
from botctl.core.units import Address, Hash32, OrderId
from botctl.flows.compare import Mismatch, halt, halt_on, halt_on_deep_reorg, mismatches
from botctl.flows.nonces import FOREIGN, latch_foreign
from botctl.flows.telemetry.stages import carry_settled, carry_stage
from botctl.flows.tend import Tended, tend
from botctl.flows.unsellable import write_off_unsellable
from botctl.ports.chain import Head, Sighting
from botctl.ports.runtime import Runtime
from botctl.ports.store import Moved

OUT = (OrderState.SIGNED, OrderState.SUBMITTED, OrderState.PENDING, OrderState.MINED)


@dataclass(frozen=True, slots=True)
class Change:
    """One order's way through this run."""

    order_id: OrderId
    side: str
    kind: str
    pair: Address
    was: OrderState
    state: OrderState
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    changes: tuple[Change, ...]
    still_open: int
    tended: tuple[Tended, ...]
    written_off: tuple[str, ...]  # pairs whose position cannot be sold
    mismatches: tuple[Mismatch, ...]
    block_number: int
    reconcile_ms: int


@dataclass(frozen=True, slots=True)
class Sky:
    """One look at everything that is out: sightings by hash, and the nonce that is buried."""

    head: Head
    sightings: Mapping[Hash32, Sighting]
    buried_nonce: int  # mined transactions of the wallet, `confirmations` deep


def reconcile(rt: Runtime, trace_id: str = "") -> ReconcileReport:
    """Receipts under every attempt's hash, depth, fills; then ledger against chain.

    `trace_id`: of the cycle that this is a stage of; else it is a stage of the first order's.
    """
    started_ms = rt.clock.now_ms()
    began = rt.trace.begin(started_ms)
    orders = rt.store.open(OUT)
    idle = not orders and rt.store.baseline(rt.identity.bot) is None
    if idle:
        return ReconcileReport((), 0, (), (), (), 0, 0)  # nothing was ever sent: nothing to compare
    head = rt.txs.head()
    if head.chain_id != rt.policy.venue.chain_id:
        raise OperatorError(
            Code.ERR_CHAIN_ID_MISMATCH,
            "the node serves another chain: correct chain.urls",
            node=head.chain_id,
            configured=rt.policy.venue.chain_id,
        )
    attempts = rt.store.attempts_of([order.id for order in orders])
    sky = _look(rt, head, orders, attempts)
    after = [_follow(rt, order, attempts[order.id], sky) for order in orders]
    tended = tend(rt, head)
    written_off = write_off_unsellable(rt)
    halt_on_deep_reorg(rt, head)
    found = mismatches(rt, head)
    halt_on(rt, found)
    changes = tuple(
        _change(was, now)
        for was, now in zip(orders, after, strict=True)
        if was.state is not now.state
    )
    report = ReconcileReport(
        changes=changes,
        still_open=len(rt.store.open()),
        tended=tended,
        written_off=written_off,
        mismatches=found,
        block_number=head.block.number,
        reconcile_ms=rt.clock.now_ms() - started_ms,
    )
    done = trace_id or (orders[0].trace_id if orders else "")
    carry_stage(rt, Stage.RECONCILE, began, done, changes=len(changes), mismatches=len(found))
    rt.log.info(
        "reconcile done",
        changes=len(changes),
        tended=len(tended),
        open=report.still_open,
        mismatches=len(found),
        ms=report.reconcile_ms,
    )
    return report


def _look(
    rt: Runtime,
    head: Head,
    orders: Sequence[Order],
    attempts: Mapping[OrderId, tuple[Attempt, ...]],
) -> Sky:
    hashes = [attempt.hash for order in orders for attempt in attempts[order.id]]
    seen = rt.txs.sightings(hashes) if hashes else ()
    buried = 0
    if any(not s.known and s.receipt is None for s in seen):
        buried = _buried_nonce(rt, head)
    return Sky(head, {s.tx_hash: s for s in seen}, buried)


def _buried_nonce(rt: Runtime, head: Head) -> int:
    deep = rt.txs.blocks([max(0, head.block.number - rt.send_plan.confirmations + 1)])[0]
    return rt.txs.wallet(rt.identity.wallet, (), deep).nonce if deep else 0


def _follow(rt: Runtime, order: Order, attempts: Sequence[Attempt], sky: Sky) -> Order:
    """One order by what is seen of its attempts; every arrow is stored on its own."""
    try:
        return _followed(rt, order, attempts, sky)
    except LostMoveError:  # another run was first, and saw what we see
        return rt.store.order(order.id) or order


def _followed(rt: Runtime, order: Order, attempts: Sequence[Attempt], sky: Sky) -> Order:
    seen = [sky.sightings[attempt.hash] for attempt in attempts]
    receipt = next((s.receipt for s in seen if s.receipt is not None), None)
    if receipt is not None:
        return _mined(rt, order, receipt, attempts, sky)
    if order.state is OrderState.MINED:
        order = _move(rt, order, Moved(OrderEvent.SEE_REORG, detail="its block left the chain"))
    if any(s.known for s in seen):
        if order.state is OrderState.SUBMITTED:
            return _move(rt, order, Moved(OrderEvent.SEE_PENDING))
        return order
    if order.nonce is not None and order.nonce < sky.buried_nonce:
        return _replaced(rt, order)
    if order.state is OrderState.PENDING:
        return _move(rt, order, Moved(OrderEvent.LOSE_SIGHT, detail="no node knows it now"))
    return order


def _mined(
    rt: Runtime, order: Order, receipt: Receipt, attempts: Sequence[Attempt], sky: Sky
) -> Order:
    if order.state is OrderState.SIGNED:  # it died between the call and its row
        order = _move(rt, order, Moved(OrderEvent.SUBMIT))
    if order.state is not OrderState.MINED or order.block_hash != receipt.block_hash:
        order = _move(
            rt,
            order,
            Moved(
                OrderEvent.SEE_MINED,
                block_number=receipt.block_number,
                block_hash=receipt.block_hash,
            ),
        )
    depth = sky.head.block.number - receipt.block_number + 1
    if depth < rt.send_plan.confirmations:
        return order
    return _bury(rt, order, receipt, attempts)


def _bury(rt: Runtime, order: Order, receipt: Receipt, attempts: Sequence[Attempt]) -> Order:
    """What happened is told by which of our transactions mined, not by what we last wanted."""
    venue = rt.policy.venue
    mined = next(a for a in attempts if a.hash == receipt.tx_hash)
    fill = fill_of(
        order,
        receipt,
        kind=mined.kind,
        wallet=rt.identity.wallet,
        native=venue.native,
        router=venue.router,
    )
    event, code, detail = OrderEvent.BURY_OK, "", ""
    if mined.kind is AttemptKind.CANCEL:
        event, code, detail = OrderEvent.BURY_CANCEL, Code.ERR_TX_STUCK, "our cancel took its nonce"
    elif not receipt.ok:
        event, code = OrderEvent.BURY_REVERTED, Code.ERR_TX_REVERTED
        detail = _why_reverted(rt, order, receipt, mined.raw)
    elif broken := broken_expectation(order, fill):
        code, detail = Code.ERR_LEDGER_MISMATCH, broken
    moved = Moved(event, code, detail, receipt.block_number, receipt.block_hash)
    settled = rt.store.settle(order, moved, fill, rt.clock.now_ms())
    carry_settled(rt, settled, fill.gas_wei)
    if code == Code.ERR_LEDGER_MISMATCH:
        told = Level.EXITS_ONLY if is_native_as_promised(order, fill) else Level.HALT_ALL
        halt(rt, Code.ERR_LEDGER_MISMATCH, f"order {order.id}: {detail}", told)
    _log(
        rt,
        settled,
        gas_wei=fill.gas_wei,
        token_delta=str(fill.token_delta),
        native_delta_wei=str(fill.native_delta_wei),
    )
    return settled


def _why_reverted(rt: Runtime, order: Order, receipt: Receipt, raw: bytes) -> str:
    """Run it again on the block before; nearly all gas used says enough by itself.

    A call keeps back a 64th of its gas (EIP-150), so that out of gas need not mean every last one.
    """
    if receipt.gas_used * 64 >= order.intent.gas_limit * 62:
        return "out of gas"
    return rt.txs.revert_reason(raw, receipt.block_number - 1) or "no reason given"


def _replaced(rt: Runtime, order: Order) -> Order:
    """Something that is not ours took the nonce, and it is buried: the key was used elsewhere."""
    moved = Moved(
        OrderEvent.BURY_FOREIGN, Code.ERR_NONCE_FOREIGN, "another transaction took the nonce"
    )
    settled = rt.store.settle(order, moved, None, rt.clock.now_ms())
    carry_settled(rt, settled, None)
    latch_foreign(rt, f"{moved.code}: nonce {order.nonce}, order {order.id}: {FOREIGN}")
    _log(rt, settled)
    return settled


def _move(rt: Runtime, order: Order, moved: Moved) -> Order:
    after = rt.store.move(order, moved, rt.clock.now_ms())
    _log(rt, after)
    return after


def _log(rt: Runtime, order: Order, **facts: object) -> None:
    log = rt.log.bound(trace_id=order.trace_id, cycle_id=order.cycle_id, pair_id=order.intent.pair)
    log.info(
        "order moved",
        order=order.id,
        state=order.state,
        side=order.intent.side,
        kind=order.kind,
        code=order.code,
        detail=order.detail,
        **facts,
    )


def _change(was: Order, now: Order) -> Change:
    return Change(
        now.id,
        now.intent.side,
        now.kind,
        now.intent.pair,
        was.state,
        now.state,
        now.code,
        now.detail,
    )
