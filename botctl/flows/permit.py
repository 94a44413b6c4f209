"""What the bot may do now: the latched sources, and what its health says (DESIGN §6)."""

from collections.abc import Sequence

from botctl.core.health import RESTRICTED, Evidence, HealthState, health
from botctl.core.orders import Order
from botctl.core.permission import Level, PermissionSource, SourceKind, permission
from botctl.core.risk.regime import Times
from botctl.flows.standing import times_source
from botctl.ports.runtime import Runtime
from botctl.ports.store import Store

LEVELS = {HealthState.EXITS_ONLY: Level.EXITS_ONLY, HealthState.HALTED: Level.HALT_ALL}


def sources_now(
    rt: Runtime,
    open_orders: Sequence[Order] | None = None,
    *,
    times: Times | None = None,
) -> tuple[PermissionSource, ...]:
    """Latched sources first, then one for each health finding that restricts, and that of the times.

    `open_orders`: by who has read them already; `times`, likewise.
    """
    latched, now_ms = rt.store.sources(), rt.clock.now_ms()
    interval_ms = rt.identity.interval_ms
    seen = evidence(rt.store, latched, open_orders, now_ms=now_ms, interval_ms=interval_ms)
    # The permission's own finding is left out: it would only repeat the latched sources.
    found = (f for f in health(seen).findings if f.name != RESTRICTED and f.state in LEVELS)
    of_health = tuple(
        PermissionSource(
            SourceKind.HEALTH, LEVELS[f.state], f"{f.name}: {f.evidence}", "health", now_ms
        )
        for f in found
    )
    return latched + of_health + times_source(rt, times or rt.store.times(rt.identity.bot))


def evidence(
    store: Store,
    sources: tuple[PermissionSource, ...],
    known: Sequence[Order] | None = None,
    *,
    now_ms: int,
    interval_ms: int,
) -> Evidence:
    """One reading of the store for all watchdogs; `known` are its open orders, when they are known."""
    latest = store.latest()
    open_orders = store.open() if known is None else known
    oldest = min((order.created_ms for order in open_orders), default=None)
    return Evidence(
        now_ms=now_ms,
        interval_ms=interval_ms,
        cycle_started_ms=latest.started_ms if latest else None,
        oldest_open_ms=None if oldest is None else now_ms - oldest,
        open_orders=len(open_orders),
        permission=permission(sources),
    )
