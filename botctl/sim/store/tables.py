"""The rows of the simulated database, and the rules that the real one holds by unique indexes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from botctl.core.accounting import Account
from botctl.core.books import Position
from botctl.core.breakers import Breaker
from botctl.core.codes import Code
from botctl.core.errors import LostMoveError, TransientError
from botctl.core.facts import Market
from botctl.core.health import ErrorSeen, Transition
from botctl.core.lifecycle import TERMINAL, OrderEvent, OrderState
from botctl.core.orders import Attempt, Fill, Order, OrderKind
from botctl.core.pauses import Pause
from botctl.core.permission import PermissionSource, SourceKind
from botctl.core.units import Address, CycleId, Hash32, OrderId
from botctl.ports.clock import Ids
from botctl.ports.store import Baseline, CycleRow, Lease, NonceRow, Step
from botctl.sim.history import History


@dataclass(frozen=True, slots=True)
class PositionRow:
    """`position` holds what was known at its opening; `account` is what its fills have made."""

    position: Position
    account: Account
    closed_ms: int | None = None
    exit_reason: str = ""


@dataclass(frozen=True, slots=True)
class FillRow:
    fill: Fill
    settled_ms: int
    realised_wei: int
    position_id: str | None


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """Kept by its id, so that nothing is booked twice."""

    realised_wei: int
    at_ms: int
    token: str


@dataclass(slots=True)
class Tables:
    """One bot on one chain. Values are immutable; only whole rows are replaced."""

    bot: str
    chain_id: int
    markets: tuple[Market, ...]
    ids: Ids
    history: History
    orders: dict[OrderId, Order] = field(default_factory=dict)
    wallets: dict[OrderId, Address] = field(default_factory=dict)  # who signed it
    keys: set[tuple[OrderKind, str]] = field(default_factory=set)
    attempts: dict[OrderId, tuple[Attempt, ...]] = field(default_factory=dict)
    # The newest of the orders whose bytes they are: what was dropped unsent may be signed again.
    hashes: dict[Hash32, OrderId] = field(default_factory=dict)
    steps: dict[OrderId, tuple[Step, ...]] = field(default_factory=dict)
    nonces: dict[Address, NonceRow] = field(default_factory=dict)
    cycles: dict[CycleId, CycleRow] = field(default_factory=dict)
    positions: dict[str, PositionRow] = field(default_factory=dict)
    fills: dict[OrderId, FillRow] = field(default_factory=dict)
    moved_wei: int = 0
    baseline: Baseline | None = None
    corrections: dict[str, CorrectionRow] = field(default_factory=dict)
    sources: dict[SourceKind, PermissionSource] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    breakers: dict[str, Breaker] = field(default_factory=dict)
    pauses: dict[str, Pause] = field(default_factory=dict)
    errors: list[ErrorSeen] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)

    def open_orders(self) -> Iterator[Order]:
        return (order for order in self.orders.values() if order.state not in TERMINAL)

    def with_nonce(self, wallet: Address) -> Iterator[Order]:
        """Those that own their nonce: the unique index leaves out what was given back."""
        return (
            order
            for order in self.orders.values()
            if order.nonce is not None
            and order.state is not OrderState.DROPPED
            and self.wallets.get(order.id) == wallet
        )

    def require_state(self, order: Order, event: OrderEvent) -> None:
        """Compare-and-set. Raises ERR_MOVE_LOST."""
        found = self.orders.get(order.id)
        if found is None or found.state is not order.state:
            raise LostMoveError(
                Code.ERR_MOVE_LOST,
                "another run moved this order first; nothing was written",
                order=order.id,
                state=order.state,
                event=event,
            )

    def put(self, before: Order, after: Order, event: str) -> None:
        """Write one arrow with its line of the timeline."""
        line = Step(after.changed_ms, event, after.state, after.code, after.detail)
        self.orders[after.id] = after
        self.steps[after.id] = (*self.steps.get(after.id, ()), line)
        self.history.add("order", after.id, event, before.state, after.state, after.nonce)

    def held(self, lease: Lease) -> NonceRow:
        """The wallet's row. Raises ERR_LEASE_LOST when `lease` is not its newest."""
        row = self.nonces.get(lease.wallet)
        if row is None or (row.holder, row.fence) != (lease.holder, lease.fence):
            raise TransientError(
                Code.ERR_LEASE_LOST,
                "another process took over this wallet; nothing was signed or written",
                fence=lease.fence,
            )
        return row
