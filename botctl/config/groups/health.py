"""When the bot counts as unwell, when a breaker opens, and how long a market rests."""

from pydantic import Field, model_validator

from botctl.config.groups.base import Group
from botctl.config.kinds import Flag, Whole
from botctl.core.breakers import BreakerPlan
from botctl.core.circuits import CircuitPlan
from botctl.core.health.plan import HealthPlan
from botctl.core.units import BPS_ONE

MS = 1_000


class HealthGroup(Group):
    """Thresholds of the watchdogs; each finding and its remedy is in runbooks/health.md."""

    lag_max_ms: Whole = Field(
        5_000, gt=0, description="A cycle may begin this late; beyond it, a warning."
    )
    lag_for_s: Whole = Field(
        180, gt=0, description="A lag that lasts this long stops entries: they would come late."
    )
    cycle_share_max_bps: Whole = Field(
        8_000, gt=0, le=BPS_ONE, description="p95 of a cycle against the interval: four fifths."
    )
    throughput_min_bps: Whole = Field(
        5_000, ge=0, le=BPS_ONE, description="Markets a minute against the hour before: half."
    )
    undecided_max: Whole = Field(
        2, ge=0, description="Cycles in a row that may be scanned without being decided."
    )
    reason_share_max_bps: Whole = Field(
        5_000, gt=0, le=BPS_ONE, description="One reason's share of refusals before it is a spike."
    )
    pending_max: Whole = Field(
        5, ge=0, description="Orders that may wait longer than pending_crowd_s: one a position."
    )
    pending_crowd_s: Whole = Field(120, gt=0, description="Two minutes: twice what a trade takes.")
    pending_max_s: Whole = Field(
        600, gt=0, description="No order waits longer than this without stopping entries."
    )
    confirm_max_s: Whole = Field(
        300, gt=0, description="p95 from decided to final; also what the breaker calls slow."
    )
    slippage_max_bps: Whole = Field(
        300, gt=0, le=BPS_ONE, description="A fill this far below what was expected is an anomaly."
    )
    error_share_max_bps: Whole = Field(
        2_000, gt=0, le=BPS_ONE, description="A provider's failed answers: one in five."
    )
    provider_slow_ms: Whole = Field(2_000, gt=0, description="p95 of a provider's answers.")
    errors_max: Whole = Field(5, ge=0, description="Failed commands within errors_for_s.")
    errors_for_s: Whole = Field(300, gt=0, description="Five minutes: five cycles.")
    memory_max_bps: Whole = Field(
        9_000, gt=0, le=BPS_ONE, description="Of the memory this process may use."
    )
    memory_for_s: Whole = Field(
        300, gt=0, description="Full for this long, it is for a person and not for the record."
    )
    disk_low_mb: Whole = Field(
        1_000, ge=0, description="Free space beside the database: a warning."
    )
    disk_min_mb: Whole = Field(
        200, ge=0, description="Below it no entry: what is left is for the records of exits."
    )
    write_max_ms: Whole = Field(
        1_000, gt=0, description="One durable write of a page; a good disk needs 1 ms."
    )
    loss_halts: Flag = Field(
        default=False, description="The day's loss limit stops exits too, until midnight UTC."
    )
    watch_s: Whole = Field(30, gt=0, description="How often `botctl health --watch` looks again.")

    @model_validator(mode="after")
    def _low_comes_before_full(self) -> "HealthGroup":
        if self.disk_min_mb > self.disk_low_mb:
            raise ValueError("disk_min_mb must not exceed disk_low_mb, which only warns")
        return self

    def values(self, head_age_max_ms: int) -> HealthPlan:
        return HealthPlan(
            lag_max_ms=self.lag_max_ms,
            lag_for_ms=self.lag_for_s * MS,
            cycle_share_max_bps=self.cycle_share_max_bps,
            throughput_min_bps=self.throughput_min_bps,
            undecided_max=self.undecided_max,
            reason_share_max_bps=self.reason_share_max_bps,
            pending_max=self.pending_max,
            pending_crowd_ms=self.pending_crowd_s * MS,
            pending_max_ms=self.pending_max_s * MS,
            confirm_max_ms=self.confirm_max_s * MS,
            slippage_max_bps=self.slippage_max_bps,
            error_share_max_bps=self.error_share_max_bps,
            provider_slow_ms=self.provider_slow_ms,
            head_age_max_ms=head_age_max_ms,
            errors_max=self.errors_max,
            errors_for_ms=self.errors_for_s * MS,
            memory_max_bps=self.memory_max_bps,
            memory_for_ms=self.memory_for_s * MS,
            disk_low_mb=self.disk_low_mb,
            disk_min_mb=self.disk_min_mb,
            write_max_ms=self.write_max_ms,
            loss_halts=self.loss_halts,
            watch_ms=self.watch_s * MS,
        )


