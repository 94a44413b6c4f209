"""The Runtime over one chain: reader, sender and key beside the store."""

import os
import random
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from botctl.adapters.clock import SystemClock
from botctl.adapters.codec import JsonCodec
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.reader import EvmMarketReader
from botctl.adapters.files import DiskBundleFolder
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.locks import CommandLocks
from botctl.adapters.machine import ThisMachine
from botctl.config.build import build_sha
from botctl.config.values import Config
from botctl.core.case import Check
from botctl.core.facts import Detection, Tiers, World
from botctl.core.health.readings import readings
from botctl.core.units import Address
from botctl.ports.chain import MarketReader
from botctl.ports.runtime import Identity, Log, Runtime
from botctl.ports.store import Store
from botctl.wiring.faults import bare_rpc
from botctl.wiring.outside import Outside, gate_rules
from botctl.wiring.providers import names_of, pooled
from botctl.wiring.telemetry import tracer
from botctl.wiring.venues import Nodes, Place, place_of

if TYPE_CHECKING:
    from botctl.ports.inspect import TokenInspector

SALT_BYTES = 16


@contextmanager
def connected(config: Config, env: Mapping[str, str], log: Log, store: Store) -> Iterator[Runtime]:
    """Its connections are closed again afterwards; the store is the caller's."""
    urls, bare = config.chain.urls, bare_rpc(config)
    senders = [bare(url, name) for url, name in zip(urls, names_of(urls), strict=True)]
    relay = bare(config.chain.private_url, "") if config.chain.private_url else None
    outside, clock = Outside(config), SystemClock(config.clock_offset_ms)
    try:
        with pooled(config, bare, clock, log, store) as reads:
            yield _runtime(config, env, log, store, Nodes(reads, senders, relay), outside)
    finally:
        outside.close()
        for rpc in (*senders, *([relay] if relay else [])):
            rpc.close()


@contextmanager
def node_readers(config: Config) -> Iterator[list[tuple[str, MarketReader]]]:
    """Each configured node by itself, under its name: none hides behind another."""
    urls, bare = config.chain.urls, bare_rpc(config)
    rpcs = [bare(url, name) for url, name in zip(urls, names_of(urls), strict=True)]
    try:
        yield [(rpc.name, EvmMarketReader(rpc)) for rpc in rpcs]
    finally:
        for rpc in rpcs:
            rpc.close()


def _runtime(
    config: Config,
    env: Mapping[str, str],
    log: Log,
    store: Store,
    nodes: Nodes,
    outside: Outside,
) -> Runtime:
    place, clock = place_of(config, env, nodes, store), SystemClock(config.clock_offset_ms)
    return Runtime(
        identity=_identity(config, place),
        policy=config.policy,
        scan_plan=config.scan_plan,
        send_plan=config.send_plan,
        grade=config.grade,
        clock=clock,
        ids=TimeOrderedIds(),
        codec=JsonCodec(),
        log=log,
        store=store,
        markets=place.markets,
        inspector=cache(lambda: _inspector(config, nodes, place.wallet)),
        gate=_gate,
        tiers=_tiers,
        gate_rules=cache(lambda: gate_rules(config)),
        enrichment=outside,
        txs=place.txs,
        sender=place.sender,
        calls=RouterCalls(),
        signer=place.signer,
        only_one=CommandLocks(Path(config.storage.state_dir)).only_one,
        bundle_folder=DiskBundleFolder(Path(config.storage.bundles_dir)),
        providers=nodes.reads.pool.states,
        dependencies=lambda: readings(nodes.reads.pool.states(), clock.now_ms()),
        watch_plan=config.watch_plan,
        machine=ThisMachine(Path(config.storage.state_dir)),
        trace=tracer(config, nodes),
    )


def _identity(config: Config, place: Place) -> Identity:
    return Identity(
        bot=config.bot.name,
        mode=config.bot.mode,
        wallet=place.wallet,
        signer_hint=place.hint,
        build_sha=build_sha(),
        config_hash=config.config_hash,
        seed=None,
        interval_ms=config.schedule.interval_ms,
        holder=_holder(),
    )


def _gate(rt: Runtime, world: World, seen: Detection) -> Check | None:
    from botctl.flows.gate import gate_refusal  # noqa: PLC0415  50 ms that a quiet cycle need not pay

    return gate_refusal(rt, world, seen)


def _tiers(rt: Runtime, world: World, detections: Sequence[Detection]) -> tuple[Tiers, ...]:
    from botctl.flows.gate import tiers_of  # noqa: PLC0415  the same

    return tiers_of(rt, world, detections)


def _inspector(config: Config, nodes: Nodes, wallet: Address) -> "TokenInspector":
    """A salt of this moment: no token can know the addresses that its simulations will use."""
    from botctl.adapters.evm.inspector import EvmInspector  # noqa: PLC0415  the same

    venue = config.policy.venue
    return EvmInspector(
        nodes.reads.rpc,
        factory=venue.factory,
        router=venue.router,
        native=venue.native,
        salt=os.urandom(SALT_BYTES),
        trader=wallet,
    )


def _holder() -> str:
    """This process among all that may hold a lease; containers share host names and process ids."""
    return f"{socket.gethostname()}:{os.getpid()}:{random.getrandbits(32):08x}"
