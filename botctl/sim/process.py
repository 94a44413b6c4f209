"""One botctl process of the simulated world: the real Runtime over simulated ports."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

from botctl.core.case import Check
from botctl.core.facts import Detection, Tiers, World
from botctl.core.plans import SendPlan
from botctl.core.sellability.rules import GateRules
from botctl.ports.chain import MarketReader, Sender, Signer, TxReader
from botctl.ports.clock import Ids
from botctl.ports.codec import Codec
from botctl.ports.enrich import Enrichment
from botctl.ports.files import BundleFolder
from botctl.ports.inspect import TokenInspector
from botctl.ports.runtime import Log, Runtime
from botctl.ports.store import Store
from botctl.ports.watching import NoMachine
from botctl.sim.clock import HostClock
from botctl.sim.faults import Port, QuietSender, Seam
from botctl.sim.plan import Strike
from botctl.sim.rules import GRADE, IDENTITY, POLICY, SCAN_PLAN, WATCH_PLAN
from botctl.sim.wire import SimCalls


class Mute:
    """A Log that nobody reads: the history says what happened."""

    def info(self, event: str, **facts: object) -> None: ...
    def warning(self, event: str, **facts: object) -> None: ...
    def error(self, event: str, **facts: object) -> None: ...
    def bound(self, **facts: object) -> Log:
        return self


class Absent:
    """A port that no simulated flow uses; using it fails loudly."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the simulated world has no {name}")


@dataclass(frozen=True, slots=True)
class Outside:
    """What all processes share."""

    store: object
    node: object
    sender: object
    signer: object
    ids: Ids
    send_plan: SendPlan


class Process:
    """`busy` while a command runs: one process runs one at a time."""

    def __init__(self, number: int, outside: Outside, clock: HostClock, seam: Seam) -> None:
        self.clock = clock
        self.busy = False
        self.halted = False
        self._number = number
        self._deaths = 0
        self._seam = seam
        self.rt = _runtime(outside, clock, seam)
        self._name_holder()

    def begin(self, strikes: Sequence[Strike], *, halted: bool) -> None:
        """`halted`: nothing may leave during this command."""
        self.busy = True
        self.halted = halted
        self._seam.begin(strikes)

    def died(self) -> None:
        """Whoever is started in its place is another holder of leases."""
        self._deaths += 1
        self._name_holder()

    def _name_holder(self) -> None:
        identity = replace(self.rt.identity, holder=f"{self._number}.{self._deaths}")
        self.rt = replace(self.rt, identity=identity)


def _runtime(outside: Outside, clock: HostClock, seam: Seam) -> Runtime:
    node = Port("node", outside.node, seam)
    signer = cast("Signer", Port("signer", outside.signer, seam))
    absent = Absent()
    return Runtime(
        identity=IDENTITY,
        policy=POLICY,
        scan_plan=SCAN_PLAN,
        send_plan=outside.send_plan,
        grade=GRADE,
        clock=clock,
        ids=outside.ids,
        codec=cast("Codec", absent),
        log=Mute(),
        store=cast("Store", Port("store", outside.store, seam)),
        markets=cast("MarketReader", node),
        inspector=lambda: cast("TokenInspector", absent),
        gate=_no_gate,
        tiers=_no_tiers,
        gate_rules=lambda: cast("GateRules", absent),
        enrichment=lambda: cast("Enrichment", absent),
        txs=cast("TxReader", node),
        sender=QuietSender(cast("Sender", Port("sender", outside.sender, seam))),
        calls=SimCalls(),
        signer=lambda: signer,
        only_one=_always,
        bundle_folder=cast("BundleFolder", absent),
        watch_plan=WATCH_PLAN,
        machine=NoMachine(),
    )


def _no_gate(_rt: Runtime, _world: World, _seen: Detection) -> Check | None:
    """The world's tokens have no code to look at."""
    return None


def _no_tiers(_rt: Runtime, _world: World, _seen: Sequence[Detection]) -> tuple[Tiers, ...]:
    return ()


@contextmanager
def _always(_command: str) -> Iterator[bool]:
    """No lock: overlapping runs of one command are what is to be survived."""
    yield True
