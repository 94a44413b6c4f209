"""From settings to a Runtime: the only place that names adapters.

What a command does not need is not imported: the key's module, the paper venue and the embedded
chain load when they are first asked for.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from botctl.adapters.clock import SystemClock, pause_ms
from botctl.adapters.codec import JsonCodec
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.retry import Patience, RetryingRpc
from botctl.adapters.evm.rpc import JsonRpc, Rpc
from botctl.adapters.files import DiskBundleFolder
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.locks import CommandLocks
from botctl.adapters.store import open_store
from botctl.config.build import build_sha
from botctl.config.values import Config
from botctl.ports.clock import Clock
from botctl.ports.runtime import Identity, Log, Runtime
from botctl.ports.store import Store
from botctl.wiring.venues import Place, place_of

PAUSE_MS, PAUSE_MS_MAX = 200, 2_000  # between tries of a read


@contextmanager
def open_runtime(config: Config, env: Mapping[str, str], log: Log) -> Iterator[Runtime]:
    """Everything a flow may use, closed again afterwards."""
    with open_books(config) as store:
        rpcs = [_rpc(config, url) for url in config.chain.urls]
        try:
            yield _runtime(config, env, log, store, rpcs)
        finally:
            for rpc in rpcs:
                rpc.close()


@contextmanager
def open_books(config: Config) -> Iterator[Store]:
    """The database alone: for commands that must answer while the node does not."""
    store = open_store(
        config.storage.url,
        chain_id=config.chain.chain_id,
        factory=config.policy.venue.factory,
        bot=config.bot.name,
        busy_ms=config.storage.busy_ms,
        ids=TimeOrderedIds(),
    )
    try:
        yield store
    finally:
        store.close()


def clock_of(config: Config) -> Clock:
    return SystemClock(config.clock_offset_ms)


def bundle_folder(config: Config) -> DiskBundleFolder:
    return DiskBundleFolder(Path(config.storage.bundles_dir))


def _rpc(config: Config, url: str) -> Rpc:
    chain = config.chain
    rpc = JsonRpc(url, timeout_ms=chain.timeout_ms, batch_max=chain.batch_max)
    patience = Patience(chain.tries_max, PAUSE_MS, PAUSE_MS_MAX)
    return RetryingRpc(rpc, patience, pause_ms=pause_ms, chance=random.random)


def _runtime(
    config: Config, env: Mapping[str, str], log: Log, store: Store, rpcs: Sequence[Rpc]
) -> Runtime:
    place = place_of(config, env, rpcs, store)
    return Runtime(
        identity=_identity(config, place),
        policy=config.policy,
        scan_plan=config.scan_plan,
        send_plan=config.send_plan,
        clock=clock_of(config),
        ids=TimeOrderedIds(),
        codec=JsonCodec(),
        log=log,
        store=store,
        markets=place.markets,
        txs=place.txs,
        sender=place.sender,
        calls=RouterCalls(),
        signer=place.signer,
        only_one=CommandLocks(Path(config.storage.state_dir)).only_one,
        bundle_folder=bundle_folder(config),
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
    )
