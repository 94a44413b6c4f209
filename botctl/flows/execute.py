"""execute: carry out decided intents; everything is on disk before a node sees a byte of it.

It never waits for a block: what was sent is followed up by `reconcile`, and what a crash left half
done goes out again as the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import Attempt, Order, OrderKind, SendCode, SignedTx
from botctl.core.sending import SEEN_BY_NODE
from botctl.core.units import Address, OrderId
from botctl.flows.approvals import approval_for
from botctl.flows.check_again import Fresh, fresh_look, refusal
from botctl.flows.transactions import sign_now
from botctl.ports.chain import Signer
from botctl.ports.runtime import Runtime
from botctl.ports.store import Baseline, Moved

REFUSED = frozenset(SendCode) - SEEN_BY_NODE - {SendCode.UNCLEAR}
TO_DO = (OrderState.CREATED, OrderState.SIGNED, OrderState.SUBMITTED)


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
    outcomes: tuple[Outcome, ...]
    sent: int
    refused: int
    execute_ms: int


def execute(rt: Runtime) -> ExecuteReport:
    """Exits before entries; each order is finished or refused on its own."""
    started_ms = rt.clock.now_ms()
    orders = rt.store.open(TO_DO)
    if not orders:
        return ExecuteReport((), 0, 0, 0)
    attempts = rt.store.attempts_of([order.id for order in orders])
    outcomes = [
        _finish_sending(rt, o, attempts) for o in orders if o.state is not OrderState.CREATED
    ]
    created = [o for o in orders if o.state is OrderState.CREATED]
    if created:
        outcomes += _start(rt, created)
    done = tuple(outcome for outcome in outcomes if outcome is not None)
    report = ExecuteReport(
        outcomes=done,
        sent=sum(o.state in {OrderState.SUBMITTED, OrderState.PENDING} for o in done),
        refused=sum(o.state is OrderState.FAILED for o in done),
        execute_ms=rt.clock.now_ms() - started_ms,
    )
    rt.log.info("execute done", sent=report.sent, refused=report.refused, ms=report.execute_ms)
    return report


def _start(rt: Runtime, created: list[Order]) -> list[Outcome]:
    """Orders nobody has signed yet: look again, ask every invariant again, then sign and send."""
    fresh = fresh_look(rt, created)
    _remember_baseline(rt, fresh)
    signer = _checked_signer(rt)
    outcomes: list[Outcome] = []
    for order in created:
        if order.kind is OrderKind.APPROVE:
            continue  # goes out together with the sell it serves
        why = refusal(rt, order, fresh)
        if why is not None:
            moved = Moved(OrderEvent.REFUSE, code=why.code, detail=why.actual)
            refused = rt.store.move(order, moved, rt.clock.now_ms())
            outcomes.append(_outcome(refused, why.code, why.actual))
            continue
        approval = approval_for(rt, order, fresh)
        if approval is not None and approval.state is OrderState.CREATED:
            outcomes.append(_sign_and_send(rt, approval, fresh, signer))
        outcomes.append(_sign_and_send(rt, order, fresh, signer))
    return outcomes


def _remember_baseline(rt: Runtime, fresh: Fresh) -> None:
    """The balance before our first transaction: what ledger and chain are compared from."""
    if rt.store.baseline(rt.identity.bot) is None:
        baseline = Baseline(fresh.wallet.balance_wei, fresh.head.block.number)
        rt.store.set_baseline(
            rt.identity.bot, baseline, rt.clock.now_ms(), "before the first transaction"
        )


def _checked_signer(rt: Runtime) -> Signer:
    signer = rt.signer()
    if signer.address != rt.identity.wallet:
        raise OperatorError(
            Code.ERR_SIGNER_MISMATCH,
            "the key does not belong to the configured wallet: correct wallet.address or"
            " wallet.keystore",
            key=signer.address,
            configured=rt.identity.wallet,
        )
    return signer


def _sign_and_send(rt: Runtime, order: Order, fresh: Fresh, signer: Signer) -> Outcome:
    """CREATED -> SIGNED -> SUBMITTED, each on disk; only then the call."""
    order, attempt = rt.store.sign(
        order,
        chain_id=rt.policy.venue.chain_id,
        wallet=rt.identity.wallet,
        chain_nonce=fresh.wallet.nonce,
        now_ms=rt.clock.now_ms(),
        sign_now=sign_now(rt, order, fresh.head, signer),
    )
    return _submit(rt, order, attempt)


def _submit(rt: Runtime, order: Order, attempt: Attempt) -> Outcome:
    order = rt.store.move(order, Moved(OrderEvent.SUBMIT), rt.clock.now_ms())
    answer = rt.sender.send(SignedTx(attempt.raw, attempt.hash))
    rt.store.sent(attempt, answer.code, rt.clock.now_ms())
    if answer.code in SEEN_BY_NODE:
        order = rt.store.move(order, Moved(OrderEvent.SEE_PENDING), rt.clock.now_ms())
    log = rt.log.bound(trace_id=order.trace_id, cycle_id=order.cycle_id, pair_id=order.intent.pair)
    say = log.info if answer.code in SEEN_BY_NODE else log.warning
    say(
        "tx sent",
        order=order.id,
        kind=order.kind,
        side=order.intent.side,
        nonce=attempt.nonce,
        tx_hash=attempt.hash,
        code=answer.code,
        node_says=answer.text,
    )
    return _outcome(order, answer.code, answer.text)


def _finish_sending(
    rt: Runtime, order: Order, attempts: Mapping[OrderId, tuple[Attempt, ...]]
) -> Outcome | None:
    """After a crash, an unclear answer or a lost sight: the same bytes, at once.

    What a node refused goes out again too, but only every `resend_after_ms`.
    """
    attempt = attempts[order.id][-1]
    age_ms = rt.clock.now_ms() - order.changed_ms
    refused = attempt.last_code in REFUSED
    if order.state is OrderState.SUBMITTED and refused and age_ms < rt.send_plan.resend_after_ms:
        return None
    return _submit(rt, order, attempt)


def _outcome(order: Order, code: str, detail: str = "") -> Outcome:
    return Outcome(
        order.id, order.kind, order.intent.side, order.intent.pair, order.state, code, detail
    )
