"""execute: carry out decided intents; everything is on disk before a node sees a byte of it.

It never waits for a block: what was sent is followed up by `reconcile`, and what a crash left half
done goes out again as the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from botctl.core.case import Check
from botctl.core.errors import LostMoveError
from botctl.core.intent import Side
from botctl.core.lifecycle import TERMINAL, OrderEvent, OrderState
from botctl.core.orders import Attempt, Order, OrderKind, SendCode
from botctl.core.reasons import Reason
from botctl.core.replacement import may_fill
from botctl.core.sending import SEEN_BY_NODE
from botctl.core.telemetry.fold import QUOTE
from botctl.core.telemetry.spans import Stage
from botctl.core.units import Address, OrderId
from botctl.flows.approvals import approval_for, refuse_orphans
from botctl.flows.check_again import Fresh, fresh_look, refusal
from botctl.flows.lease import held_elsewhere, leased
from botctl.flows.nonces import check_nonces
from botctl.flows.permit import line_permission
from botctl.flows.send import submit
from botctl.flows.signer import checked_signer
from botctl.flows.telemetry.stages import carry_stage
from botctl.flows.transactions import sign_now, suggested_fees
from botctl.ports.runtime import Runtime
from botctl.ports.store import Baseline, Lease, Moment, Moved

REFUSED = frozenset(SendCode) - SEEN_BY_NODE - {SendCode.UNCLEAR}
TO_DO = (OrderState.CREATED, OrderState.SIGNED, OrderState.SUBMITTED)

Attempts = Mapping[OrderId, tuple[Attempt, ...]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order in this run; `code` is a reason, or the node's answer."""

    order_id: OrderId
    kind: OrderKind
    side: str
    pair: Address
    state: OrderState
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ExecuteReport:
    """`locked`: another process signs for this wallet; what it leaves is for the next run."""

    outcomes: tuple[Outcome, ...]
    sent: int
    refused: int
    locked: bool
    execute_ms: int


def execute(rt: Runtime, trace_id: str = "") -> ExecuteReport:
    """Exits before entries; each order is finished or refused on its own.

    `trace_id`: of the cycle that this is a stage of; else it is a stage of the first order's.
    """
    started_ms = rt.clock.now_ms()
    began = rt.trace.begin(started_ms)
    orders = rt.store.open(TO_DO)
    if not orders:
        return ExecuteReport((), 0, 0, False, 0)
    refuse_orphans(rt, orders)
    attempts = rt.store.attempts_of([order.id for order in orders])
    out = [order for order in orders if order.state is OrderState.SUBMITTED]
    outcomes = list(_finish_sending(rt, out, attempts))
    unsent = [o for o in orders if o.state is not OrderState.SUBMITTED and _startable(o)]
    locked = bool(unsent) and not _start(rt, unsent, attempts, outcomes)
    report = ExecuteReport(
        outcomes=tuple(outcomes),
        sent=sum(o.state in {OrderState.SUBMITTED, OrderState.PENDING} for o in outcomes),
        refused=sum(o.state in TERMINAL for o in outcomes),
        locked=locked,
        execute_ms=rt.clock.now_ms() - started_ms,
    )
    done = trace_id or orders[0].trace_id
    carry_stage(rt, Stage.EXECUTE, began, done, sent=report.sent, refused=report.refused)
    rt.log.info(
        "execute done",
        sent=report.sent,
        refused=report.refused,
        locked=locked,
        ms=report.execute_ms,
    )
    return report


def _startable(order: Order) -> bool:
    """An unsigned approval goes out with the sell it serves, an unsigned no-op with its gap."""
    return order.state is OrderState.SIGNED or order.kind is OrderKind.SWAP


def _start(
    rt: Runtime, orders: Sequence[Order], attempts: Attempts, outcomes: list[Outcome]
) -> bool:
    """What no node has seen yet: look again, ask again, sign under the lease, then send.

    False when another process holds the lease.
    """
    if held_elsewhere(rt):
        return False
    with rt.trace.profile_span(QUOTE):
        fresh = fresh_look(rt, orders)
    _remember_baseline(rt, fresh)
    with leased(rt, fresh.wallet.nonce) as lease:
        if lease is None:
            return False
        ready = list(_sign_all(rt, lease, orders, attempts, fresh, outcomes))
    outcomes += _send_all(rt, ready, fresh.head.block.number)
    return True


def _send_all(
    rt: Runtime, ready: Sequence[tuple[Order, Attempt]], head_number: int
) -> Iterator[Outcome]:
    for order, attempt in ready:
        try:
            with rt.trace.profile_span("order_placement"):
                after, answer = submit(rt, order, attempt, head_number)
        except LostMoveError:
            continue  # another run is sending it
        yield _outcome(after, answer.code, answer.text)


