"""Storage as flows see it. Every method that writes is one transaction: all of it, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from botctl.core.books import Position
from botctl.core.deciding.spending import Holdings
from botctl.core.facts import Market, Window
from botctl.core.grading import FollowUp
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.nonces import Slot
from botctl.core.orders import (
    Attempt,
    AttemptKind,
    Fill,
    Order,
    SendCode,
    SignedTx,
    UnsignedTx,
)
from botctl.core.permission import PermissionSource
from botctl.core.risk.regime import Times
from botctl.core.telemetry.spans import Span
from botctl.core.units import Address, BundleId, CycleId, Hash32, OrderId
from botctl.ports.alerts import AlertStore
from botctl.ports.followups import FollowStore
from botctl.ports.preflight import PreflightStore
from botctl.ports.providers import ProviderStore
from botctl.ports.reorgs import ReorgStore
from botctl.ports.standing import StandingStore
from botctl.ports.telemetry import TelemetryStore
from botctl.ports.wallet_books import WalletBookStore
from botctl.ports.watching import WatchStore
from botctl.ports.web import WebStore


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
    def record(
        self,
        cycle: CycleRow,
        detections: Sequence[DetectionRow],
        told: Sequence[Span] = (),
    ) -> bool:
        """False when this block was already recorded: nothing is written then, `told` neither."""

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
class Rested:
    """What was held and promised when the entries were decided: if it grew since, a limit may break."""

    day_start_ms: int
    holdings: Holdings


@dataclass(frozen=True, slots=True)
class DecidedBatch:
    """Everything one `decide` writes, at once."""

    cycle_id: CycleId
    decided_ms: int
    rows: Sequence[LedgerRow]
    bundles: Sequence[tuple[BundleId, bytes]]  # canonical bodies
    orders: Sequence[Order]
    peaks: Sequence[tuple[str, int]]  # position id, its best exit value in wei
    times: Times | None = None  # when their label or what it rests on has changed
    rested_on: Rested | None = None  # what the entries were weighed against; None: there are none
    followups: Sequence[FollowUp] = ()
    told: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Committed:
    orders: int  # of the batch, that were new


class LedgerStore(Protocol):
    def holdings(self, bot: str, day_start_ms: int) -> Holdings: ...
    def commit(self, batch: DecidedBatch) -> Committed | None:
        """None when the cycle was decided meanwhile, or when more is held or promised than the
        entries rested on: nothing is written then.

        An order whose intent key has a live order already is left out and counted
        (`intent_idempotency_blocks_total`); so is, uncounted, a sell of what is no longer held.
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


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to sign for a wallet. `fence` rises with every change of holder, and never falls."""

    chain_id: int
    wallet: Address
    holder: str
    fence: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class NonceRow:
    """The nonce authority of one wallet; `holder` is "" while nobody has the lease."""

    next: int
    holder: str
    fence: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is signed: the wallet's mined count, the head's number, and our clock."""

    chain_nonce: int
    block_number: int
    now_ms: int


