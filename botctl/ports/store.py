"""Storage as flows see it. Every method that writes is one transaction: all of it, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from botctl.core.books import Position
from botctl.core.deciding.cycle import Holdings
from botctl.core.facts import Market, Window
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import Attempt, Fill, Order, SendCode, SignedTx, UnsignedTx
from botctl.core.permission import PermissionSource
from botctl.core.units import Address, BundleId, CycleId, Hash32, OrderId


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the chain has been read; the hash tells whether that block is still there."""

    block_number: int
    block_hash: Hash32


@dataclass(frozen=True, slots=True)
class Swap:
    """A stored swap, seen from the base token; volume in 1e-9 of a whole quote unit."""

    pair: Address
    block_number: int
    log_index: int
    is_buy: bool
    quote_nano: int
    trader: Address
    tx_hash: Hash32


class MarketStore(Protocol):
    def markets(self) -> tuple[Market, ...]: ...
    def cursor(self) -> Cursor | None: ...
    def trail(self, most: int) -> tuple[Cursor, ...]:
        """The newest cursors, newest first: where a fork may have started."""

    def advance(self, cursor: Cursor, markets: Sequence[Market], swaps: Sequence[Swap]) -> None:
        """Add what was found up to `cursor`; markets and swaps already there stay as they are."""

    def roll_back(self, to: Cursor | None) -> None:
        """Forget markets, swaps and cursors above `to` (None: everything that logs told)."""

    def windows(
        self, at_block: int, short_blocks: int, long_blocks: int
    ) -> Mapping[Address, tuple[Window, Window]]:
        """Per pair the swaps in the last `short` and `long` blocks up to `at_block`, inclusive."""


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One pass of the loop. `world` is canonical; ages and durations in ms."""

    cycle_id: CycleId
    trace_id: str
    block_number: int
    block_hash: Hash32
    started_ms: int
    scan_ms: int
    round_trips: int
    markets: int
    world: bytes
    decided_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DetectionRow:
    """`body` is the canonical document of a Detection; unique by (block_hash, pair)."""

    pair: Address
    block_number: int
    block_hash: Hash32
    fetched_at_ms: int
    provider: str
    body: bytes


class CycleStore(Protocol):
    def record(self, cycle: CycleRow, detections: Sequence[DetectionRow]) -> bool:
        """False when this block was already recorded: nothing is written then."""

    def due(self) -> tuple[CycleRow, tuple[DetectionRow, ...]] | None:
        """The newest cycle when it has not been decided; older ones are never decided late."""

    def latest(self) -> CycleRow | None: ...
    def cycle_sizes(self) -> Mapping[str, int]:
        """How many detections each decided cycle had, by cycle id."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One decision as a researcher filters it; micro and usd columns saturate at 2^63 - 1."""

    cycle_id: CycleId
    at_ms: int
    block_number: int
    pair: Address
    token: Address
    symbol: str | None
    kind: str
    reason: str
    detail: str
    score: int
    passes: int
    passed: str  # codes, comma separated
    failed: str
    liquidity_usd: int | None
    fdv_usd: int | None
    age_s: int | None
    buy_tax_bps: int | None
    sell_tax_bps: int | None
    impact_bps: int | None
    value_wei: int | None
    bundle_id: BundleId


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Empty fields do not filter; times are inclusive, `limit` newest rows, newest first."""

    pair: str = ""  # address or symbol
    kinds: Sequence[str] = ()
    reasons: Sequence[str] = ()
    cycle_id: str = ""
    since_ms: int | None = None
    until_ms: int | None = None
    limit: int | None = 50


@dataclass(frozen=True, slots=True)
class DecidedBatch:
    """Everything one `decide` writes, at once."""

    cycle_id: CycleId
    decided_ms: int
    rows: Sequence[LedgerRow]
    bundles: Sequence[tuple[BundleId, bytes]]  # canonical bodies
    orders: Sequence[Order]
    peaks: Sequence[tuple[str, int]]  # position id, its best exit value in wei


class LedgerStore(Protocol):
    def holdings(self, bot: str, day_start_ms: int) -> Holdings: ...
    def commit(self, batch: DecidedBatch) -> bool:
        """False when the cycle was decided meanwhile: nothing is written then.

        An order whose intent key has a live order already is left out and counted
        (`intent_idempotency_blocks_total`).
        """

    def rows(self, wanted: LedgerFilter) -> Iterator[LedgerRow]: ...
    def reasons_since(self, since_ms: int) -> Sequence[tuple[str, str, int]]:
        """(kind, reason, count), most frequent first."""

    def bundle(self, bundle_id: BundleId) -> bytes | None: ...
    def bundles(self, wanted: LedgerFilter) -> Iterator[tuple[BundleId, bytes]]: ...


@dataclass(frozen=True, slots=True)
class Moved:
    """What changes with one arrow of the lifecycle."""

    event: OrderEvent
    code: str = ""
    detail: str = ""
    block_number: int | None = None
    block_hash: Hash32 | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an order's timeline."""

    at_ms: int
    event: str
    state: str
    code: str
    detail: str


