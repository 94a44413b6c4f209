"""How fast it is, and how much it does."""

from typing import Final

from deploy.grafana.panels import Board, Chart, Form, Query

RATE: Final = "$__rate_interval"
SHARES: Final = (("p50", "0.5"), ("p95", "0.95"), ("p99", "0.99"))


def _quantiles(family: str, *matchers: str) -> tuple[Query, ...]:
    chosen = ", ".join([*matchers, "SEL"])
    return tuple(
        Query(
            name,
            f"histogram_quantile({share}, sum by (le) (rate({family}_bucket{{{chosen}}}[{RATE}])))",
        )
        for name, share in SHARES
    )


def _phase(name: str, says: str) -> Chart:
    return Chart(
        name.capitalize(),
        says,
        "ms",
        _quantiles("detection_to_action_latency_ms", f'phase="{name}"'),
        width=8,
    )


def _p95(family: str) -> str:
    return f"histogram_quantile(0.95, sum by (le) (rate({family}_bucket{{SEL}}[{RATE}])))"


LATENCY: Final = Board(
    "latency",
    "Latency",
    "Is anything slow, and which part of it?",
    (
        _phase("detect", "One scan: reads of all markets at one block."),
        _phase("decide", "From the scan's start to the decisions."),
        _phase("execute", "From an order's creation to bytes sent."),
        Chart(
            "Waterfall of a cycle",
            "Mean time of each timed part; the parts of one cycle stand on each other.",
            "s",
            (
                Query(
                    "{{phase}}",
                    f"sum by (phase) (rate(botctl_profile_duration_seconds_sum{{SEL}}[{RATE}]))"
                    " / on () group_left ()"
                    f" sum(rate(scan_cycles_total{{SEL}}[{RATE}]))",
                ),
            ),
            Form.STACK,
        ),
        Chart(
            "Timed parts, p95",
            "A part that grows while the others do not is the one to look at.",
            "s",
            (
                Query(
                    "{{phase}}",
                    "histogram_quantile(0.95, sum by (phase, le)"
                    f" (rate(botctl_profile_duration_seconds_bucket{{SEL}}[{RATE}])))",
                ),
            ),
        ),
        Chart(
            "Cycle against its interval",
            "Above 80 % the next cycle will soon be late.",
            "ms",
            (
                Query("p95 of a cycle", "max(bot:scan_cycle_duration_ms:p95_15m{SEL})"),
                Query("80 % of the interval", "800 * min(recheck_interval_seconds{SEL})"),
            ),
        ),
        Chart(
            "One stage, p95",
            "Scan, decisions, and the fresh quote just before a signature.",
            "ms",
            (
                Query("detect", _p95("detect_latency_ms")),
                Query("decide", _p95("decide_latency_ms")),
                Query("quote", _p95("quote_latency_ms")),
                Query("execute", _p95("execute_latency_ms")),
            ),
        ),
        Chart(
            "Scan to sent",
            "From the scan's start to bytes sent.",
            "ms",
            _quantiles("end_to_end_latency_ms"),
            width=8,
        ),
        Chart(
            "Sent to buried",
            "Waiting for the chain.",
            "ms",
            _quantiles("confirmation_latency_ms"),
            width=8,
        ),
        Chart(
            "Balances and value",
            "Reading what is held and valuing it, p95.",
            "s",
            (
                Query("balances", _p95("botctl_positions_fetch_seconds")),
                Query("value", _p95("botctl_equity_computation_seconds")),
            ),
            width=8,
        ),
    ),
)

THROUGHPUT: Final = Board(
    "throughput",
    "Throughput",
    "Does it scan on time, and what does that take?",
    (
        Chart(
            "Pairs a minute",
            "Markets read, once a cycle each.",
            "short",
            (Query("{{bot}}", f"60 * sum by (bot) (rate(pairs_scanned_total{{SEL}}[{RATE}]))"),),
        ),
        Chart(
            "Cycles a minute",
            "More than the timetable's when new pairs wake the loop.",
            "short",
            (Query("{{bot}}", f"60 * sum by (bot) (rate(scan_cycles_total{{SEL}}[{RATE}]))"),),
        ),
        Chart(
            "Bytes",
            "To and from providers.",
            "Bps",
            (Query("{{dir}}", "sum by (dir) (bot_dir:data_trafficked_bytes:rate5m{SEL})"),),
        ),
        Chart(
            "Calls by provider",
            "Who is asked; a provider that falls to nothing was left alone.",
            "reqps",
            (
                Query(
                    "{{provider}}",
                    f"sum by (provider) (rate(rpc_calls_total{{SEL}}[{RATE}]))",
                ),
            ),
            Form.STACK,
        ),
        Chart(
            "Calls in one request",
            "Reads travel in pages: the more, the fewer round trips.",
            "short",
            (
                Query(
                    "{{provider}}",
                    f"sum by (provider) (rate(rpc_calls_total{{SEL}}[{RATE}]))"
                    f" / sum by (provider) (rate(rpc_requests_total{{SEL}}[{RATE}]))",
                ),
            ),
        ),
        Chart(
            "What waits",
            "Decisions, orders, follow-ups, letters: each for a later command.",
            "short",
            (Query("{{queue}}", "sum by (queue) (queue_depth{SEL})"),),
        ),
        Chart(
            "Lateness",
            "How late the newest cycle began.",
            "ms",
            (Query("{{bot}}", "max by (bot) (scheduler_lag_ms{SEL})"),),
            warn=5_000,
            bad=30_000,
        ),
        Chart(
            "Interval",
            "Time between two cycles, by the timetable.",
            "s",
            (Query("{{bot}}", "max by (bot) (recheck_interval_seconds{SEL})"),),
        ),
    ),
)
