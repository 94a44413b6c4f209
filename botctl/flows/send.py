"""SUBMITTED on disk, then the call, then what the node said: the one place bytes go out from."""

from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import Attempt, AttemptKind, Order, SignedTx
from botctl.core.sending import SEEN_BY_NODE
from botctl.flows.telemetry.tags import sent
from botctl.ports.chain import SendAnswer
from botctl.ports.runtime import Runtime
from botctl.ports.store import Moved


def submit(
    rt: Runtime, order: Order, attempt: Attempt, head_number: int
) -> tuple[Order, SendAnswer]:
    """The order as the node's answer leaves it, and that answer."""
    order = rt.store.move(order, Moved(OrderEvent.SUBMIT), rt.clock.now_ms())
    return publish(rt, order, attempt, head_number)


def publish(
    rt: Runtime, order: Order, attempt: Attempt, head_number: int
) -> tuple[Order, SendAnswer]:
    """For an order that is SUBMITTED or PENDING on disk already."""
    public = _is_public(rt, attempt, head_number)
    answer = rt.sender.send(SignedTx(attempt.raw, attempt.hash), public=public)
    rt.store.sent(attempt, answer.code, rt.clock.now_ms())
    if rt.trace.on:
        rt.store.carry(sent(rt, order, attempt, answer.code))
    if answer.code in SEEN_BY_NODE and order.state is OrderState.SUBMITTED:
        order = rt.store.move(order, Moved(OrderEvent.SEE_PENDING), rt.clock.now_ms())
    _log(rt, order, attempt, answer, public=public)
    return order, answer


def _is_public(rt: Runtime, attempt: Attempt, head_number: int) -> bool:
    """A trade goes to the relay alone at first; a cancel has nothing to hide, and must win."""
    if attempt.kind is AttemptKind.CANCEL:
        return True
    return head_number >= attempt.signed_block + rt.send_plan.private_blocks


def _log(rt: Runtime, order: Order, attempt: Attempt, answer: SendAnswer, *, public: bool) -> None:
    log = rt.log.bound(trace_id=order.trace_id, cycle_id=order.cycle_id, pair_id=order.intent.pair)
    say = log.info if answer.code in SEEN_BY_NODE else log.warning
    say(
        "tx sent",
        order=order.id,
        kind=order.kind,
        attempt=attempt.kind,
        side=order.intent.side,
        nonce=attempt.nonce,
        tx_hash=attempt.hash,
        public=public,
        code=answer.code,
        node_says=answer.text,
    )