class SignNow(Protocol):
    """Builds and signs the transaction for a nonce; called inside the nonce's transaction."""

    def __call__(self, nonce: int) -> tuple[UnsignedTx, SignedTx]: ...


class OrderStore(Protocol):
    def open(self, states: Sequence[OrderState] = ()) -> tuple[Order, ...]:
        """Orders not yet terminal (or of `states`), exits before entries, then by nonce and age."""

    def recent(self, most: int | None) -> tuple[Order, ...]:
        """Orders in any state, newest first; None: all of them."""

    def order(self, order_id: str) -> Order | None: ...
    def of_pair(self, pair: str, most: int) -> tuple[Order, ...]: ...
    def attempts(self, order_id: OrderId) -> tuple[Attempt, ...]: ...
    def attempts_of(
        self, order_ids: Sequence[OrderId]
    ) -> Mapping[OrderId, tuple[Attempt, ...]]: ...
    def timeline(self, order_id: OrderId) -> tuple[Step, ...]: ...
    def nonce_next(self, chain_id: int, wallet: Address) -> int | None:
        """The next nonce to give out; None before the first."""

    def add(self, order: Order) -> bool:
        """A preparatory order (an approval); False when its intent key has one already."""

    def sign(
        self,
        order: Order,
        *,
        chain_id: int,
        wallet: Address,
        chain_nonce: int,
        now_ms: int,
        sign_now: SignNow,
    ) -> tuple[Order, Attempt]:
        """Give out the next nonce (the chain's is its floor), sign, and move to SIGNED, at once."""

    def move(self, order: Order, moved: Moved, now_ms: int) -> Order:
        """One arrow: compare-and-set with its journal entry. Raises ERR_MOVE_LOST when it lost."""

    def sent(self, attempt: Attempt, code: SendCode, now_ms: int) -> None:
        """Count one sending of an attempt's bytes, with the node's answer."""

    def settle(self, order: Order, moved: Moved, fill: Fill | None, now_ms: int) -> Order:
        """A terminal move together with its fill and the position it opens, adds to or closes."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A position's whole story in wei: what it cost, what it brought, gas apart."""

    position: Position
    symbol: str | None
    open: bool
    proceeds_wei: int
    realised_wei: int  # signed, gas included; of the sold part
    gas_wei: int
    closed_ms: int | None
    exit_reason: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The native balance the books start from, at the block it was first seen."""

    balance_wei: int
    block_number: int


class PositionStore(Protocol):
    def positions(self, bot: str, *, only_open: bool) -> tuple[Closed, ...]: ...
    def native_moved_wei(self, bot: str) -> int:
        """Sum of all fills' native effects, gas included; signed."""

    def has_unsettled(self, bot: str, block_number: int) -> bool:
        """Whether an open order was seen mined at or below `block_number`: its fill is missing."""

    def baseline(self, bot: str) -> Baseline | None: ...
    def set_baseline(self, bot: str, baseline: Baseline, now_ms: int, why: str) -> None: ...


@dataclass(frozen=True, slots=True)
class JobRun:
    """One scheduled time of one job: ran, late, missed, skipped or failed."""

    job: str
    scheduled_ms: int
    started_ms: int | None
    finished_ms: int | None
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Counters:
    values: Mapping[str, int] = field(default_factory=dict)


class StateStore(Protocol):
    """Switches, findings and counters: what outlives a process and speaks in permission."""

    def sources(self) -> tuple[PermissionSource, ...]: ...
    def set_source(self, source: PermissionSource) -> None:
        """Latch (or replace) the one source of its kind; ALLOW_ALL removes the restriction."""

    def record_job(self, run: JobRun) -> None: ...
    def jobs(self, most: int) -> tuple[JobRun, ...]: ...
    def counters(self) -> Counters: ...
    def schema_revision(self) -> str | None: ...
    def location(self) -> str:
        """Where the data lies, for people; never with a password."""


class Store(MarketStore, CycleStore, LedgerStore, OrderStore, PositionStore, StateStore, Protocol):
    """All of it, when one adapter serves all. Ask for the part you need instead."""

    def close(self) -> None: ...
