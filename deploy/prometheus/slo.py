"""Writes `slo.rules.yml`: what botctl promises its operator in figures, and how fast it is used up.

`python -m deploy.prometheus.slo` from the root of the repository; a test compares.

Method and factors: Google, The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate
Alerts". A burn rate of 1 uses up the budget of 30 days in 30 days.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).with_name("slo.rules.yml")
SHORT: Final = ("5m", "30m", "1h", "2h", "6h")
LONG: Final = ("1d", "3d", "30d")
FAST: Final = ((14.4, "1h", "5m"), (6.0, "6h", "30m"))  # 2 % in an hour, 5 % in six
SLOW: Final = ((3.0, "1d", "2h"), (1.0, "3d", "6h"))  # 10 % in a day, 10 % in three
HEAD: Final = """\
# Objectives, their error budgets over 30 days, and alerts by burn rate.
# Made by `python -m deploy.prometheus.slo`; a test compares. Change deploy/prometheus/slo.py.
"""
ALERT: Final = """\
      - alert: {name}
        expr: |
          (
            {first}
          )
          or (
            {second}
          )
        labels: {{tier: "{tier}", code: {name}}}
        annotations:
          summary: "{{{{ $labels.bot }}}}: the budget of `{{{{ $labels.slo }}}}` burns {speed}"
          meaning: "{meaning}"
          action: "{action}"
          runbook: runbooks/monitoring.md#{anchor}
"""


@dataclass(frozen=True, slots=True)
class Share:
    """The share of time in which `good` is 1. `good` yields 1 or 0 by bot and chain."""

    name: str
    says: str
    budget_bps: int
    good: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """The share of `total` events that are `good`; both are selectors of counters."""

    name: str
    says: str
    budget_bps: int
    good: str
    total: str


Objective = Share | Ratio


def _latency(family: str, le_ms: int, *labels: str) -> tuple[str, str]:
    """`le` has a fraction or none, by who wrote the text; both are the same bucket."""
    bucket = ", ".join([*labels, f'le=~"{le_ms}(\\\\.0)?"'])
    return f"{family}_bucket{{{bucket}}}", f"{family}_count{{{', '.join(labels)}}}"


OBJECTIVES: Final[tuple[Objective, ...]] = (
    Share(
        "cycles",
        "99.5 % of the time the newest cycle is at most twice its interval old",
        50,
        # A bot that vanished within a day counts as bad, not as unknown.
        "(time() - max by (bot, chain) (last_cycle_timestamp_seconds)"
        " <= bool 2 * max by (bot, chain) (recheck_interval_seconds))"
        " or 0 * max by (bot, chain) (last_over_time(last_cycle_timestamp_seconds[1d]))",
    ),
    Ratio(
        "decided",
        "99 % of scans are decided within 2 s of their start; a quote lives 3 s",
        100,
        *_latency("detection_to_action_latency_ms", 2_000, 'phase="decide"'),
    ),
    Ratio(
        "sent",
        "95 % of what is sent leaves within 5 s of its scan's start; a block is 12 s",
        500,
        *_latency("end_to_end_latency_ms", 5_000),
    ),
    Ratio(
        "confirmed",
        "95 % of what is sent is buried within 5 min; later the bot degrades by itself",
        500,
        *_latency("confirmation_latency_ms", 300_000),
    ),
    Share(
        "letters",
        "99.5 % of the time no alert has waited for its channel for 5 min",
        50,
        'max by (bot, chain) (min_over_time(queue_depth{queue="letters"}[5m])) == bool 0',
    ),
)


def document(objectives: tuple[Objective, ...] = OBJECTIVES) -> str:
    return "\n".join([HEAD, "groups:", *_groups(objectives)])


def _groups(objectives: tuple[Objective, ...]) -> Iterator[str]:
    yield "  - name: botctl-slo\n    interval: 1m\n    rules:"
    for one in objectives:
        yield _budget(one)
        if isinstance(one, Share):
            yield _record(f"bot:slo_{one.name}:good", one.good)
        yield from (_errors(one, window) for window in SHORT)
    # Long windows read many samples and move slowly.
    yield "  - name: botctl-slo-long\n    interval: 5m\n    rules:"
    for one in objectives:
        yield from (_errors(one, window) for window in LONG)
    yield _record(
        "bot:slo_budget_left:ratio30d",
        "1 - bot:slo_errors:ratio30d / on (slo) group_left () slo:error_budget:ratio",
    )
    yield "  - name: botctl-slo-alerts\n    interval: 1m\n    rules:"
    yield from _alerts()


def _budget(one: Objective) -> str:
    says = f"      # {one.name}: {one.says}\n"
    return says + _record("slo:error_budget:ratio", f"vector({one.budget_bps / 10_000})", one.name)


def _errors(one: Objective, window: str) -> str:
    if isinstance(one, Share):
        expr = f"1 - avg_over_time(bot:slo_{one.name}:good[{window}])"
    else:
        good = f"sum by (bot, chain) (rate({one.good}[{window}]))"
        total = f"sum by (bot, chain) (rate({one.total}[{window}]))"
        expr = f"1 - {good} / ({total} > 0)"  # nothing was asked of it: no error
    return _record(f"bot:slo_errors:ratio{window}", expr, one.name)


def _record(name: str, expr: str, slo: str = "") -> str:
    labels = f"\n        labels: {{slo: {slo}}}" if slo else ""
    return f"      - record: {name}\n        expr: |\n          {expr}{labels}\n"


def _alerts() -> Iterator[str]:
    yield ALERT.format(
        name="BotctlBudgetFastBurn",
        first=_burning(*FAST[0]),
        second=_burning(*FAST[1]),
        tier=2,
        speed="fast",
        meaning="At this rate the errors that 30 days allow are used up within days.",
        action="See which objective it is on the reliability dashboard; it happens now.",
        anchor="botctlbudgetfastburn",
    )
    yield ALERT.format(
        name="BotctlBudgetSlowBurn",
        first=_burning(*SLOW[0]),
        second=_burning(*SLOW[1]),
        tier=3,
        speed="slowly",
        meaning="Nothing is broken at once, but the month's objective will be missed.",
        action="Look for what grows: cycles, providers' latency, waiting messages.",
        anchor="botctlbudgetslowburn",
    )


def _burning(factor: float, long: str, short: str) -> str:
    """The long window says that it matters, the short one that it still happens."""
    spent = f"on (slo) group_left () {factor:g} * slo:error_budget:ratio"
    return (
        f"bot:slo_errors:ratio{long} > {spent}\n"
        f"              and bot:slo_errors:ratio{short} > {spent}"
    )


def main() -> int:
    TARGET.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
