"""The promises, held against the whole history of one world: what is found broken, in words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from botctl.core.lifecycle import MOVES, TERMINAL, OrderEvent, OrderState
from botctl.core.orders import OrderKind, UnsignedTx
from botctl.core.permission import Level, SourceKind
from botctl.core.units import OrderId
from botctl.sim.decider import calldata
from botctl.sim.rules import BOT, TOKENS, WALLET
from botctl.sim.store.orders import CREATE
from botctl.sim.wire import BUY, SELL, call_of
from botctl.sim.world import World

HALTED: Final = ("source", SourceKind.LEDGER, Level.HALT_ALL.name)
Checker = Callable[[World], Iterator[str]]
EFFECTS: Final = frozenset({BUY, SELL})


def one_effect_an_intent(world: World) -> Iterator[str]:
    """On the chain as it is now: a successful swap is told by its calldata."""
    done = _done(world)
    for data, times in done.items():
        intent = world.decider.intents.get(data)
        if intent is None:
            yield f"a swap that nobody decided: {data.decode()}"
        if times > 1:
            yield f"{times} effects of one intent: {data.decode()}"
    keys = Counter(i.intent_key for data, i in world.decider.intents.items() if data in done)
    yield from (f"{n} effects under one intent key {key}" for key, n in keys.items() if n > 1)


def the_record_tells_what_mined(world: World) -> Iterator[str]:
    """CONFIRMED means that it happened, every other end that it did not; final is final."""
    if world.excuses.deep:
        return  # what was final has left the chain: a halt and a person take over
    done = _done(world)
    for order in world.tables.orders.values():
        if order.kind is OrderKind.SWAP and order.state in TERMINAL:
            happened = done[calldata(order.intent)] > 0
            if happened is not (order.state is OrderState.CONFIRMED):
                yield f"order {order.id} ended {order.state}, its effect is there: {happened}"


def no_intent_is_lost(world: World) -> Iterator[str]:
    """Every order has come to an end; every intent that was taken down has an order."""
    for order in world.tables.open_orders():
        yield f"order {order.id} ({order.kind}) is still {order.state}, nonce {order.nonce}"
    kept = {order.intent.intent_key for order in world.tables.orders.values()}
    for intent in world.decider.intents.values():
        if intent.intent_key not in kept:
            yield f"the order of intent {intent.intent_key} is gone"


def no_nonce_hole(world: World) -> Iterator[str]:
    """The next nonce given out can mine at once, and nothing waits above a gap."""
    mined = world.chain.head.state.nonce
    row = world.tables.nonces.get(WALLET)
    if row is not None and row.next > mined:
        yield f"our counter is {row.next}, the chain's {mined}: what is signed next cannot mine"
    ours = world.tables.hashes.keys()
    waiting = (tx for tx in world.node.pool.transactions() if tx.hash in ours)
    above = [tx.unsigned.nonce for tx in waiting if tx.unsigned.nonce > mined]
    if above:
        yield f"nonces {above} wait above {mined}, which nobody uses"


def ledger_is_chain(world: World) -> Iterator[str]:
    """Native coin and every token."""
    baseline, state = world.tables.baseline, world.chain.head.state
    if baseline is None:
        return
    booked = baseline.balance_wei + world.tables.moved_wei
    if booked != state.balance_wei:
        yield f"native: ledger {booked}, chain {state.balance_wei}"
    held: defaultdict[str, int] = defaultdict(int)
    for one in world.store.positions(BOT, only_open=True):
        held[one.position.token] += one.position.quantity
    for token in TOKENS:
        if held[token] != state.tokens[token]:
            yield f"token {token}: ledger {held[token]}, chain {state.tokens[token]}"


def a_mismatch_has_halted(world: World) -> Iterator[str]:
    """Only foreign use or a deep reorganisation excuse one, and then the halt is latched."""
    found = list(ledger_is_chain(world))
    halted = SourceKind.LEDGER in world.tables.sources
    excused = world.excuses.foreign or world.excuses.deep
    if found and not (excused and halted):
        yield f"excused {excused}, halted {halted}: {'; '.join(found)}"
    if halted and not excused:
        yield f"halted without a cause: {world.tables.sources[SourceKind.LEDGER].reason}"


def a_deep_reorg_has_halted(world: World) -> Iterator[str]:
    """What was booked as final and has left the chain stopped everything when it was noticed."""
    gone = [
        row.fill.order_id
        for row in world.tables.fills.values()
        if (block := world.chain.number(row.fill.block_number)) is None
        or block.ref.hash != row.fill.block_hash
    ]
    told = any(fact[:3] == HALTED for fact in world.history.events)
    if gone and not told:
        yield f"orders {gone} were booked in blocks that are gone, and nothing was halted"


def foreign_use_is_told(world: World) -> Iterator[str]:
    """No latch without a cause."""
    latched = world.tables.sources.get(SourceKind.NONCE)
    if latched is not None and not (world.excuses.foreign or world.excuses.deep):
        yield f"foreign use was reported, and there was none: {latched.reason}"


def terminal_is_terminal(world: World) -> Iterator[str]:
    """Every step of every order is in the table, and starts where the one before it ended."""
    at: dict[OrderId, OrderState] = {}
    for fact in world.history.events:
        if fact[0] != "order":
            continue
        order_id, event, before, after = OrderId(str(fact[1])), fact[2], fact[3], fact[4]
        if event == CREATE:
            at[order_id] = OrderState(str(after))
            continue
        step = (OrderState(str(before)), OrderEvent(str(event)))
        if at[order_id] is not step[0] or MOVES.get(step) is not OrderState(str(after)):
            yield f"order {order_id} was {at[order_id]} and went {before} -> {after} by {event}"
        at[order_id] = OrderState(str(after))


def one_call_a_nonce(world: World) -> Iterator[str]:
    """A trade is signed for one nonce, and a nonce for one call; a self-send may take any."""
    nonces: defaultdict[bytes, set[int]] = defaultdict(set)
    calls: defaultdict[int, set[bytes]] = defaultdict(set)
    for tx in _signed_for_good(world):
        calls[tx.nonce].add(tx.data)
        if call_of(tx.data).verb in EFFECTS:
            nonces[tx.data].add(tx.nonce)
    for data, used in nonces.items():
        if len(used) > 1:
            yield f"{data.decode()} was signed for nonces {sorted(used)}"
    for nonce, asked in calls.items():
        if len(asked) > 1 and not world.excuses.deep:
            yield f"nonce {nonce} was signed for {len(asked)} calls: {sorted(asked)}"


def _signed_for_good(world: World) -> Iterator[UnsignedTx]:
    """Calls with a meaning that reached the disk: nothing else may leave.

    Without those of orders proven unsent, which gave their nonce back.
    """
    for tx_hash, tx in world.signer.signed.items():
        owner = world.tables.hashes.get(tx_hash)
        if owner is None or not tx.data:
            continue
        if world.tables.orders[owner].state is not OrderState.DROPPED:
            yield tx


ALWAYS: Final[tuple[Checker, ...]] = (
    one_effect_an_intent,
    the_record_tells_what_mined,
    terminal_is_terminal,
    one_call_a_nonce,
)
# Before a person has done anything.
UNAIDED: Final[tuple[Checker, ...]] = (
    a_mismatch_has_halted,
    a_deep_reorg_has_halted,
    foreign_use_is_told,
)
# When nothing is left to be done, by us or by a person.
SETTLED: Final[tuple[Checker, ...]] = (no_intent_is_lost, no_nonce_hole, ledger_is_chain)


def broken(world: World, checkers: tuple[Checker, ...]) -> list[str]:
    return [f"{check.__name__}: {say}" for check in checkers for say in check(world)]


def _done(world: World) -> Counter[bytes]:
    """Successful trades on the canonical chain, by calldata."""
    return Counter(
        tx.unsigned.data
        for block in world.chain.blocks
        for tx, receipt in zip(block.txs, block.receipts, strict=True)
        if receipt.ok and call_of(tx.unsigned.data).verb in EFFECTS
    )
