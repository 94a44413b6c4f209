"""Every metric that leaves botctl. Rules, dashboards and `/metrics` are held against this list.

Names, labels and buckets are those of the blueprint (seed 000) where it has them, and of the
profiling guide (seed 003) with `botctl_` in place of its prefix. Each family also carries
`bot` and `chain`: a fleet has few of either, so the number of series stays bounded. No label holds
an address, a hash or free text.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Family:
    """`labels` beside `bot` and `chain`; `buckets` are upper bounds, ascending, in the unit of the name."""

    name: str
    kind: Kind
    says: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


LATENCY_MS: Final = (25.0, 50, 100, 150, 250, 400, 600, 1_000, 2_000, 5_000, 10_000)
"""Seed 000, `detection_to_action_latency_ms`; the other latencies in ms use the same."""
CYCLE_MS: Final = (*LATENCY_MS, 20_000.0, 30_000, 48_000, 60_000, 120_000, 300_000)
"""Seed 000 warns at 0.8 of an interval, and no quantile exceeds the last bound: minutes must fit."""
WAIT_MS: Final = (
    1_000.0,
    2_000,
    5_000,
    12_000,
    24_000,
    60_000,
    120_000,
    300_000,
    900_000,
    3_600_000,
)
"""From one block to an hour: a transaction that waits."""
PROFILE_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SHORTFALL_BPS: Final = (0.0, 5, 10, 25, 50, 100, 200, 500, 1_000)

_C, _G, _H = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM

CATALOG: Final = (
    # Throughput
    Family("scan_cycles_total", _C, "Cycles whose scan was stored"),
    Family("pairs_scanned_total", _C, "Markets read, once a cycle each"),
    Family("pairs_passed_total", _C, "Decisions other than FAIL"),
    Family("pairs_failed_total", _C, "Decisions FAIL"),
    Family("data_trafficked_bytes_total", _C, "Bytes to and from providers", ("dir",)),
    Family("rpc_calls_total", _C, "Calls answered or refused by a provider", ("provider",)),
    Family("rpc_requests_total", _C, "Requests sent; one carries a batch of calls", ("provider",)),
    Family("recheck_interval_seconds", _G, "Time between two cycles, by the timetable"),
    Family("scheduler_lag_ms", _G, "How late the newest cycle began"),
    Family("last_cycle_timestamp_seconds", _G, "When the newest cycle was scanned, Unix time"),
    Family("queue_depth", _G, "Things that wait for a later command", ("queue",)),
    # Latency
    Family(
        "detection_to_action_latency_ms",
        _H,
        "detect: the scan; decide: from its start to the decisions; execute: to bytes sent",
        ("phase",),
        LATENCY_MS,
    ),
    Family("scan_cycle_duration_ms", _H, "The whole cycle, reconcile to execute", (), CYCLE_MS),
    Family("detect_latency_ms", _H, "One scan", (), LATENCY_MS),
    Family("quote_latency_ms", _H, "A fresh quote just before a signature", (), LATENCY_MS),
    Family("decide_latency_ms", _H, "All decisions of one cycle", (), LATENCY_MS),
    Family("execute_latency_ms", _H, "From an order's creation to bytes sent", (), LATENCY_MS),
    Family("end_to_end_latency_ms", _H, "From the scan's start to bytes sent", (), LATENCY_MS),
    Family("confirmation_latency_ms", _H, "From bytes sent to buried", (), WAIT_MS),
    Family("botctl_profile_duration_seconds", _H, "Timed parts of a cycle", ("phase",), PROFILE_S),
    Family("botctl_positions_fetch_seconds", _H, "Reading balances", ("result",), PROFILE_S),
    Family("botctl_equity_computation_seconds", _H, "Valuing what is held", ("result",), PROFILE_S),
    # Errors
    Family("errors_total", _C, "Commands that ended with a code", ("code",)),
    Family("provider_errors_total", _C, "Calls that failed", ("provider",)),
    Family("reverts_total", _C, "Transactions mined and reverted"),
    Family("sellability_fail_total", _C, "Decisions that failed INV_SELLABLE"),
    Family("stale_data_total", _C, "Decisions that failed on stale data", ("code",)),
    # Correctness
    Family("decision_events_total", _C, "Decisions by kind", ("decision",)),
    Family("decision_reasons_total", _C, "Decisions FAIL or SKIP by their first reason", ("code",)),
    Family("intent_idempotency_blocks_total", _C, "Intents refused because one was alive already"),
    Family("tx_pending_total", _C, "Orders that a node accepted"),
    Family("tx_confirmed_total", _C, "Orders buried with a good receipt"),
    Family("tx_failed_total", _C, "Orders that ended otherwise", ("state",)),
    Family("tx_replacements_total", _C, "Attempts beyond the first of an order"),
    Family("reconcile_mismatch_total", _C, "Times that books and chain disagreed"),
    Family("slippage_shortfall_bps", _H, "Received below expected, per fill", (), SHORTFALL_BPS),
    # Cost
    Family("tx_fees_wei_total", _C, "Fees paid, by how the transaction ended", ("result",)),
    # Health and reliability
    Family("bot_health_state", _G, "0 HEALTHY, 1 DEGRADED, 2 EXITS_ONLY, 3 HALTED"),
    Family("bot_permission_level", _G, "0 all, 1 exits only, 2 nothing"),
    Family("health_transitions_total", _C, "Changes of the health state", ("now",)),
    Family("breaker_open", _G, "1 while the breaker is not closed", ("breaker",)),
    Family("nonce_mismatch", _G, "1 while our next nonce does not explain the chain's"),
    Family("process_restarts_total", _C, "Starts of `botctl run`"),
    Family("commands_total", _C, "Commands that ended", ("command", "outcome")),
    Family("job_runs_total", _C, "Scheduled starts by what became of them", ("job", "outcome")),
    Family("job_last_success_timestamp_seconds", _G, "Newest run that ended well", ("job",)),
    Family("botctl_process_memory_mb", _G, "Peak memory of the newest run", ("command",)),
    Family("provider_head_age_seconds", _G, "Since a provider's head last moved", ("provider",)),
    Family("provider_latency_ms", _G, "Median of its newest calls", ("provider",)),
    Family("alerts_active", _G, "Alerts not resolved", ("tier",)),
    # Trading, in the native coin
    Family("positions_open", _G, "Positions held"),
    Family("exposure_native", _G, "Cost of what is held"),
    Family("realized_pnl_native", _G, "Realised profit and loss since the books began, net of gas"),
    Family("realized_pnl_today_native", _G, "The same since UTC midnight"),
    Family("drawdown_native", _G, "Below the highest realised profit so far"),
    Family("trades_closed_total", _C, "Positions closed", ("result",)),
    Family("daily_loss_limit_native", _G, "The limit of the settings"),
    Family("wallet_balance_native", _G, "The wallet, as last scanned"),
    Family("build_info", _G, "Always 1", ("version", "build_sha")),
)

BY_NAME: Final = {family.name: family for family in CATALOG}
