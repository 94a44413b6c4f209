"""The Runtime: everything a flow may use, assembled by `wiring` and nobody else."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from botctl.core.facts import Mode
from botctl.core.plans import ScanPlan, SendPlan
from botctl.core.policy import Policy
from botctl.core.units import Address
from botctl.ports.chain import Calls, MarketReader, Sender, Signer, TxReader
from botctl.ports.clock import Clock, Ids
from botctl.ports.codec import Codec
from botctl.ports.files import BundleFolder
from botctl.ports.inspect import TokenInspector
from botctl.ports.store import Store


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
    clock: Clock
    ids: Ids
    codec: Codec
    log: Log
    store: Store
    markets: MarketReader
    inspector: TokenInspector
    txs: TxReader
    sender: Sender
    calls: Calls
    signer: Callable[[], Signer]
    only_one: Callable[[str], AbstractContextManager[bool]]
    """A lock for one command; the value says whether we have it (False: another run does)."""
    bundle_folder: BundleFolder