class NonceStore(Protocol):
    """One row a (chain, wallet), on the store's own chain, shared by every bot and host that signs for it."""

    def nonce(self, wallet: Address) -> NonceRow | None:
        """None before the first signature."""

    def lease(
        self, wallet: Address, *, holder: str, chain_nonce: int, now_ms: int, ttl_ms: int
    ) -> Lease | None:
        """None while another holder's lease lasts. Taken anew or renewed by its own holder.

        The first lease of a wallet starts the counter at `chain_nonce`.
        """

    def release(self, lease: Lease) -> None:
        """Free for anybody at once; nothing happens when it was lost already."""

    def slots(self, wallet: Address) -> tuple[Slot, ...]:
        """Every bot's open orders that have a nonce, with all their hashes, by nonce."""

    def settled_next(self, wallet: Address) -> int:
        """One above the highest nonce of an order that ended on the chain; 0 before the first."""

    def set_next(self, lease: Lease, *, expected: int, to: int, now_ms: int, why: str) -> None:
        """Compare-and-set with its journal entry.

        Raises ERR_LEASE_LOST, and ERR_MOVE_LOST when the counter is not `expected` or an order
        (not DROPPED) has a nonce at or above `to`.
        """


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
    def add(self, order: Order) -> bool:
        """A preparatory order (an approval); False when its intent key has one already."""

    def sign(
        self,
        order: Order,
        lease: Lease,
        moment: Moment,
        sign_now: SignNow,
        *,
        at: int | None = None,
    ) -> tuple[Order, Attempt]:
        """Give out the next nonce (the chain's is its floor), sign, and move to SIGNED, at once.

        `at` asks for a free nonce below the counter instead: a gap. Raises ERR_LEASE_LOST when the
        lease's token is not the newest, ERR_MOVE_LOST when the order or the gap is taken.
        """

    def bump(
        self,
        order: Order,
        lease: Lease,
        moment: Moment,
        sign_now: SignNow,
        *,
        kind: AttemptKind,
    ) -> tuple[Order, Attempt]:
        """Another attempt under the order's own nonce, on disk with the move to SUBMITTED."""

    def move(self, order: Order, moved: Moved, now_ms: int) -> Order:
        """One arrow: compare-and-set with its journal entry. Raises ERR_MOVE_LOST when it lost.

        PROVE_UNSENT gives the nonce back when no order has a higher one; else it leaves a gap.
        """

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


@dataclass(frozen=True, slots=True)
class Correction:
    """One difference of ledger and chain, in the smallest unit; the same difference has the same id."""

    id: str
    token: str  # "native" for the coin itself
    ledger: int
    chain: int
    block_number: int


@dataclass(frozen=True, slots=True)
class Altered:
    """A row that is not as the journal says it was written; `entry` is the journal's sequence."""

    entry: int
    row: str  # table:key
    say: str


@dataclass(frozen=True, slots=True)
class Verified:
    """The walk over the whole journal; `altered` in the order of entries, empty when all is as written."""

    entries: int
    rows: int
    altered: tuple[Altered, ...]


class PositionStore(Protocol):
    def positions(self, bot: str, *, only_open: bool) -> tuple[Closed, ...]: ...
    def native_moved_wei(self, bot: str) -> int:
        """Sum of all fills' native effects, gas included; signed."""

    def newest_fills(self, bot: str, most: int) -> tuple[Fill, ...]:
        """By block, newest first: is what we count as final still there?"""

    def failed_exits(self, bot: str) -> Mapping[str, int]:
        """Per open position id, how many of its sells have FAILED since it opened."""

    def write_off(self, position_id: str, reason: str, now_ms: int) -> bool:
        """Close what cannot be sold: its cost is realised as a loss, its slot is free.

        False when it is closed already or has a live order.
        """

    def adopt(self, pair: Address, token: Address, quantity: int, now_ms: int, why: str) -> bool:
        """Take tokens that no order of ours bought into the books, at no cost.

        They open the market's position or add to it; False when it has a live order.
        """

    def correct(self, corrections: Sequence[Correction], now_ms: int, why: str) -> int:
        """Book the difference to the chain, each id once, all in one transaction; how many were new.

        Native goes to the running balance; a token to its open position, closed at zero, or to the
        newest closed one, which opens again. No difference books nothing: the entry is an answer.
        """

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

    def verify(self) -> Verified:
        """Walk the journal's chain and hold every row that money depends on against it."""

    def count(self, name: str, by: int = 1) -> None: ...
    def record_job(self, run: JobRun) -> None: ...
    def jobs(self, most: int) -> tuple[JobRun, ...]: ...
    def counters(self) -> Counters: ...
    def schema_revision(self) -> str | None: ...
    def location(self) -> str:
        """Where the data lies, for people; never with a password."""


class Store(
    StandingStore,
    MarketStore,
    CycleStore,
    LedgerStore,
    FollowStore,
    NonceStore,
    OrderStore,
    PositionStore,
    ReorgStore,
    WalletBookStore,
    StateStore,
    ProviderStore,
    WatchStore,
    AlertStore,
    PreflightStore,
    WebStore,
    TelemetryStore,
    Protocol,
):
    """All of it, when one adapter serves all. Ask for the part you need instead."""

    def close(self) -> None: ...
