"""The simulated store and the SQL store side by side: every call goes to both, and must agree."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from botctl.adapters.store import SqlStore
from botctl.core.errors import BotError
from botctl.core.intent import Intent, Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import Order, OrderKind, SignedTx, UnsignedTx
from botctl.core.units import Address, BundleId, CycleId, Hash32, OrderId
from botctl.ports.store import Lease, SignNow
from botctl.sim.store import SimStore

BOT = "main"
CHAIN = 1
WALLET = Address("0x" + "a" * 40)
START_MS = 1_800_000_000_000
T = TypeVar("T")
Either = SqlStore | SimStore


@dataclass(slots=True)
class Twins:
    """`versions` are all that was ever seen of each order: a run may come with an old one."""

    sql: SqlStore
    sim: SimStore
    now_ms: int = START_MS
    versions: dict[str, list[Order]] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    signatures: int = 0

    def ask(self, call: Callable[[Either], T]) -> T | str:
        """What both say: a value, or the code of an error."""
        said, expected = _said(call, self.sim), _said(call, self.sql)
        assert said == expected
        return said

    def do(self, call: Callable[[Either], T]) -> T | None:
        """As `ask`, for calls whose value is needed; None when both refused."""
        said = self.ask(call)
        return None if isinstance(said, str) else said

    def learn(self, order: Order | None) -> None:
        if order is not None:
            self.versions.setdefault(order.id, []).append(order)

    def signing(self) -> SignNow:
        """Bytes that nobody has signed before; the same for both stores."""
        self.signatures += 1
        serial = self.signatures

        def sign(nonce: int) -> tuple[UnsignedTx, SignedTx]:
            raw = f"{serial}:{nonce}".encode()
            return _unsigned(nonce), SignedTx(raw, Hash32(f"0x{serial}:{nonce}"))

        return sign


def _said(call: Callable[[Either], T], store: Either) -> T | str:
    try:
        return call(store)
    except BotError as error:
        return error.code


def _unsigned(nonce: int) -> UnsignedTx:
    return UnsignedTx(CHAIN, nonce, WALLET, 0, b"", 100_000, 10**9, 10**8)


def address(number: int) -> Address:
    return Address(f"0x{number:040x}")


def made_order(number: int, kind: OrderKind, side: Side, pair: int, now_ms: int) -> Order:
    intent = Intent(
        intent_key=f"key-{number // 2}",  # every second one repeats the intent before it
        bot=BOT,
        pair=address(pair),
        token=address(1_000 + pair),
        side=side,
        amount_in=10**18,
        expected_out=2_000,
        min_out=1_900,
        route="uniswap_v2",
        strategy_version="1",
        time_bucket=1,
        deadline_s=1_900_000_000,
        gas_limit=100_000,
        fee_max_wei=10**9,
    )
    return Order(
        id=OrderId(f"order-{number:04d}"),
        kind=kind,
        intent=intent,
        state=OrderState.CREATED,
        bundle_id=BundleId(""),
        cycle_id=CycleId(f"cycle-{number:04d}"),
        trace_id="trace",
        created_ms=now_ms,
        changed_ms=now_ms,
    )