def _sign_all(
    rt: Runtime,
    lease: Lease,
    orders: Sequence[Order],
    attempts: Attempts,
    fresh: Fresh,
    outcomes: list[Outcome],
) -> Iterator[tuple[Order, Attempt]]:
    """In the order of nonces: what was signed before, then what is signed now."""
    view, _ = check_nonces(rt, lease)
    for order in sorted(orders, key=lambda o: o.state is OrderState.CREATED):
        try:
            with rt.trace.profile_span("pre_trade_validation"):
                why = refusal(rt, order, fresh, view) or _gate(rt, order, fresh)
            if why is not None:
                outcomes.append(_refuse(rt, order, why))
                fresh.books.refused(order)
            elif order.state is OrderState.SIGNED:
                yield order, attempts[order.id][-1]
            else:
                yield from _sign(rt, lease, order, fresh, outcomes)
        except LostMoveError:
            fresh.books.forget()  # another run was first: what it did is the truth


def _gate(rt: Runtime, order: Order, fresh: Fresh) -> Check | None:
    """Every entry goes through all tiers just before it is signed; an exit never does."""
    entry = order.kind is OrderKind.SWAP and order.intent.side is Side.BUY
    if not entry or not rt.send_plan.gate:
        return None
    return rt.gate(rt, fresh.world, fresh.seen[order.intent.pair])


def _sign(
    rt: Runtime, lease: Lease, order: Order, fresh: Fresh, outcomes: list[Outcome]
) -> Iterator[tuple[Order, Attempt]]:
    """CREATED -> SIGNED, the approval it needs one nonce before it."""
    approval = approval_for(rt, order, fresh)
    if approval is not None and approval.state in TERMINAL:
        why = Check(
            Reason.INV_SELLABLE,
            ok=False,
            actual=f"its approval ended as {approval.state}",
            limit="an allowance for the sell",
        )
        outcomes.append(_refuse(rt, order, why))
        fresh.books.refused(order)
        return
    if approval is not None and approval.state is OrderState.CREATED:
        fresh.books.added(approval)
        yield _signed(rt, lease, approval, fresh)
    yield _signed(rt, lease, order, fresh)


def _signed(rt: Runtime, lease: Lease, order: Order, fresh: Fresh) -> tuple[Order, Attempt]:
    head = fresh.head
    moment = Moment(fresh.wallet.nonce, head.block.number, rt.clock.now_ms())
    signing = sign_now(rt, order, suggested_fees(head), checked_signer(rt), lease)
    return rt.store.sign(order, lease, moment, signing)


def _refuse(rt: Runtime, order: Order, why: Check) -> Outcome:
    """Nothing left us: an unsigned order has failed, a signed one was never sent."""
    created = order.state is OrderState.CREATED
    event = OrderEvent.REFUSE if created else OrderEvent.PROVE_UNSENT
    moved = Moved(event, code=why.code, detail=why.actual)
    return _outcome(rt.store.move(order, moved, rt.clock.now_ms()), why.code, why.actual)


def _remember_baseline(rt: Runtime, fresh: Fresh) -> None:
    """The balance before our first transaction: what ledger and chain are compared from."""
    if rt.store.baseline(rt.identity.bot) is None:
        baseline = Baseline(fresh.wallet.balance_wei, fresh.head.block.number)
        rt.store.set_baseline(
            rt.identity.bot, baseline, rt.clock.now_ms(), "before the first transaction"
        )


def _finish_sending(rt: Runtime, orders: Sequence[Order], attempts: Attempts) -> Iterator[Outcome]:
    """After a crash, an unclear answer or a lost sight: the same bytes, at once.

    What a node refused goes out again too, but only every `resend_after_ms`. What is no longer
    permitted does not: `reconcile` cancels it, or a hard halt keeps it where it is.
    """
    allowed = line_permission(rt)
    due = [
        order
        for order in orders
        if may_fill(order, allowed) and _is_due(rt, order, attempts[order.id][-1])
    ]
    head_number = rt.txs.head().block.number if due and rt.send_plan.private_blocks else 0
    yield from _send_all(rt, [(o, attempts[o.id][-1]) for o in due], head_number)


def _is_due(rt: Runtime, order: Order, attempt: Attempt) -> bool:
    age_ms = rt.clock.now_ms() - order.changed_ms
    return attempt.last_code not in REFUSED or age_ms >= rt.send_plan.resend_after_ms


def _outcome(order: Order, code: str, detail: str = "") -> Outcome:
    return Outcome(
        order.id, order.kind, order.intent.side, order.intent.pair, order.state, code, detail
    )
