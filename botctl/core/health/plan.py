"""The thresholds of the watchdogs, from the settings group [health]; bps of a whole are 10 000."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HealthPlan:
    lag_max_ms: int  # how late a cycle may start
    lag_for_ms: int  # as long as this it is only a warning
    cycle_share_max_bps: int  # p95 of a cycle against the interval
    throughput_min_bps: int  # markets a minute against the hour before
    undecided_max: int  # cycles in a row that were scanned and not decided
    reason_share_max_bps: int  # one reason among the newest refusals
    pending_max: int  # orders waiting for longer than `pending_crowd_ms`
    pending_crowd_ms: int
    pending_max_ms: int  # any single order
    confirm_max_ms: int  # p95 from decided to final
    slippage_max_bps: int  # a fill below what its decision expected
    error_share_max_bps: int  # of a provider's answers
    provider_slow_ms: int  # p95 of a provider's answers
    head_age_max_ms: int
    errors_max: int  # failed commands within `errors_for_ms`
    errors_for_ms: int
    memory_max_bps: int  # of what this process may use
    memory_for_ms: int
    disk_low_mb: int  # warn
    disk_min_mb: int  # stop entries
    write_max_ms: int  # one durable write of a page
    loss_halts: bool  # the day's loss stops exits too, until midnight UTC
    watch_ms: int  # how often `health --watch` looks again
