"""What fails, and how it heals."""

from typing import Final

from deploy.grafana.panels import Board, Chart, Form, Query

RATE: Final = "$__rate_interval"
CLOSED: Final = (("closed", "green"), ("open", "red"))

RELIABILITY: Final = Board(
    "reliability",
    "Reliability",
    "What fails, is it bounded, and does it heal?",
    (
        Chart(
            "Budget left",
            "Of 30 days, by objective; below zero the objective is missed.",
            "percentunit",
            (Query("{{slo}} {{bot}}", "bot:slo_budget_left:ratio30d{SEL}"),),
            Form.BARS,
            warn=0.5,
            bad=0.1,
            falls=True,
        ),
        Chart(
            "Burn rate over an hour",
            "1 uses the budget up in 30 days; 14.4 is called fast.",
            "short",
            (
                Query(
                    "{{slo}} {{bot}}",
                    "bot:slo_errors:ratio1h{SEL} / on (slo) group_left () slo:error_budget:ratio",
                ),
            ),
        ),
        Chart(
            "Errors by code",
            "Commands that ended with a code; each has a page in runbooks.",
            "short",
            (Query("{{code}}", "sum by (code) (increase(errors_total{SEL}[$__range]))"),),
            Form.BARS,
        ),
        Chart(
            "Errors by provider",
            "Share of calls that failed.",
            "percentunit",
            (
                Query(
                    "{{provider}}",
                    f"sum by (provider) (rate(provider_errors_total{{SEL}}[{RATE}]))"
                    f" / sum by (provider) (rate(rpc_calls_total{{SEL}}[{RATE}]))",
                ),
            ),
            warn=0.05,
            bad=0.2,
        ),
        Chart(
            "Starts of the process",
            "Each is a restart; three in a quarter of an hour is a loop.",
            "short",
            (Query("{{bot}}", "sum by (bot) (increase(process_restarts_total{SEL}[15m]))"),),
            warn=1,
            bad=3,
        ),
        Chart(
            "Breakers",
            "Open: no entries by this voice.",
            "short",
            (Query("{{bot}} {{breaker}}", "max by (bot, breaker) (breaker_open{SEL})"),),
            Form.STATES,
            words=CLOSED,
        ),
        Chart(
            "Retries and how orders end",
            "Raised: attempts beyond the first. Confirmed beside it is success on retry.",
            "short",
            (
                Query("raised", "sum(increase(tx_replacements_total{SEL}[$__range]))"),
                Query("confirmed", "sum(increase(tx_confirmed_total{SEL}[$__range]))"),
                Query("{{state}}", "sum by (state) (increase(tx_failed_total{SEL}[$__range]))"),
                Query("reverted", "sum(increase(reverts_total{SEL}[$__range]))"),
            ),
            Form.BARS,
        ),
        Chart(
            "Commands by outcome",
            "A killed one counts what it had committed.",
            "short",
            (
                Query(
                    "{{command}} {{outcome}}",
                    "sum by (command, outcome) (increase(commands_total{SEL}[$__range]))",
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Scheduled starts",
            "Ran, late, missed, skipped, failed: every one has a row.",
            "short",
            (
                Query(
                    "{{outcome}}",
                    "sum by (outcome) (increase(job_runs_total{SEL}[$__range]))",
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Since each job went well",
            "Backups are hourly; three hours without one is an alert.",
            "s",
            (
                Query(
                    "{{job}}",
                    "time() - max by (job) (job_last_success_timestamp_seconds{SEL})",
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Age of heads",
            "Since a provider's head last moved.",
            "s",
            (Query("{{provider}}", "max by (provider) (provider_head_age_seconds{SEL})"),),
        ),
        Chart(
            "Latency of providers",
            "Median of the newest calls.",
            "ms",
            (Query("{{provider}}", "max by (provider) (provider_latency_ms{SEL})"),),
        ),
        Chart(
            "What should stay at zero",
            "Mismatches halt; blocked intents and stale data are refusals that worked.",
            "short",
            (
                Query("books differ", "sum(increase(reconcile_mismatch_total{SEL}[$__range]))"),
                Query("nonce differs", "max(nonce_mismatch{SEL})"),
                Query(
                    "intents blocked",
                    "sum(increase(intent_idempotency_blocks_total{SEL}[$__range]))",
                ),
                Query(
                    "stale: {{code}}", "sum by (code) (increase(stale_data_total{SEL}[$__range]))"
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Health changes",
            "Into which state, in the range shown.",
            "short",
            (Query("{{now}}", "sum by (now) (increase(health_transitions_total{SEL}[$__range]))"),),
            Form.BARS,
        ),
        Chart(
            "Memory",
            "Peak of the newest run of each command.",
            "decmbytes",
            (Query("{{command}}", "max by (command) (botctl_process_memory_mb{SEL})"),),
            Form.BARS,
        ),
    ),
)
