"""status, health: what the store alone tells about the bot, so that it answers in any outage."""

from dataclasses import dataclass

from botctl.core.health import Health, health
from botctl.core.permission import Permission, permission
from botctl.flows.permit import evidence
from botctl.ports.store import Closed, CycleRow, Store

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Amounts in wei; ages in ms."""

    bot: str
    mode: str
    health: Health
    permission: Permission
    cycle: CycleRow | None
    cycle_age_ms: int | None
    positions: tuple[Closed, ...]
    open_orders: int
    realised_today_wei: int
    reasons: tuple[tuple[str, str, int], ...]  # of the last hour
    location: str


def status(store: Store, *, bot: str, mode: str, now_ms: int, interval_ms: int) -> StatusReport:
    """Reads only; permission and health are computed, never stored by hand."""
    sources, latest = store.sources(), store.latest()
    may = permission(sources)
    seen = evidence(store, sources, now_ms=now_ms, interval_ms=interval_ms)
    return StatusReport(
        bot=bot,
        mode=mode,
        health=health(seen),
        permission=may,
        cycle=latest,
        cycle_age_ms=now_ms - latest.started_ms if latest else None,
        positions=store.positions(bot, only_open=True),
        open_orders=seen.open_orders,
        realised_today_wei=store.holdings(bot, now_ms - now_ms % DAY_MS).realised_today_wei,
        reasons=tuple(store.reasons_since(now_ms - 3_600_000)),
        location=store.location(),
    )
