"""The exact allowance a sell needs: an order of its own, one nonce before the sell."""

from dataclasses import replace

from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Order, OrderKind
from botctl.core.sending import approval_key
from botctl.core.units import OrderId
from botctl.flows.check_again import Fresh
from botctl.ports.runtime import Runtime


def approval_for(rt: Runtime, order: Order, fresh: Fresh) -> Order | None:
    """The approval to send before `order`; None when it needs none or has an allowance."""
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
    """An earlier run wrote it and died: it is that one which goes out, never a second."""
    key = approval.intent.intent_key
    return next(o for o in rt.store.open() if o.intent.intent_key == key)
