"""Keep the line of transactions moving: fill gaps, and escalate the one at its head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from botctl.core.codes import Code
from botctl.core.lifecycle import OrderState
from botctl.core.nonces import Diagnosis, NonceView, Remedy, Repair
from botctl.core.orders import AttemptKind, Order
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.replacement import Act, Line, Move, next_move
from botctl.core.units import Address, OrderId
from botctl.flows.lease import leased
from botctl.flows.nonces import (
    NonceReport,
    check_nonces,
    drop_unsigned_noops,
    nonce_status,
    noop_at,
)
from botctl.flows.permit import line_permission
from botctl.flows.send import publish
from botctl.flows.signer import checked_signer
from botctl.flows.transactions import sign_now, suggested_fees
from botctl.ports.chain import Head
from botctl.ports.runtime import Runtime
from botctl.ports.store import Lease, Moment

WAITING = (OrderState.SUBMITTED, OrderState.PENDING)
RESENT_MAX = 64  # of the wallet's line in one repair, from its head
ATTEMPT = {Act.BUMP: AttemptKind.BUMP, Act.CANCEL: AttemptKind.CANCEL}


@dataclass(frozen=True, slots=True)
class Tended:
    """What was done for one order of the line, and why."""

    order_id: OrderId
    pair: Address
    nonce: int | None
    act: str
    why: str
    code: str  # the node's answer


def tend(rt: Runtime, head: Head) -> tuple[Tended, ...]:
    """Nothing to do for a wallet that has never signed, or that another host is signing for."""
    row = rt.store.nonce(rt.identity.wallet)
    if row is None:
        return ()
    drop_unsigned_noops(rt)
    waiting = rt.store.open(WAITING)
    _warn_overdue(rt, waiting, head)
    with leased(rt, row.next) as lease:
        if lease is None:
            return ()
        view, found = check_nonces(rt, lease)
        return (*_fill(rt, lease, head, found), *_escalate(rt, lease, head, view, waiting))


def _fill(rt: Runtime, lease: Lease, head: Head, found: Diagnosis) -> Iterator[Tended]:
    gaps = [repair.nonce for repair in found.repairs if repair.remedy is Remedy.FILL]
    if not gaps or not line_permission(rt).exits:
        return
    signer = checked_signer(rt)
    for nonce in gaps[: rt.send_plan.noops_max]:
        order, code = noop_at(rt, lease, signer, head, nonce)
        why = "nobody used this nonce, and nothing above it could mine"
        yield Tended(order.id, order.intent.pair, nonce, "fill", why, code)


def _escalate(
    rt: Runtime, lease: Lease, head: Head, view: NonceView, waiting: Sequence[Order]
) -> Iterator[Tended]:
    """Head of line only: raising what stands behind it moves nothing (LESSONS 7)."""
    order = next((o for o in waiting if o.nonce == view.mined), None)
    if order is None:
        return
    attempts = rt.store.attempts(order.id)
    allowed = line_permission(rt)
    now_ms = rt.clock.now_ms()
    line = Line(order, attempts, now_ms, head.block.timestamp_s, suggested_fees(head), allowed)
    move = next_move(line, rt.send_plan)
    if move.act is Act.WAIT or allowed.level is Level.HALT_ALL:
        return  # a hard halt sends nothing at all: what is out may still mine, and is followed
    yield _carry_out(rt, lease, head, line, move)


def _carry_out(rt: Runtime, lease: Lease, head: Head, line: Line, move: Move) -> Tended:
    order, attempt = line.order, line.attempts[-1]
    if move.fees is not None:
        kind = ATTEMPT[move.act]
        assert order.nonce is not None
        moment = Moment(order.nonce, head.block.number, line.now_ms)
        signing = sign_now(rt, order, move.fees, checked_signer(rt), lease, kind)
        order, attempt = rt.store.bump(order, lease, moment, signing, kind=kind)
    order, answer = publish(rt, order, attempt, head.block.number)
    return Tended(order.id, order.intent.pair, order.nonce, move.act, move.why, answer.code)


def _warn_overdue(rt: Runtime, waiting: Sequence[Order], head: Head) -> None:
    for order in waiting:
        if order.intent.deadline_s <= head.block.timestamp_s:
            rt.log.error(
                "order outlived its deadline",
                code=Code.ERR_TX_DEADLINE,
                order=order.id,
                nonce=order.nonce,
                deadline_s=order.intent.deadline_s,
            )


def nonce_repair(rt: Runtime, *, apply: bool) -> NonceReport:
    """Dry run unless `apply`. Lifts the latch of foreign use once nothing foreign is left to explain.

    What another transaction took from an order of ours, `reconcile` must have buried first.
    """
    before = nonce_status(rt)
    if not apply or before.row is None:
        return before
    head = rt.txs.head()
    done: tuple[Repair, ...] = ()
    with leased(rt, before.row.next) as lease:
        if lease is not None:
            _, found = check_nonces(rt, lease)
            tuple(_fill(rt, lease, head, found))
            _resend(rt, head, found)
            done = found.repairs
    after = nonce_status(rt)
    if not after.diagnosis.foreign:
        _lift(rt)
    return replace(after, applied=done)


def _resend(rt: Runtime, head: Head, found: Diagnosis) -> None:
    """A reorganisation took what had ended on the chain, and no node brings it back.

    Only its own bytes may have that nonce: they are what happened, and can happen but once.
    """
    first = next((r.nonce for r in found.repairs if r.remedy is Remedy.RESEND), None)
    if first is None or not line_permission(rt).exits:
        return
    for order in rt.store.ended_from(rt.identity.wallet, first, RESENT_MAX):
        canceled = order.state is OrderState.CANCELED
        attempts = rt.store.attempts(order.id)
        ours = [a for a in attempts if (a.kind is AttemptKind.CANCEL) is canceled]
        publish(rt, order, ours[-1], head.block.number)


def _lift(rt: Runtime) -> None:
    now_ms, why = rt.clock.now_ms(), "nonce repair found nothing foreign left"
    rt.store.set_source(
        PermissionSource(SourceKind.NONCE, Level.ALLOW_ALL, why, "operator", now_ms)
    )
