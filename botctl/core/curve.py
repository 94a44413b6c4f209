"""The equity curve: what was realised so far, and how far below its best it ever fell."""

from collections.abc import Sequence
from dataclasses import dataclass

from botctl.core.units import BPS_ONE


@dataclass(frozen=True, slots=True)
class Earned:
    """What one fill or correction realised, gas included; signed wei."""

    at_ms: int
    realised_wei: int


@dataclass(frozen=True, slots=True)
class Point:
    """`equity_wei` after everything up to `at_ms`; `drawdown_wei` is its distance to the best before."""

    at_ms: int
    equity_wei: int
    drawdown_wei: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Oldest first. `drawdown_bps` is the largest fall as a share of the best before it, rounded up."""

    start_wei: int
    points: tuple[Point, ...]
    equity_wei: int
    drawdown_wei: int
    drawdown_bps: int | None  # None: what it fell from was not above zero


def curve(start_wei: int, earned: Sequence[Earned]) -> Curve:
    """`start_wei`: what the books began with; `earned` in any order, one point a moment."""
    sums: dict[int, int] = {}
    for one in earned:
        sums[one.at_ms] = sums.get(one.at_ms, 0) + one.realised_wei
    points, equity, best = [], start_wei, start_wei
    worst, worst_from = 0, start_wei
    for at_ms in sorted(sums):
        equity += sums[at_ms]
        best = max(best, equity)
        points.append(Point(at_ms, equity, best - equity))
        if best - equity > worst:
            worst, worst_from = best - equity, best
    share = -(-worst * BPS_ONE // worst_from) if worst_from > 0 else None
    return Curve(start_wei, tuple(points), equity, worst, share)
