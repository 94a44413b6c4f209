"""A store with a row of every delicate kind: bytes, NUL, 256 bits, a nonce, a journal."""

from hashlib import sha256

from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.core.facts import Market, Source
from botctl.core.orders import Order, SignedTx, UnsignedTx
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.units import UINT256_MAX, BundleId, CycleId
from botctl.ports.store import Cursor, CycleRow, DecidedBatch, Moment, Store
from tests.support.builders import (
    FACTORY,
    NOW_MS,
    PAIR,
    ROUTER,
    TOKEN,
    WALLET,
    hash32,
    make_intent,
    make_order,
)

BOT, CHAIN_ID = "main", 1
CYCLE = CycleId("0190a0a0-0000-7000-8000-000000000001")
RAW = b"\x02\x00\xff"
BODY = b"\x00body"
KILL = PermissionSource(SourceKind.KILL, Level.EXITS_ONLY, "half \udcff nul \0 end", "me", NOW_MS)


def opened(url: str) -> Store:
    return open_store(
        url, chain_id=CHAIN_ID, factory=FACTORY, bot=BOT, ids=TimeOrderedIds(), busy_ms=1_000
    )


def cycle_row(number: int = 1) -> CycleRow:
    return CycleRow(
        cycle_id=CycleId(f"{CYCLE[:-1]}{number}"),
        trace_id="t",
        block_number=1_000 + number,
        block_hash=hash32(1_000 + number),
        started_ms=NOW_MS,
        scan_ms=12,
        round_trips=3,
        markets=0,
        world=b"{}",
    )


def batch(*orders: Order, number: int = 1) -> DecidedBatch:
    return DecidedBatch(
        cycle_id=cycle_row(number).cycle_id,
        decided_ms=NOW_MS,
        rows=(),
        bundles=((BundleId(sha256(BODY).hexdigest()), BODY),),
        orders=orders,
        peaks=(),
    )


def large_order() -> Order:
    intent = make_intent(bot=BOT, amount_in=UINT256_MAX, expected_out=UINT256_MAX, gas_limit=2**63)
    return make_order(intent=intent, cycle_id=CYCLE)


def sign_now(nonce: int) -> tuple[UnsignedTx, SignedTx]:
    unsigned = UnsignedTx(CHAIN_ID, nonce, ROUTER, 0, b"", 21_000, UINT256_MAX, 1)
    return unsigned, SignedTx(RAW, hash32(nonce))


def sign(store: Store, order: Order) -> Order:
    lease = store.lease(WALLET, holder="here", chain_nonce=7, now_ms=NOW_MS, ttl_ms=60_000)
    assert lease is not None
    signed, _ = store.sign(order, lease, Moment(7, 1_001, NOW_MS), sign_now)
    return signed


def fill(url: str) -> Order:
    """The order as it was signed."""
    store = opened(url)
    try:
        market = Market(
            pair=PAIR,
            token=TOKEN,
            quote=FACTORY,
            source=Source.FACTORY,
            symbol="A\0\ud800é",
            name=None,
            decimals=2**255,
            quote_symbol="WETH",
            quote_decimals=18,
            created_block=1,
            created_s=1,
        )
        store.advance(Cursor(1_001, hash32(1_001)), [market], [])
        assert store.record(cycle_row(), [])
        assert store.commit(batch(large_order()))
        store.set_source(KILL)
        return sign(store, large_order())
    finally:
        store.close()
