"""What it costs, and what comes of it. Amounts are in the chain's native coin."""

from typing import Final

from deploy.grafana.panels import Board, Chart, Form, Query

RATE: Final = "$__rate_interval"
WEI: Final = "1e18"

COST: Final = Board(
    "cost",
    "Cost",
    "What does it cost to watch and to trade?",
    (
        Chart(
            "Bytes in the range",
            "Traffic with providers; `out` is what egress is billed for.",
            "bytes",
            (
                Query(
                    "{{dir}}",
                    "sum by (dir) (increase(data_trafficked_bytes_total{SEL}[$__range]))",
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Calls by provider in the range",
            "Against the plan that you pay for.",
            "short",
            (
                Query(
                    "{{provider}}",
                    "sum by (provider) (increase(rpc_calls_total{SEL}[$__range]))",
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Calls a day at this rate",
            "The last six hours, for a day.",
            "short",
            (
                Query(
                    "{{provider}}",
                    "86400 * sum by (provider) (rate(rpc_calls_total{SEL}[6h]))",
                ),
            ),
        ),
        Chart(
            "Bytes for one pair",
            "What a market costs in one cycle.",
            "bytes",
            (
                Query(
                    "{{bot}}",
                    f"sum by (bot) (rate(data_trafficked_bytes_total{{SEL}}[{RATE}]))"
                    f" / sum by (bot) (rate(pairs_scanned_total{{SEL}}[{RATE}]))",
                ),
            ),
        ),
        Chart(
            "Fees in the range",
            "By how the transaction ended: what was paid for nothing is not `ok`.",
            "short",
            (
                Query(
                    "{{result}}",
                    f"sum by (result) (increase(tx_fees_wei_total{{SEL}}[$__range])) / {WEI}",
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Fee of a confirmed trade",
            "The mean, over the range shown.",
            "short",
            (
                Query(
                    "{{bot}}",
                    f'sum by (bot) (increase(tx_fees_wei_total{{result="ok", SEL}}[$__range])) / {WEI}'
                    " / sum by (bot) (increase(tx_confirmed_total{SEL}[$__range]))",
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Share of fees lost",
            "On transactions that reverted or were canceled.",
            "percentunit",
            (
                Query(
                    "{{bot}}",
                    '1 - sum by (bot) (increase(tx_fees_wei_total{result="ok", SEL}[$__range]))'
                    " / sum by (bot) (increase(tx_fees_wei_total{SEL}[$__range]))",
                ),
            ),
            Form.BARS,
            warn=0.05,
            bad=0.2,
        ),
        Chart(
            "Attempts beyond the first",
            "Each pays an eighth more.",
            "short",
            (Query("{{bot}}", "sum by (bot) (increase(tx_replacements_total{SEL}[$__range]))"),),
            Form.BARS,
        ),
    ),
)

TRADING: Final = Board(
    "trading",
    "Trading",
    "Does it earn, and what is at stake?",
    (
        Chart(
            "Realised",
            "Since the books began, net of gas.",
            "short",
            (Query("{{bot}}", "max by (bot, chain) (realized_pnl_native{SEL})"),),
            Form.NUMBER,
            width=6,
            height=4,
            warn=0,
            bad=-1_000_000,
            falls=True,
        ),
        Chart(
            "Won",
            "Of the positions closed in the range shown.",
            "percentunit",
            (
                Query(
                    "{{bot}}",
                    'sum by (bot) (increase(trades_closed_total{result="win", SEL}[$__range]))'
                    " / sum by (bot) (increase(trades_closed_total{SEL}[$__range]))",
                ),
            ),
            Form.NUMBER,
            width=6,
            height=4,
        ),
        Chart(
            "Loss today, of its limit",
            "At 1 entries stop until midnight UTC.",
            "percentunit",
            (
                Query(
                    "{{bot}}",
                    "clamp_min(-1 * max by (bot, chain) (realized_pnl_today_native{SEL}), 0)"
                    " / max by (bot, chain) (daily_loss_limit_native{SEL})",
                ),
            ),
            Form.NUMBER,
            width=6,
            height=4,
            warn=0.5,
            bad=1,
        ),
        Chart(
            "Held",
            "Positions open now.",
            "short",
            (Query("{{bot}}", "max by (bot, chain) (positions_open{SEL})"),),
            Form.NUMBER,
            width=6,
            height=4,
        ),
        Chart(
            "Realised and drawdown",
            "Drawdown is below the highest realised profit so far.",
            "short",
            (
                Query("realised {{bot}}", "max by (bot, chain) (realized_pnl_native{SEL})"),
                Query("drawdown {{bot}}", "-1 * max by (bot, chain) (drawdown_native{SEL})"),
            ),
            signed=True,
        ),
        Chart(
            "Exposure and wallet",
            "The cost of what is held, and what is left to spend.",
            "short",
            (
                Query("exposure {{bot}}", "max by (bot, chain) (exposure_native{SEL})"),
                Query("wallet {{bot}}", "max by (bot, chain) (wallet_balance_native{SEL})"),
            ),
        ),
        Chart(
            "Received below expected",
            "Per fill, in hundredths of a percent.",
            "short",
            tuple(
                Query(
                    name,
                    f"histogram_quantile({share}, sum by (le)"
                    " (increase(slippage_shortfall_bps_bucket{SEL}[6h])))",
                )
                for name, share in (("p50", "0.5"), ("p95", "0.95"))
            ),
        ),
        Chart(
            "Unusual fills",
            "More than 2 % below, in the hour before.",
            "short",
            (
                Query(
                    "{{bot}}",
                    "bot:fills:increase1h{SEL} - bot:fills_usual:increase1h{SEL}",
                ),
            ),
        ),
        Chart(
            "Trades decided",
            "Buys and sells an hour.",
            "short",
            (
                Query(
                    "{{decision}}",
                    "sum by (decision)"
                    ' (increase(decision_events_total{decision=~"BUY|SELL", SEL}[1h]))',
                ),
            ),
        ),
        Chart(
            "Closed",
            "By result, in the range shown.",
            "short",
            (
                Query(
                    "{{result}}", "sum by (result) (increase(trades_closed_total{SEL}[$__range]))"
                ),
            ),
            Form.BARS,
        ),
        Chart(
            "Refused as unsellable",
            "A wave of traps shows here first.",
            "short",
            (
                Query("{{bot}}", "sum by (bot) (increase(sellability_fail_total{SEL}[1h]))"),
                Query("passed {{bot}}", "3600 * sum by (bot) (bot:pairs_passed:rate5m{SEL})"),
            ),
        ),
        Chart(
            "Orders that a node took, and that are buried",
            "The lines part while orders wait.",
            "short",
            (
                Query("taken", "sum(tx_pending_total{SEL})"),
                Query("confirmed", "sum(tx_confirmed_total{SEL})"),
                Query("ended otherwise", "sum(tx_failed_total{SEL})"),
            ),
        ),
    ),
)
