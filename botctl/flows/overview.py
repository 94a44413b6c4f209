"""What one page shows of the bot: its status, its newest cycles, and what it earned."""

from dataclasses import dataclass
from typing import Final

from botctl.core.curve import Curve, curve
from botctl.flows.permit import Look, Watch
from botctl.flows.status import HealthReport, StatusReport, health_report, status
from botctl.ports.store import Store
from botctl.ports.web import CycleLine

CYCLES: Final = 60  # one an hour of minutes: what the small line of durations shows
EARNED_MAX: Final = 20_000  # fills and corrections that the curve is drawn from


@dataclass(frozen=True, slots=True)
class Overview:
    status: StatusReport
    health: HealthReport
    cycles: tuple[CycleLine, ...]  # newest first
    curve: Curve


@dataclass(frozen=True, slots=True)
class CycleSummary:
    """`decisions` by kind; empty while the cycle is not decided."""

    cycle: CycleLine
    decisions: dict[str, int]


def overview(watch: Watch, seen: Look, *, mode: str) -> Overview:
    return Overview(
        status(watch, mode=mode, seen=seen),
        health_report(watch, seen),
        watch.store.cycle_lines(CYCLES),
        equity(watch.store, watch.bot),
    )


def cycles(store: Store, most: int, before_id: int | None = None) -> tuple[CycleSummary, ...]:
    found = store.cycle_lines(most, before_id)
    kinds = store.decisions_of([one.cycle_id for one in found])
    return tuple(CycleSummary(one, dict(kinds[one.cycle_id])) for one in found)


def equity(store: Store, bot: str) -> Curve:
    """From what the books began with; from zero where only the newest EARNED_MAX were read."""
    earned = store.earned(bot, EARNED_MAX)
    baseline = store.baseline(bot)
    whole = baseline is not None and len(earned) < EARNED_MAX
    return curve(baseline.balance_wei if whole and baseline else 0, earned)
