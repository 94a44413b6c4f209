"""The exact allowance a sell needs: an order of its own, one nonce before the sell."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from botctl.core.errors import LostMoveError
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import Order, OrderKind
from botctl.core.sending import approval_key
from botctl.core.units import OrderId
from botctl.flows.check_again import Fresh
from botctl.ports.runtime import Runtime
from botctl.ports.store import Moved

RECENT = 50  # a market's orders among which the approval of a live sell must be


def approval_for(rt: Runtime, order: Order, fresh: Fresh) -> Order | None:
    """The approval to send before `order`; None when it needs none or has an allowance.

    One that has ended already and left no allowance is returned as it is: the sell cannot go.
    """
    intent = order.intent
    if intent.side is not Side.SELL:
        return None
    allowed = rt.txs.allowance(
        rt.identity.wallet, rt.policy.venue.router, intent.token, fresh.head.block
    )
    if allowed >= intent.amount_in:
        return None
    now_ms = rt.clock.now_ms()
    approval = Order(
        id=OrderId(rt.ids.time_ordered(now_ms)),
        kind=OrderKind.APPROVE,
        intent=replace(
            intent,
            intent_key=approval_key(intent.intent_key),
            min_out=0,
            expected_out=0,
            gas_limit=rt.send_plan.approve_gas,
        ),
        state=OrderState.CREATED,
        bundle_id=order.bundle_id,
        cycle_id=order.cycle_id,
        trace_id=order.trace_id,
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    return approval if rt.store.add(approval) else _added_before(rt, approval)


def _added_before(rt: Runtime, approval: Order) -> Order:
    """An earlier run wrote it: it is that one which goes out, never a second."""
    key = approval.intent.intent_key
    return next(
        o for o in rt.store.of_pair(approval.intent.pair, RECENT) if o.intent.intent_key == key
    )


def refuse_orphans(rt: Runtime, orders: Sequence[Order]) -> None:
    """An approval that was never signed, of a sell that is no longer waiting for it, has no purpose."""
    waiting = {approval_key(o.intent.intent_key) for o in orders if o.state is OrderState.CREATED}
    for order in orders:
        unsigned = order.kind is OrderKind.APPROVE and order.state is OrderState.CREATED
        if unsigned and order.intent.intent_key not in waiting:
            why = Moved(OrderEvent.REFUSE, detail="the sell it serves has ended")
            with suppress(LostMoveError):  # another run did the same
                rt.store.move(order, why, rt.clock.now_ms())
