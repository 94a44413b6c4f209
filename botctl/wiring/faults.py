"""Faults on purpose, when the settings name any: put before every node, service and chat."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botctl.adapters.clock import SystemClock, pause_ms
from botctl.adapters.evm.rpc import JsonRpc
from botctl.config.values import TELEGRAM, Config

if TYPE_CHECKING:
    from botctl.adapters.enrich.source import Source
    from botctl.adapters.faults.outlets import FaultyOutlet, Outlet
    from botctl.adapters.faults.switch import FaultSwitch
    from botctl.ports.alerts import Notifier

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


def faulty_notifier(config: Config, real: "Notifier") -> "Notifier":
    """As it is where the settings name no faults."""
    if not config.faults.harms:
        return real
    from botctl.adapters.faults.outlets import Outlet  # noqa: PLC0415  a drill's parts alone
    from botctl.adapters.faults.outside import FaultyNotifier  # noqa: PLC0415

    outlet = Outlet.CHAT if real.channel == TELEGRAM else Outlet.HOOK
    return FaultyNotifier(real, _outlet(config, outlet, config.alerts.deadline_ms))


def faulty_source(config: Config, real: "Source") -> "Source":
    """As it is where the settings name no faults."""
    if not config.faults.harms:
        return real
    from botctl.adapters.faults.outlets import Outlet  # noqa: PLC0415  a drill's parts alone
    from botctl.adapters.faults.outside import FaultySource  # noqa: PLC0415

    return FaultySource(real, _outlet(config, Outlet.EXPLORER, config.enrich.deadline_ms))


def _outlet(config: Config, outlet: "Outlet", timeout_ms: int) -> "FaultyOutlet":
    from botctl.adapters.faults.outlets import FaultyOutlet  # noqa: PLC0415
    from botctl.adapters.faults.transport import Manners  # noqa: PLC0415

    return FaultyOutlet(outlet, _switch(config), Manners(0, timeout_ms, pause_ms, _salt(config)))


def _switch(config: Config) -> "FaultSwitch":
    from botctl.adapters.faults.switch import FaultSwitch  # noqa: PLC0415

    faults = config.faults
    return FaultSwitch(dict(faults.chosen), Path(faults.file) if faults.file else None)


def _salt(config: Config) -> int:
    return SystemClock(config.clock_offset_ms).now_ms() // SALT_MS


def _faulty(config: Config, urls: Sequence[str]) -> Bare:
    from botctl.adapters.evm.endpoint import endpoint  # noqa: PLC0415  a drill's parts alone
    from botctl.adapters.evm.http import HttpTransport  # noqa: PLC0415
    from botctl.adapters.faults.transport import FaultyTransport, Manners  # noqa: PLC0415

    chain, salt, switch = config.chain, _salt(config), _switch(config)

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
