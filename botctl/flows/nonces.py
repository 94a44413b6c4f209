"""The nonce authority's view of the chain: what is wrong with our counter, and its safe repairs."""

from dataclasses import dataclass, replace
from hashlib import sha256

from botctl.core.codes import Code
from botctl.core.intent import Intent, Side
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.nonces import MOVES_COUNTER, Diagnosis, NonceView, Repair, diagnose
from botctl.core.orders import Order, OrderKind
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.replacement import CANCEL_GAS
from botctl.core.units import ZERO_ADDRESS, BundleId, CycleId, Hash32, OrderId
from botctl.flows.send import submit
from botctl.flows.transactions import sign_now, suggested_fees
from botctl.ports.chain import Head, NonceCount, Signer
from botctl.ports.runtime import Runtime
from botctl.ports.store import Lease, Moment, Moved, NonceRow

FOREIGN = "the key was used elsewhere: run `botctl nonce status`"
NO_DEADLINE = 2**62  # seconds: a no-op is good for ever


@dataclass(frozen=True, slots=True)
class NonceReport:
    """`row` None: this wallet has never signed through this database."""

    wallet: str
    counts: tuple[NonceCount, ...]
    row: NonceRow | None
    view: NonceView | None
    diagnosis: Diagnosis
    applied: tuple[Repair, ...] = ()


def nonce_status(rt: Runtime) -> NonceReport:
    """Reads only."""
    wallet = rt.identity.wallet
    counts, row = rt.txs.nonces(wallet), rt.store.nonce(wallet)
    if row is None:
        return NonceReport(wallet, counts, None, None, Diagnosis((), ()))
    view = nonce_view(rt, counts, row.next)
    return NonceReport(wallet, counts, row, view, diagnose(view))


def nonce_view(rt: Runtime, counts: tuple[NonceCount, ...], next_nonce: int) -> NonceView:
    """The freshest node's count; a hash is known when a node has it or has mined it."""
    wallet = rt.identity.wallet
    mined = max(count.mined for count in counts)
    slots = rt.store.slots(wallet)
    doubted = [Hash32(h) for slot in slots if slot.nonce < mined for h in slot.hashes]
    known = {s.tx_hash for s in rt.txs.sightings(doubted) if s.known} if doubted else set()
    return NonceView(
        mined=mined,
        agreed=min(count.mined for count in counts),
        pending=max(count.pending for count in counts),
        next=next_nonce,
        settled=rt.store.settled_next(wallet),
        slots=slots,
        known=frozenset(known),
    )


def check_nonces(rt: Runtime, lease: Lease) -> tuple[NonceView, Diagnosis]:
    """Before anything is signed: foreign use stops entries, and what can be mended safely is.

    Nothing is concluded from a single reading (LESSONS 6, 10). Fills no gaps: that needs the key, and
    `tend` does it.
    """
    view, found = _look(rt)
    if not found.troubles:
        return view, found
    view, again = _look(rt)
    found = _both(found, again)
    stop_entries(rt, found)
    for repair in found.repairs:
        if repair.remedy in MOVES_COUNTER:
            move_counter(rt, lease, view, repair)
            view = replace(view, next=repair.nonce)
    return view, found


def _look(rt: Runtime) -> tuple[NonceView, Diagnosis]:
    row = rt.store.nonce(rt.identity.wallet)
    assert row is not None, "a lease has just started the counter"
    view = nonce_view(rt, rt.txs.nonces(rt.identity.wallet), row.next)
    return view, diagnose(view)


def _both(one: Diagnosis, other: Diagnosis) -> Diagnosis:
    return Diagnosis(
        tuple(trouble for trouble in other.troubles if trouble in one.troubles),
        tuple(repair for repair in other.repairs if repair in one.repairs),
    )


def move_counter(rt: Runtime, lease: Lease, view: NonceView, repair: Repair) -> None:
    """Compare-and-set under the lease, journalled."""
    why = f"{repair.remedy}: the chain counts {view.mined}, its pool {view.pending}"
    now_ms = rt.clock.now_ms()
    rt.store.set_next(lease, expected=view.next, to=repair.nonce, now_ms=now_ms, why=why)
    rt.log.warning("nonce counter moved", was=view.next, now=repair.nonce, why=why)


def stop_entries(rt: Runtime, found: Diagnosis) -> None:
    """Latched: whoever else has the key may spend what we are about to commit (LESSONS 9)."""
    if not found.foreign:
        return
    first = found.foreign[0]
    reason = f"{Code.ERR_NONCE_FOREIGN}: nonces {first.first}..{first.last}: {FOREIGN}"
    latch_foreign(rt, reason)


def latch_foreign(rt: Runtime, reason: str) -> None:
    rt.log.error("key used elsewhere", code=Code.ERR_NONCE_FOREIGN, detail=reason)
    rt.store.set_source(
        PermissionSource(
            SourceKind.NONCE, Level.EXITS_ONLY, reason, "nonce authority", rt.clock.now_ms()
        )
    )


def noop_at(rt: Runtime, lease: Lease, signer: Signer, head: Head, nonce: int) -> tuple[Order, str]:
    """Fill a gap: an order of its own, so that it is followed, raised and buried like any other."""
    order = _noop_order(rt, head, nonce)
    rt.store.add(order)
    moment = Moment(nonce, head.block.number, rt.clock.now_ms())
    signing = sign_now(rt, order, suggested_fees(head), signer, lease)
    order, attempt = rt.store.sign(order, lease, moment, signing, at=nonce)
    order, answer = submit(rt, order, attempt, head.block.number)
    return order, answer.code


def _noop_order(rt: Runtime, head: Head, nonce: int) -> Order:
    now_ms, venue = rt.clock.now_ms(), rt.policy.venue
    order_id = OrderId(rt.ids.time_ordered(now_ms))
    intent = Intent(
        intent_key=sha256(
            f"noop\n{order_id}".encode()
        ).hexdigest(),  # one a nonce: the store holds it
        bot=rt.identity.bot,
        pair=ZERO_ADDRESS,
        token=ZERO_ADDRESS,
        side=Side.SELL,  # nothing is entered
        amount_in=0,
        expected_out=0,
        min_out=0,
        route=venue.route,
        strategy_version=rt.policy.strategy_version,
        time_bucket=0,
        deadline_s=NO_DEADLINE,
        gas_limit=CANCEL_GAS,
        fee_max_wei=suggested_fees(head).fee_max_wei,
    )
    return Order(
        id=order_id,
        kind=OrderKind.NOOP,
        intent=intent,
        state=OrderState.CREATED,
        bundle_id=BundleId(""),
        cycle_id=CycleId(""),
        trace_id=f"nonce-{nonce}",
        created_ms=now_ms,
        changed_ms=now_ms,
    )


def drop_unsigned_noops(rt: Runtime) -> None:
    """Left by a run that died before signing: the gap, if it is still there, gets a new one."""
    for order in rt.store.open((OrderState.CREATED,)):
        if order.kind is OrderKind.NOOP:
            rt.store.move(
                order, Moved(OrderEvent.REFUSE, detail="died unsigned"), rt.clock.now_ms()
            )
