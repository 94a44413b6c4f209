"""Small values of every kind the store keeps, and a store to keep them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count

from botctl.adapters.store import SqlStore, open_store
from botctl.core.facts import Market, Source
from botctl.core.intent import Intent, Side
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import (
    Attempt,
    AttemptKind,
    Fill,
    Order,
    OrderKind,
    SignedTx,
    UnsignedTx,
)
from botctl.core.units import Address, BundleId, CycleId, Hash32, OrderId
from botctl.ports.store import (
    CycleRow,
    DecidedBatch,
    DetectionRow,
    Lease,
    LedgerRow,
    Moment,
    Moved,
    SignNow,
    Swap,
)

BOT = "main"
CHAIN = 31_337
FACTORY = Address("0x" + "f" * 40)
WALLET = Address("0x" + "a" * 40)
BUSY_MS = 5_000
TTL_MS = 60_000


@dataclass(slots=True)
class Numbered:
    """Ids in the order they were asked for."""

    numbers: Iterator[int] = field(default_factory=count)

    def time_ordered(self, now_ms: int) -> str:
        return f"{now_ms:013d}-{next(self.numbers):08d}"


IDS = Numbered()  # one for all stores: two processes never make the same id


@contextmanager
def opened(
    url: str, *, bot: str = BOT, factory: Address = FACTORY, busy_ms: int = BUSY_MS
) -> Iterator[SqlStore]:
    store = open_store(url, chain_id=CHAIN, factory=factory, bot=bot, ids=IDS, busy_ms=busy_ms)
    assert isinstance(store, SqlStore)
    try:
        yield store
    finally:
        store.close()


def address(number: int) -> Address:
    return Address(f"0x{number:040x}")


def block_hash(number: int) -> Hash32:
    return Hash32(f"0x{number:064x}")


def market(number: int, *, block: int | None = 1, source: Source = Source.FACTORY) -> Market:
    return Market(
        pair=address(number),
        token=address(1_000 + number),
        quote=address(2),
        source=source,
        symbol=f"SYM{number}",
        name=None,
        decimals=18,
        quote_symbol="WETH",
        quote_decimals=18,
        created_block=block,
        created_s=None if block is None else 1_700_000_000 + block,
    )


def swap(block: int, *, index: int = 0, pair: int = 1, nano: int = 5, trader: int = 7) -> Swap:
    return Swap(address(pair), block, index, True, nano, address(trader), block_hash(block))


def cycle(number: int) -> CycleRow:
    return CycleRow(
        cycle_id=CycleId(f"cycle-{number:04d}"),
        trace_id="trace",
        block_number=number,
        block_hash=block_hash(number),
        started_ms=1_000 * number,
        scan_ms=5,
        round_trips=3,
        markets=1,
        world=b'{"block":1}',
    )


def detection(number: int, *, pair: int = 1) -> DetectionRow:
    return DetectionRow(
        address(pair), number, block_hash(number), 1_000 * number, "node", b'{"seen":true}'
    )


def bundle_id(number: int) -> BundleId:
    return BundleId(f"{number:064x}")


def row(number: int, *, pair: int = 1, kind: str = "FAIL", reason: str = "SCORE_LOW") -> LedgerRow:
    """Of `cycle(number)`."""
    return LedgerRow(
        cycle_id=cycle(number).cycle_id,
        at_ms=1_000 * number,
        block_number=number,
        pair=address(pair),
        token=address(1_000 + pair),
        symbol=f"SYM{pair}",
        kind=kind,
        reason=reason,
        detail="why",
        score=40,
        passes=3,
        passed="SIG_AGE",
        failed="SIG_TAX",
        liquidity_usd=10_000,
        fdv_usd=None,
        age_s=60,
        buy_tax_bps=0,
        sell_tax_bps=1,
        impact_bps=2,
        value_wei=None,
        bundle_id=bundle_id(number * 1_000 + pair),
    )


def order(
    number: int,
    *,
    pair: int | None = None,
    side: Side = Side.BUY,
    kind: OrderKind = OrderKind.SWAP,
    created_ms: int = 1_000,
) -> Order:
    """Of a market of its own, unless told."""
    where = number if pair is None else pair
    intent = Intent(
        intent_key=f"key-{number}",
        bot=BOT,
        pair=address(where),
        token=address(1_000 + where),
        side=side,
        amount_in=10**18,
        expected_out=2_000,
        min_out=1_900,
        route="uniswap_v2",
        strategy_version="1",
        time_bucket=1,
        deadline_s=1_700_000_000,
        gas_limit=100_000,
        fee_max_wei=10**9,
    )
    return Order(
        id=OrderId(f"order-{number:04d}"),
        kind=kind,
        intent=intent,
        state=OrderState.CREATED,
        bundle_id=bundle_id(number),
        cycle_id=cycle(1).cycle_id,
        trace_id="trace",
        created_ms=created_ms,
        changed_ms=created_ms,
    )


def batch(number: int, *orders: Order, rows: tuple[LedgerRow, ...] = ()) -> DecidedBatch:
    return DecidedBatch(cycle(number).cycle_id, 1_000 * number + 1, rows, (), orders, ())


def decided(store: SqlStore, number: int, *orders: Order, rows: tuple[LedgerRow, ...] = ()) -> bool:
    """A recorded cycle with its decisions."""
    store.record(cycle(number), ())
    return store.commit(batch(number, *orders, rows=rows)) is not None


def signing(order_id: str) -> SignNow:
    def now(nonce: int) -> tuple[UnsignedTx, SignedTx]:
        unsigned = UnsignedTx(CHAIN, nonce, address(9), 0, b"", 100_000, 10**9, 10**8)
        return unsigned, SignedTx(f"{order_id}:{nonce}".encode(), Hash32(f"0x{order_id}:{nonce}"))

    return now


def leased(
    store: SqlStore, *, holder: str = "here", chain_nonce: int = 0, now_ms: int = 2_000
) -> Lease:
    """Taken or renewed; it lasts `TTL_MS`."""
    lease = store.lease(
        WALLET, holder=holder, chain_nonce=chain_nonce, now_ms=now_ms, ttl_ms=TTL_MS
    )
    assert lease is not None
    return lease


def signed(
    store: SqlStore,
    one: Order,
    *,
    chain_nonce: int = 0,
    lease: Lease | None = None,
    at: int | None = None,
) -> tuple[Order, Attempt]:
    lease = lease or leased(store, chain_nonce=chain_nonce)
    moment = Moment(chain_nonce, 40, 2_000)
    return store.sign(one, lease, moment, signing(one.id), at=at)


def bumped(
    store: SqlStore,
    one: Order,
    *,
    kind: AttemptKind = AttemptKind.BUMP,
    lease: Lease | None = None,
    now_ms: int = 2_500,
) -> tuple[Order, Attempt]:
    """Its bytes differ from every other attempt's."""
    number = len(store.attempts(one.id)) + 1
    moment = Moment(0, 41, now_ms)
    how = signing(f"{one.id}.{number}")
    return store.bump(one, lease or leased(store), moment, how, kind=kind)


def next_nonce(store: SqlStore) -> int | None:
    row = store.nonce(WALLET)
    return None if row is None else row.next


def mined(store: SqlStore, one: Order, *, block: int = 50) -> Order:
    """All the way from CREATED into a block."""
    after, _ = signed(store, one)
    after = store.move(after, Moved(OrderEvent.SUBMIT), 2_001)
    seen = Moved(OrderEvent.SEE_MINED, block_number=block, block_hash=block_hash(block))
    return store.move(after, seen, 2_002)


def fill(one: Order, *, tokens: int, native_wei: int, gas_wei: int = 7) -> Fill:
    return Fill(one.id, one.kind, one.intent.token, tokens, native_wei, gas_wei, 50, block_hash(50))


def in_state(one: Order, state: OrderState) -> Order:
    return replace(one, state=state)


@contextmanager
def hold_writes(store: SqlStore) -> Iterator[None]:
    """Somebody else is writing to the SQLite file, and does not end."""
    other = sqlite3.connect(store.location(), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()
