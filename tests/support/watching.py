"""Plans and evidence of a bot that is well; a test names only what it is about."""

from dataclasses import replace
from typing import Final

from botctl.config.settings import Settings
from botctl.core.circuits import CircuitPlan
from botctl.core.health import CycleFact, Ended, Evidence, HealthPlan, MachineReading, Vitals
from botctl.core.permission import Tier, permission
from botctl.core.watch_plan import WatchPlan
from tests.support.builders import NOW_MS

MINUTE_MS: Final = 60_000
_SETTINGS: Final = Settings()
# The defaults that an operator gets: the boundaries tested are those of the product.
HEALTH_PLAN: Final[HealthPlan] = _SETTINGS.health.values(_SETTINGS.freshness.head_age_max_ms)
CIRCUIT_PLAN: Final[CircuitPlan] = _SETTINGS.breakers.values(HEALTH_PLAN, _SETTINGS.pauses)
WATCH_PLAN: Final = WatchPlan(Tier.TRADE, MINUTE_MS, 10**17, HEALTH_PLAN, CIRCUIT_PLAN)


def cycles(
    count: int = 30, *, markets: int = 20, took_ms: int = 900, newest_ms: int = NOW_MS - MINUTE_MS
) -> tuple[CycleFact, ...]:
    """One a minute, newest first, all decided."""
    starts = (newest_ms - n * MINUTE_MS for n in range(count))
    return tuple(CycleFact(at, took_ms - 100, markets, at + took_ms) for at in starts)


def ended(number: int = 0, **overrides: object) -> Ended:
    """A confirmed trade, `number` minutes ago."""
    well = Ended(
        pair="0x01",
        code="",
        at_ms=NOW_MS - number * MINUTE_MS,
        took_ms=90_000,
        sent=True,
        confirmed=True,
        shortfall_bps=10,
    )
    return replace(well, **overrides)  # type: ignore[arg-type]


WELL: Final = Evidence(
    now_ms=NOW_MS,
    interval_ms=MINUTE_MS,
    plan=HEALTH_PLAN,
    permission=permission([]),
    vitals=Vitals(cycles=cycles()),
    machine=MachineReading(memory_bps=5_000, disk_free_mb=50_000, write_ms=1),
)
