"""The dashboards: one screen a concern, as in the blueprint (seed 000, "Dashboards")."""

from typing import Final

from deploy.grafana import boards_machine, boards_reliability, boards_trading
from deploy.grafana.panels import Board, Chart, Form, Query

HEALTH: Final = (
    ("HEALTHY", "green"),
    ("DEGRADED", "yellow"),
    ("EXITS_ONLY", "orange"),
    ("HALTED", "red"),
)
PERMISSION: Final = (("all", "green"), ("exits only", "orange"), ("nothing", "red"))
RATE: Final = "$__rate_interval"

OVERVIEW: Final = Board(
    "overview",
    "Overview",
    "Does it run, may it trade, and what does it decide?",
    (
        Chart(
            "Health",
            "What health computes anew each cycle; trading permission follows from it.",
            "short",
            (Query("{{bot}}", "max by (bot, chain) (bot_health_state{SEL})"),),
            Form.NUMBER,
            width=6,
            height=4,
            words=HEALTH,
        ),
        Chart(
            "Allowed",
            "The worst of all voices: switch, breakers, pauses, limits, health.",
            "short",
            (Query("{{bot}}", "max by (bot, chain) (bot_permission_level{SEL})"),),
            Form.NUMBER,
            width=6,
            height=4,
            words=PERMISSION,
        ),
        Chart(
            "Newest cycle, in intervals",
            "Above 2 the loop stands still, and somebody is called.",
            "short",
            (
                Query(
                    "{{bot}}",
                    "(time() - max by (bot, chain) (last_cycle_timestamp_seconds{SEL}))"
                    " / max by (bot, chain) (recheck_interval_seconds{SEL})",
                ),
            ),
            Form.NUMBER,
            width=4,
            height=4,
            warn=1.5,
            bad=2,
        ),
        Chart(
            "Alerts firing here",
            "By the rules of this Prometheus; tier 3 left out.",
            "short",
            (
                Query(
                    "tier {{tier}}",
                    'count by (tier) (ALERTS{alertstate="firing", tier=~"1|2", SEL})'
                    ' or label_replace(vector(0), "tier", "1", "", "")',
                ),
            ),
            Form.NUMBER,
            width=4,
            height=4,
            warn=1,
            bad=2,
        ),
        Chart(
            "Alerts of the bot",
            "What the bot itself told and has not seen resolved.",
            "short",
            (Query("tier {{tier}}", "sum by (tier) (alerts_active{SEL})"),),
            Form.NUMBER,
            width=4,
            height=4,
            warn=1,
            bad=3,
        ),
        Chart(
            "Passed and failed",
            "Each market, once a cycle.",
            "short",
            (
                Query("passed", f"60 * sum(rate(pairs_passed_total{{SEL}}[{RATE}]))"),
                Query("failed", f"60 * sum(rate(pairs_failed_total{{SEL}}[{RATE}]))"),
            ),
            Form.STACK,
        ),
        Chart(
            "Why pairs fail",
            "First reasons of what was refused or skipped, in the range shown.",
            "short",
            (
                Query(
                    "{{code}}",
                    "topk(10, sum by (code) (increase(decision_reasons_total{SEL}[$__range])))",
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Pairs a minute",
            "Falls with the node's answers or the market's size; zero is BotctlNoCycles.",
            "short",
            (Query("{{bot}}", f"60 * sum by (bot) (rate(pairs_scanned_total{{SEL}}[{RATE}]))"),),
        ),
        Chart(
            "Share that fails",
            "The blueprint warns at 3 %; refusing traps is above it for good.",
            "percentunit",
            (Query("{{bot}}", "bot:pairs_failed:ratio_rate5m{SEL}"),),
        ),
        Chart(
            "Decisions",
            "By kind, in the range shown.",
            "short",
            (
                Query(
                    "{{decision}}",
                    "sum by (decision) (increase(decision_events_total{SEL}[$__range]))",
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Health over time",
            "Every change is a row of the table `health`, with its evidence.",
            "short",
            (Query("{{bot}}", "max by (bot, chain) (bot_health_state{SEL})"),),
            Form.STATES,
            words=HEALTH,
        ),
    ),
)


FLEET: Final = Board(
    "fleet",
    "Fleet",
    "Which bot needs me?",
    (
        Chart(
            "Bots",
            "0 is well: health to 3 (halted), allowed to 2 (nothing).",
            "short",
            (
                Query("health", "max by (bot, chain) (bot_health_state{SEL})"),
                Query("allowed", "max by (bot, chain) (bot_permission_level{SEL})"),
                Query(
                    "age",
                    "round(time() - max by (bot, chain) (last_cycle_timestamp_seconds{SEL}))",
                ),
                Query("today", "max by (bot, chain) (realized_pnl_today_native{SEL})"),
                Query("exposure", "max by (bot, chain) (exposure_native{SEL})"),
                Query("positions", "max by (bot, chain) (positions_open{SEL})"),
                Query("wallet", "max by (bot, chain) (wallet_balance_native{SEL})"),
            ),
            Form.TABLE,
            width=24,
            height=10,
        ),
        Chart(
            "Builds",
            "Two at once is a rollout, or one that was forgotten.",
            "short",
            (
                Query(
                    "{{version}} {{build_sha}}",
                    "count by (version, build_sha) (build_info{SEL})",
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Health",
            "All bots over one time.",
            "short",
            (Query("{{bot}} {{chain}}", "max by (bot, chain) (bot_health_state{SEL})"),),
            Form.STATES,
            words=HEALTH,
        ),
        Chart(
            "Realised today",
            "In the native coin, net of gas, since UTC midnight.",
            "short",
            (Query("{{bot}}", "max by (bot, chain) (realized_pnl_today_native{SEL})"),),
            Form.BARS,
        ),
        Chart(
            "Cycles a minute",
            "Each bot against its own interval.",
            "short",
            (Query("{{bot}}", f"60 * sum by (bot) (rate(scan_cycles_total{{SEL}}[{RATE}]))"),),
        ),
        Chart(
            "Budget of cycles left",
            "Of 30 days; 99.5 % of the time the newest cycle is young enough.",
            "percentunit",
            (Query("{{bot}}", 'bot:slo_budget_left:ratio30d{slo="cycles", SEL}'),),
            Form.BARS,
            warn=0.5,
            bad=0.1,
            falls=True,
        ),
        Chart(
            "Bytes by bot",
            "From providers, over the range shown.",
            "bytes",
            (
                Query(
                    "{{bot}} {{dir}}",
                    "sum by (bot, dir) (increase(data_trafficked_bytes_total{SEL}[$__range]))",
                ),
            ),
            Form.BARS,
        ),
    ),
)

BOARDS: Final = (
    OVERVIEW,
    boards_machine.LATENCY,
    boards_machine.THROUGHPUT,
    boards_reliability.RELIABILITY,
    boards_trading.COST,
    boards_trading.TRADING,
    FLEET,
)
