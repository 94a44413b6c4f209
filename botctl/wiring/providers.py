"""The chain's providers as one: their names, their pool, and what is kept of them between commands."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from botctl.adapters.clock import pause_ms
from botctl.adapters.evm.agreement import AgreeingReader, Agreement
from botctl.adapters.evm.gather import Gathering
from botctl.adapters.evm.pool import PooledRpc
from botctl.adapters.evm.retry import Patience, RetryingRpc
from botctl.adapters.evm.rpc import JsonRpc, Rpc
from botctl.config.values import Config
from botctl.core.errors import BotError
from botctl.core.providers import ProviderLimits
from botctl.core.sources import HeadRules
from botctl.ports.clock import Clock
from botctl.ports.providers import ProviderStore
from botctl.ports.runtime import Log
from botctl.wiring.faults import Bare

PAUSE_MS, PAUSE_MS_MAX = 200, 2_000  # between tries of a read
RETRYING_RPC_DEADLINES = 2  # a head may take a second request where no tip is suggested


@dataclass(frozen=True, slots=True)
class Reads:
    """The pool, the same with retries around it, and the reader over both."""

    pool: PooledRpc
    rpc: Rpc
    reader: AgreeingReader
    bare: tuple[JsonRpc, ...] = ()  # the connections under all of them


@contextmanager
def pooled(
    config: Config, bare: Bare, clock: Clock, log: Log, store: ProviderStore
) -> Iterator[Reads]:
    """What was learned is kept afterwards; a store that takes none of it stops nobody."""
    rpcs = [
        bare(url, name)
        for url, name in zip(config.chain.urls, names_of(config.chain.urls), strict=True)
    ]
    wall_ms = clock.now_ms
    pool = PooledRpc(rpcs, limits_of(config), now_ms=wall_ms, kept=store.providers)
    try:
        yield replace(reads_of(config, pool, wall_ms), bare=tuple(rpcs))
    finally:
        try:
            _keep(pool, store, wall_ms(), log)
        finally:
            pool.close()


def reads_of(config: Config, pool: PooledRpc, now_ms: Callable[[], int]) -> Reads:
    patience = Patience(config.chain.tries_max, PAUSE_MS, PAUSE_MS_MAX)
    rpc = RetryingRpc(pool, patience, pause_ms=pause_ms, chance=random.random)
    return Reads(pool, rpc, AgreeingReader(pool, rpc, _agreement(config, now_ms)))


def names_of(urls: Sequence[str]) -> list[str]:
    """The host; with its port, then with a number, where several would have one name."""
    hosts = [urlsplit(url).hostname or "" for url in urls]
    ports = [urlsplit(url).port for url in urls]
    alike = Counter(hosts)
    named = [
        f"{host}:{port}" if alike[host] > 1 and port else host
        for host, port in zip(hosts, ports, strict=True)
    ]
    seen: Counter[str] = Counter()
    found = []
    for name in named:
        seen[name] += 1
        found.append(f"{name}#{seen[name]}" if seen[name] > 1 else name)
    return found


def limits_of(config: Config) -> ProviderLimits:
    own = config.providers
    return ProviderLimits(
        error_rate_max_bps=own.error_rate_max_bps,
        usage_max_bps=own.usage_max_bps,
        failures_max=own.failures_max,
        cooldown_ms=own.cooldown_ms,
        unhealthy_ms=own.unhealthy_ms,
        limited_ms=own.limited_ms,
        hold_max_ms=own.hold_max_ms,
        budget_per_s=own.budget_per_s,
        fast_ms=own.fast_ms,
    )


def _agreement(config: Config, now_ms: Callable[[], int]) -> Agreement:
    own, fresh = config.providers, config.policy.freshness
    rules = HeadRules(
        needed=own.agree_min or len(config.chain.urls),
        lag_blocks_max=own.lag_blocks_max,
        age_max_ms=fresh.head_age_max_ms,
        ahead_max_ms=fresh.ahead_max_ms,
    )
    deadline_ms = config.chain.timeout_ms * RETRYING_RPC_DEADLINES
    gathering = Gathering(deadline_ms, own.at_once_max)
    return Agreement(config.chain.chain_id, rules, gathering, now_ms)


def _keep(pool: PooledRpc, store: ProviderStore, now_ms: int, log: Log) -> None:
    if not pool.asked:
        return
    try:
        store.keep_providers(pool.states(), now_ms)
    except BotError as error:
        log.warning("provider states not kept", code=error.code)
