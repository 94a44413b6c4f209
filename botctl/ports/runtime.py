"""The Runtime: everything a flow may use, assembled by `wiring` and nobody else."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from botctl.core.case import Check
from botctl.core.facts import Detection, Mode, Tiers, World
from botctl.core.grading import GradeRules
from botctl.core.plans import ScanPlan, SendPlan
from botctl.core.policy import Policy
from botctl.core.providers import ProviderState
from botctl.core.telemetry.tracer import Tracer
from botctl.core.units import Address
from botctl.core.watch_plan import WatchPlan
from botctl.ports.chain import Calls, MarketReader, Sender, Signer, TxReader
from botctl.ports.clock import Clock, Ids
from botctl.ports.codec import Codec
from botctl.ports.files import BundleFolder
from botctl.ports.store import Store
from botctl.ports.watching import Dependencies, Machine

if TYPE_CHECKING:  # the tiers of the gate cost a start 50 ms
    from botctl.core.sellability.rules import GateRules
    from botctl.ports.enrich import Enrichment
    from botctl.ports.inspect import TokenInspector


class Log(Protocol):
    """Structured events: a stable name, facts as fields; `bound` adds facts to all that follow."""

    def info(self, event: str, **facts: object) -> None: ...
    def warning(self, event: str, **facts: object) -> None: ...
    def error(self, event: str, **facts: object) -> None: ...
    def bound(self, **facts: object) -> "Log": ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is deciding, under which program and settings."""

    bot: str
    mode: Mode
    wallet: Address
    signer_hint: Address | None  # what the keystore file says, unopened
    build_sha: str
    config_hash: str
    seed: int | None
    interval_ms: int  # between two cycles, by the timetable
    holder: str = "botctl"  # this process, as the holder of a wallet's lease


@dataclass(frozen=True, slots=True)
class Runtime:
    """Ports by role. `signer` opens the key when it is called, so only when something is signed."""

    identity: Identity
    policy: Policy
    scan_plan: ScanPlan
    send_plan: SendPlan
    grade: GradeRules
    clock: Clock
    ids: Ids
    codec: Codec
    log: Log
    store: Store
    markets: MarketReader
    inspector: Callable[[], "TokenInspector"]
    txs: TxReader
    sender: Sender
    calls: Calls
    signer: Callable[[], Signer]
    gate: Callable[["Runtime", World, Detection], Check | None]
    """All tiers for one entry; loads them when it is first asked, so only before a signature."""
    tiers: Callable[["Runtime", World, Sequence[Detection]], tuple[Tiers, ...]]
    """The same for a scan's shortlist, in a form that bundles keep."""
    gate_rules: Callable[[], "GateRules"]
    enrichment: Callable[[], "Enrichment"]
    """Services that may speak against a token; loaded when the gate first asks."""
    only_one: Callable[[str], AbstractContextManager[bool]]
    """A lock for one command; the value says whether we have it (False: another run does)."""
    bundle_folder: BundleFolder
    watch_plan: WatchPlan
    machine: Machine
    dependencies: Dependencies = tuple
    """One reading a provider; none while nobody measures them."""
    providers: Callable[[], tuple[ProviderState, ...]] = tuple
    """What is known of the chain's providers now, in the order of the settings."""
    trace: Tracer = field(default_factory=Tracer)
    """What this process measures of itself; off unless the settings turn it on."""
