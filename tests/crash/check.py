"""What must be true in the end, whenever the process died: told by the chain, then held to the books."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from botctl.adapters.devnet import control
from botctl.adapters.evm.receipts import receipt_of
from botctl.core.lifecycle import TERMINAL
from botctl.core.orders import Order, Receipt
from botctl.core.units import Address
from botctl.ports.store import Store
from tests.crash.ground import Ground
from tests.crash.scenario import Scenario


@dataclass(frozen=True, slots=True)
class OnChain:
    """The wallet's story as the node tells it."""

    receipts: tuple[Receipt, ...]  # of every transaction it signed, oldest first
    mined: int  # its transaction count
    pending: int  # the same with the pool
    balance_wei: int


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Everything that the checks look at."""

    ground: Ground
    scenario: Scenario
    chain: OnChain
    store: Store
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """`faults` is empty when nothing was lost, doubled, altered or left over."""

    ends: str  # the orders' states, newest first
    faults: tuple[str, ...]


def is_open(ground: Ground) -> bool:
    with ground.store() as store:
        return bool(store.open())


def look(ground: Ground, scenario: Scenario) -> Look:
    with ground.store() as store:
        orders = store.recent(None)
        after = Aftermath(ground, scenario, on_chain(ground), store, orders)
        return Look(
            ends=", ".join(f"{o.intent.side} {o.kind} {o.state}" for o in orders),
            faults=tuple(fault for check in CHECKS for fault in check(after)),
        )


def on_chain(ground: Ground) -> OnChain:
    rpc, wallet = ground.stage.rpc, ground.stage.wallet
    balance = control.number(rpc.call("eth_getBalance", wallet, "latest"))
    mined, pending = (
        control.number(rpc.call("eth_getTransactionCount", wallet, at))
        for at in ("latest", "pending")
    )
    return OnChain(tuple(_receipts(ground)), mined, pending, balance)


def _receipts(ground: Ground) -> Iterator[Receipt]:
    rpc, wallet = ground.stage.rpc, ground.stage.wallet
    numbers = range(ground.first_block, control.head(rpc).number + 1)
    blocks = control.all_of(rpc, [("eth_getBlockByNumber", (hex(n), True)) for n in numbers])
    hashes = [
        tx["hash"]
        for block in blocks
        if isinstance(block, dict)
        for tx in block["transactions"]
        if tx["from"] == wallet
    ]
    for answer in control.all_of(rpc, [("eth_getTransactionReceipt", (h,)) for h in hashes]):
        receipt = receipt_of(answer)
        assert receipt is not None
        yield receipt


def swaps(after: Aftermath) -> Counter[tuple[str, str]]:
    """Successful ones by side and token, told by the tokens that moved."""
    wallet, native = after.ground.stage.wallet, after.ground.stage.deployment.weth
    found: Counter[tuple[str, str]] = Counter()
    for receipt in after.chain.receipts:
        for token, source, to, _ in receipt.transfers:
            if token != native and wallet in (source, to):
                found["buy" if to == wallet else "sell", token] += 1
    return found


def one_effect(after: Aftermath) -> Iterator[str]:
    found = swaps(after)
    by_side = Counter(dict.fromkeys(after.scenario.swaps, 0))
    for (side, token), count in found.items():
        by_side[side] += count
        if count > 1:
            yield f"{count} {side}s of {token}"
    if dict(by_side) != dict(after.scenario.swaps):
        yield f"swaps on the chain: {dict(by_side)}, wanted {dict(after.scenario.swaps)}"


def every_transaction_is_known(after: Aftermath) -> Iterator[str]:
    known = {a.hash for order in after.orders for a in after.store.attempts(order.id)}
    for receipt in after.chain.receipts:
        if receipt.tx_hash not in known:
            yield f"the chain has {receipt.tx_hash}, the books do not"
    if len(after.chain.receipts) != after.chain.mined:
        yield f"{len(after.chain.receipts)} transactions found of {after.chain.mined}"


def no_nonce_hole(after: Aftermath) -> Iterator[str]:
    mined, row = after.chain.mined, after.store.nonce(after.ground.stage.wallet)
    counted = row.next if row else 0
    if counted != mined:
        yield f"our counter says {counted}, the chain {mined}"
    if after.chain.pending != mined or left_in_pool(after.ground):
        yield "something of ours is left in the pool"


def left_in_pool(ground: Ground) -> bool:
    """Also what waits behind a hole, which no count shows."""
    pool = ground.stage.rpc.call("txpool_content")
    assert isinstance(pool, dict)
    senders = {str(sender).lower() for part in pool.values() for sender in part}
    return ground.stage.wallet in senders


def every_order_has_ended(after: Aftermath) -> Iterator[str]:
    for order in after.orders:
        if order.state not in TERMINAL:
            yield f"order {order.id} is still {order.state}"


def the_ledger_is_the_chain(after: Aftermath) -> Iterator[str]:
    bot, rpc = after.ground.stage.bot, after.ground.stage.rpc
    baseline = after.store.baseline(bot)
    moved = after.store.native_moved_wei(bot)
    booked = None if baseline is None else baseline.balance_wei + moved
    if booked != after.chain.balance_wei:
        yield f"native: ledger {booked}, chain {after.chain.balance_wei}"
    held = quantities(after)
    for token in sorted(held.keys() | {token for _, token in swaps(after)}):
        has = control.balance_of(rpc, Address(token), after.ground.stage.wallet)
        if held.get(token, 0) != has:
            yield f"{token}: ledger {held.get(token, 0)}, chain {has}"


def quantities(after: Aftermath) -> Mapping[str, int]:
    opened = after.store.positions(after.ground.stage.bot, only_open=True)
    held: Counter[str] = Counter()
    for one in opened:
        held[one.position.token] += one.position.quantity
    return held


def nothing_is_altered(after: Aftermath) -> Iterator[str]:
    for altered in after.store.verify().altered:
        yield f"journal entry {altered.entry}: {altered.row} {altered.say}"


def nothing_is_latched(after: Aftermath) -> Iterator[str]:
    """A crash is no reason to stop: no halt, no suspicion of a stranger with the key."""
    for source in after.store.sources():
        yield f"{source.kind} says {source.level.name}: {source.reason}"


CHECKS = (
    one_effect,
    every_transaction_is_known,
    no_nonce_hole,
    every_order_has_ended,
    the_ledger_is_the_chain,
    nothing_is_altered,
    nothing_is_latched,
)