class PausesGroup(Group):
    """How long one market rests; exits go on meanwhile."""

    stale_s: Whole = Field(
        120, gt=0, description="After an order was refused because its data was too old."
    )
    stale_reduces: Flag = Field(
        default=True, description="Exits go on while a market rests for stale data."
    )
    slippage_after: Whole = Field(
        3, gt=0, description="Orders in a row that slipped or reverted before a market rests."
    )
    slippage_s: Whole = Field(60, gt=0, description="How long it rests then.")


class BreakersGroup(Group):
    """What opens a breaker (entries stop), and how long it rests before entries are tried again."""

    node_failures: Whole = Field(
        3, gt=0, description="Commands in a row that the node failed, without a scan in between."
    )
    node_s: Whole = Field(120, gt=0, description="Rest after that.")
    provider_s: Whole = Field(
        300,
        gt=0,
        description="Rest of a provider above health.error_share_max_bps; entries stop when all rest.",
    )
    checks_failures: Whole = Field(
        5, gt=0, description="Commands that failed because our own checks could not be made."
    )
    checks_s: Whole = Field(180, gt=0, description="Rest after that.")
    errors: Whole = Field(
        10, gt=0, description="Failed commands of any kind within health.errors_for_s."
    )
    errors_s: Whole = Field(300, gt=0, description="Rest after that.")
    reverts: Whole = Field(3, gt=0, description="Reverted of the last `window` transactions.")
    reverts_s: Whole = Field(600, gt=0, description="Rest after that: the pools have calmed.")
    slow: Whole = Field(
        2, gt=0, description="Slow of the last `window` orders: with 20, their p95 is too long."
    )
    slow_s: Whole = Field(300, gt=0, description="Rest after that: a crowded block or two hundred.")
    slipped: Whole = Field(3, gt=0, description="Anomalous of the last `window` fills.")
    slipped_s: Whole = Field(600, gt=0, description="Rest after that.")
    window: Whole = Field(20, gt=0, le=40, description="How many of the newest orders count.")
    probes: Whole = Field(
        1, gt=0, description="Orders that must end well before a breaker of orders closes again."
    )

    def values(self, health: HealthPlan, pauses: PausesGroup) -> CircuitPlan:
        return CircuitPlan(
            # One scan that went through is success enough for what a scan proves.
            node=BreakerPlan(self.node_failures, self.node_s * MS),
            provider=BreakerPlan(1, self.provider_s * MS),
            checks=BreakerPlan(self.checks_failures, self.checks_s * MS),
            errors=BreakerPlan(self.errors, self.errors_s * MS),
            reverts=BreakerPlan(self.reverts, self.reverts_s * MS, self.probes),
            confirmation=BreakerPlan(self.slow, self.slow_s * MS, self.probes),
            slippage=BreakerPlan(self.slipped, self.slipped_s * MS, self.probes),
            window=self.window,
            errors_for_ms=health.errors_for_ms,
            error_share_max_bps=health.error_share_max_bps,
            confirm_max_ms=health.confirm_max_ms,
            slippage_max_bps=health.slippage_max_bps,
            stale_pause_ms=pauses.stale_s * MS,
            stale_reduces=pauses.stale_reduces,
            slippage_pause_after=pauses.slippage_after,
            slippage_pause_ms=pauses.slippage_s * MS,
        )
