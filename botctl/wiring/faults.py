"""Faults on purpose, when the settings name any: put before every connection to a node."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from botctl.adapters.clock import SystemClock, pause_ms
from botctl.adapters.evm.rpc import JsonRpc
from botctl.config.values import Config

Bare = Callable[[str, str], JsonRpc]  # from a URL, and a name to be shown for it
SALT_MS: Final = 10_000  # the same seed at the same time of the (injected) clock: the same faults


def bare_rpc(config: Config) -> Bare:
    """Makes a connection that is used when it is first asked; faulty only where settings say so."""
    chain = config.chain
    if not config.faults.harms:
        return lambda url, name: JsonRpc(
            url, name=name, timeout_ms=chain.timeout_ms, batch_max=chain.batch_max
        )
    return _faulty(config, (*chain.urls, chain.private_url))


def _faulty(config: Config, urls: Sequence[str]) -> Bare:
    from botctl.adapters.evm.endpoint import endpoint  # noqa: PLC0415  a drill's parts alone
    from botctl.adapters.evm.http import HttpTransport  # noqa: PLC0415
    from botctl.adapters.faults.switch import FaultSwitch  # noqa: PLC0415
    from botctl.adapters.faults.transport import FaultyTransport, Manners  # noqa: PLC0415

    chain, faults = config.chain, config.faults
    salt = SystemClock(config.clock_offset_ms).now_ms() // SALT_MS
    switch = FaultSwitch(dict(faults.chosen), Path(faults.file) if faults.file else None)

    def made(url: str, name: str) -> JsonRpc:
        real = HttpTransport(endpoint(url), timeout_ms=chain.timeout_ms)
        manners = Manners(urls.index(url) + 1, chain.timeout_ms, pause_ms, salt)
        return JsonRpc(
            url,
            name=name,
            timeout_ms=chain.timeout_ms,
            batch_max=chain.batch_max,
            transport=FaultyTransport(real, switch, manners),
        )

    return made
