"""What can be asked of a store, as small steps that any three numbers turn into a call."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from botctl.core.books import traded, vanished_answer
from botctl.core.breakers import Breaker, BreakerState
from botctl.core.health import ErrorSeen, Finding, HealthCode, HealthState, Transition
from botctl.core.intent import Side
from botctl.core.lifecycle import MOVES, TERMINAL, OrderEvent
from botctl.core.orders import Attempt, AttemptKind, Fill, Order, OrderKind, SendCode
from botctl.core.pauses import Pause
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.units import Hash32
from botctl.ports.store import (
    Baseline,
    Correction,
    CycleRow,
    DecidedBatch,
    Lease,
    Moment,
    Moved,
    SignNow,
)
from tests.sim.twins import BOT, WALLET, Either, Twins, address, made_order

TTL_MS = 1_000
HOLDERS = ("a", "b")
EVENTS = tuple(event for event in OrderEvent if event not in {OrderEvent.SIGN, OrderEvent.BUMP})
# Without the ends: `_settle` and `_move` see to those.
ONWARDS = (
    OrderEvent.SUBMIT,
    OrderEvent.SEE_PENDING,
    OrderEvent.SEE_MINED,
    OrderEvent.SEE_REORG,
    OrderEvent.LOSE_SIGHT,
)
BURIALS = (
    OrderEvent.BURY_OK,
    OrderEvent.BURY_REVERTED,
    OrderEvent.BURY_CANCEL,
    OrderEvent.BURY_FOREIGN,
)
Small = tuple[int, int, int]
Step = Callable[[Twins, Small], None]


def _add(twins: Twins, draw: Small) -> None:
    """As `execute` adds approvals and no-ops, or as `decide` commits swaps."""
    which, side, pair = draw
    kind = tuple(OrderKind)[which % 3]
    number = len(twins.versions) + which % 2
    order = made_order(number, kind, tuple(Side)[side % 2], pair % 2, twins.now_ms)
    if kind is OrderKind.SWAP:
        _decide(twins, order)
    else:
        twins.ask(lambda store: store.add(order))
    if twins.ask(lambda store: store.order(order.id)) == order:
        twins.learn(order)


def _decide(twins: Twins, order: Order) -> None:
    cycle = CycleRow(
        cycle_id=order.cycle_id,
        trace_id="trace",
        block_number=1,
        block_hash=Hash32(f"0x{order.cycle_id}"),
        started_ms=twins.now_ms,
        scan_ms=0,
        round_trips=0,
        markets=0,
        world=b"{}",
    )
    batch = DecidedBatch(order.cycle_id, twins.now_ms, (), (), (order,), ())
    twins.ask(lambda store: store.record(cycle, ()))
    twins.ask(lambda store: store.commit(batch))


def _lease(twins: Twins, draw: Small) -> None:
    holder = HOLDERS[draw[0] % 2]
    lease = twins.do(
        lambda store: store.lease(
            WALLET, holder=holder, chain_nonce=draw[1], now_ms=twins.now_ms, ttl_ms=TTL_MS
        )
    )
    if lease is not None:
        twins.leases[holder] = lease


def _release(twins: Twins, draw: Small) -> None:
    lease = twins.leases.get(HOLDERS[draw[0] % 2])
    if lease is not None:
        twins.ask(lambda store: store.release(lease))


def _sign(twins: Twins, draw: Small) -> None:
    order, lease = _picked(twins, draw[0]), twins.leases.get(HOLDERS[draw[1] % 2])
    if order is None or lease is None:
        return
    moment = Moment(draw[2] // 4, 40, twins.now_ms)
    at = draw[2] if draw[2] % 3 == 0 else None
    signing = twins.signing()
    made = twins.do(lambda store: store.sign(order, lease, moment, signing, at=at))
    if made is not None:
        twins.learn(made[0])


def _bump(twins: Twins, draw: Small) -> None:
    order, lease = _picked(twins, draw[0]), twins.leases.get(HOLDERS[draw[1] % 2])
    if order is None or lease is None or order.nonce is None:
        return
    kind = (AttemptKind.BUMP, AttemptKind.CANCEL)[draw[2] % 2]
    moment, signing = Moment(0, 41, twins.now_ms), twins.signing()
    made = twins.do(lambda store: store.bump(order, lease, moment, signing, kind=kind))
    if made is not None:
        twins.learn(made[0])


def _move(twins: Twins, draw: Small) -> None:
    order = _picked(twins, draw[0])
    if order is None:
        return
    event = EVENTS[draw[1] % len(EVENTS)]
    moved = Moved(event, "CODE", "why")
    if event is OrderEvent.SEE_MINED:
        moved = replace(moved, block_number=50 + draw[2], block_hash=Hash32(f"0x{draw[2]}"))
    twins.learn(twins.do(lambda store: store.move(order, moved, twins.now_ms)))


def _onwards(twins: Twins, draw: Small) -> None:
    """A move that the table allows, so that orders get somewhere."""
    order = _picked(twins, draw[0])
    if order is None:
        return
    legal = [event for state, event in MOVES if state is order.state and event in ONWARDS]
    if legal:
        _move(twins, (draw[0], EVENTS.index(legal[draw[1] % len(legal)]), draw[2]))


def _hasten(twins: Twins, draw: Small) -> None:
    """One order all the way, so that positions open and close."""
    _lease(twins, draw)
    _sign(twins, (draw[0], draw[0], 1))
    for event in (OrderEvent.SUBMIT, OrderEvent.SEE_MINED):
        _move(twins, (draw[0], EVENTS.index(event), draw[2]))
    _settle(twins, (draw[0], 0 if draw[1] % 4 else draw[1], draw[2]))


def _give_back(twins: Twins, draw: Small) -> None:
    """Some orders are signed and never sent; their nonces come back in any order."""
    lease = _surely_leased(twins, draw)
    signed = [_surely_signed(twins, lease) for _ in range(3)]
    if draw[0] % 2:
        signed.reverse()
    for order in signed[: 1 + draw[1] % 3]:
        moved = Moved(OrderEvent.PROVE_UNSENT, "CODE", "why")
        twins.learn(twins.do(partial(_moved, order, moved, twins.now_ms)))


def _raise_twice(twins: Twins, draw: Small) -> None:
    """Two runs saw the same attempt; the second comes too late."""
    lease = _surely_leased(twins, draw)
    signed = _surely_signed(twins, lease)
    out = twins.do(partial(_moved, signed, Moved(OrderEvent.SUBMIT), twins.now_ms))
    assert out is not None
    for _ in range(2):
        moment, signing = Moment(0, 41, twins.now_ms), twins.signing()
        made = twins.do(partial(_bumped, out, lease, moment, signing))
        if made is not None:
            twins.learn(made[0])


def _surely_leased(twins: Twins, draw: Small) -> Lease:
    twins.now_ms += 2 * TTL_MS
    _lease(twins, draw)
    return twins.leases[HOLDERS[draw[0] % 2]]


def _surely_signed(twins: Twins, lease: Lease) -> Order:
    """A no-op: nothing else stands in its way."""
    number = 1_000 + 2 * len(twins.versions)
    order = made_order(number, OrderKind.NOOP, Side.SELL, 0, twins.now_ms)
    twins.ask(lambda store: store.add(order))
    moment, signing = Moment(0, 40, twins.now_ms), twins.signing()
    made = twins.do(lambda store: store.sign(order, lease, moment, signing))
    assert made is not None
    twins.learn(made[0])
    return made[0]


def _moved(order: Order, moved: Moved, now_ms: int, store: Either) -> Order:
    return store.move(order, moved, now_ms)


def _bumped(
    order: Order, lease: Lease, moment: Moment, signing: SignNow, store: Either
) -> tuple[Order, Attempt]:
    return store.bump(order, lease, moment, signing, kind=AttemptKind.BUMP)


def _sent(twins: Twins, draw: Small) -> None:
    order = _picked(twins, draw[0])
    attempts = () if order is None else twins.sim.attempts(order.id)
    if attempts:
        code = tuple(SendCode)[draw[1] % len(SendCode)]
        twins.ask(lambda store: store.sent(attempts[-1], code, twins.now_ms))


def _settle(twins: Twins, draw: Small) -> None:
    order = _picked(twins, draw[0])
    event = BURIALS[draw[1] % len(BURIALS)]
    if order is None or (order.state, event) not in MOVES:
        return
    moved = Moved(event, "", "", 60, Hash32("0x60"))
    fill = None if event is OrderEvent.BURY_FOREIGN else _fill(order, event, draw[2])
    assert MOVES[order.state, event] in TERMINAL
    twins.learn(twins.do(lambda store: store.settle(order, moved, fill, twins.now_ms)))


def _fill(order: Order, event: OrderEvent, amount: int) -> Fill:
    tokens, wei = 0, 0
    if event is OrderEvent.BURY_OK and order.kind is OrderKind.SWAP:
        tokens, wei = (100 * amount, -7) if order.intent.side is Side.BUY else (-100, 9)
    return Fill(order.id, order.kind, order.intent.token, tokens, wei, 3, 60, Hash32("0x60"))


def _set_next(twins: Twins, draw: Small) -> None:
    lease = twins.leases.get(HOLDERS[draw[0] % 2])
    if lease is not None:
        row = twins.sim.nonce(WALLET)
        expected = row.next if row is not None and draw[1] % 3 else draw[1]
        twins.ask(
            lambda store: store.set_next(
                lease, expected=expected, to=draw[2], now_ms=twins.now_ms, why="test"
            )
        )


def _correct(twins: Twins, draw: Small) -> None:
    token = ("native", address(1_000), address(1_001))[draw[0] % 3]
    one = Correction(f"id-{draw}", token, 100 * draw[1], 100 * draw[2], 60)
    twins.ask(lambda store: store.correct((one,), twins.now_ms, "why"))


def _answer(twins: Twins, draw: Small) -> None:
    """A person answers for a fill whose block is gone."""
    fills = twins.sim.newest_fills(BOT, 3)
    if fills:
        fill = fills[draw[0] % len(fills)]
        key = vanished_answer(fill.order_id, fill.block_hash)
        one = Correction(key, traded(fill), 0, 0, fill.block_number)
        twins.ask(lambda store: store.correct((one,), twins.now_ms, "why"))


def _write_off(twins: Twins, draw: Small) -> None:
    held = twins.sim.positions(BOT, only_open=False)
    if held:
        position = held[draw[0] % len(held)].position
        twins.ask(lambda store: store.write_off(position.id, "UNSELLABLE", twins.now_ms))


def _switch(twins: Twins, draw: Small) -> None:
    kind, level = tuple(SourceKind)[draw[0] % len(SourceKind)], Level(draw[1] % 3)
    source = PermissionSource(kind, level, "why", "who", twins.now_ms)
    twins.ask(lambda store: store.set_source(source))
    twins.ask(
        lambda store: store.set_baseline(BOT, Baseline(draw[2], draw[1]), twins.now_ms, "why")
    )


def _watching(twins: Twins, draw: Small) -> None:
    """A breaker, a pause, a failed command, or a change of health."""
    now_ms, name = twins.now_ms, f"name-{draw[1]}"
    finding = Finding(HealthState.DEGRADED, HealthCode.HEALTH_LAG, 3, name, now_ms)
    calls: tuple[Callable[[Either], None], ...] = (
        lambda store: store.set_breaker(
            Breaker(name, BreakerState.OPEN, now_ms, draw[2], now_ms + draw[2], "why")
        ),
        lambda store: store.set_pause(
            Pause(("", name)[draw[2] % 2], now_ms + draw[2], "why", "who", now_ms)
        ),
        lambda store: store.note_error(ErrorSeen(now_ms, name, "cycle")),
        lambda store: store.record_transition(
            Transition(now_ms, HealthState.HEALTHY, HealthState.DEGRADED, (finding,))
        ),
    )
    twins.ask(calls[draw[0] % len(calls)])


def _time(twins: Twins, draw: Small) -> None:
    """Past the lease, or back."""
    twins.now_ms += (1, 400, TTL_MS + 1, -300)[draw[0] % 4]


STEPS: tuple[Step, ...] = (
    _add, _add, _lease, _lease, _release, _sign, _sign, _bump, _move, *(_onwards,) * 4, *(_hasten,) * 4, _give_back, _give_back, _raise_twice,
    _sent, _settle, _settle, _settle, _set_next, _correct, _answer, _write_off, _switch, _watching, _time,
)  # fmt: skip


def _picked(twins: Twins, number: int) -> Order | None:
    """Mostly the newest of an order; now and then as an older run has seen it."""
    orders = list(twins.versions.values())
    if not orders:
        return None
    versions = orders[-1 - number % min(4, len(orders))]
    return versions[-2] if number % 7 == 0 and len(versions) > 1 else versions[-1]
