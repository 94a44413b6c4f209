"""What permission and health are computed by: tier, limits and thresholds as one value."""

from dataclasses import dataclass

from botctl.core.circuits import CircuitPlan
from botctl.core.health.plan import HealthPlan
from botctl.core.permission import Tier


@dataclass(frozen=True, slots=True)
class WatchPlan:
    tier: Tier
    interval_ms: int
    daily_loss_max_wei: int
    health: HealthPlan
    circuits: CircuitPlan
    channels: tuple[str, ...] = ()  # those of the alerts
    silent_ms_max: int = 0  # an alert that waits for longer does not get out
