"""What the books made over time: curve, days, markets and drawdown; exact, in wei, gas included."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import Final

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Booked:
    """One change of the books: a fill, an approval's gas, or a correction.

    `realised_wei` is signed and has the gas in it; of a buy it is 0, of its gas too: that is cost.
    """

    at_ms: int
    pair: str  # "" for what belongs to no market
    symbol: str | None
    realised_wei: int
    gas_wei: int
    ends: bool  # sold or written off: an outcome, a win or a loss


@dataclass(frozen=True, slots=True)
class Point:
    """The sum of all that was realised up to then."""

    at_ms: int
    total_wei: int


@dataclass(frozen=True, slots=True)
class Sum:
    """`wins` and `losses` count outcomes; one of exactly nothing is a loss."""

    realised_wei: int
    gas_wei: int
    wins: int
    losses: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day from midnight UTC."""

    day_ms: int
    made: Sum


@dataclass(frozen=True, slots=True)
class MarketMade:
    pair: str
    symbol: str | None
    made: Sum


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a height that was reached before; 0 when it only rose."""

    wei: int
    from_ms: int | None
    to_ms: int | None


def curve(booked: Sequence[Booked]) -> tuple[Point, ...]:
    """One point a change, oldest first; `booked` is oldest first."""
    totals = accumulate(one.realised_wei for one in booked)
    return tuple(Point(one.at_ms, total) for one, total in zip(booked, totals, strict=True))


def drawdown(points: Sequence[Point]) -> Drawdown:
    """Heights count from zero: a curve that begins with a loss falls from where it started."""
    top, top_ms, worst = 0, points[0].at_ms if points else None, Drawdown(0, None, None)
    for point in points:
        if point.total_wei > top:
            top, top_ms = point.total_wei, point.at_ms
        if top - point.total_wei > worst.wei:
            worst = Drawdown(top - point.total_wei, top_ms, point.at_ms)
    return worst


def fallen(points: Sequence[Point]) -> tuple[Point, ...]:
    """At each point how far it lies below the highest before it: 0 or negative."""
    tops = accumulate((max(0, point.total_wei) for point in points), max)
    return tuple(Point(p.at_ms, p.total_wei - top) for p, top in zip(points, tops, strict=True))


def summed(booked: Sequence[Booked]) -> Sum:
    outcomes = [one.realised_wei for one in booked if one.ends]
    wins = sum(wei > 0 for wei in outcomes)
    return Sum(
        sum(one.realised_wei for one in booked),
        sum(one.gas_wei for one in booked),
        wins,
        len(outcomes) - wins,
    )


def by_day(booked: Sequence[Booked], first_ms: int, last_ms: int) -> tuple[Day, ...]:
    """Every day that has a moment of first..last, also one in which nothing happened."""
    days = {
        day: list(found) for day, found in groupby(booked, lambda one: one.at_ms // DAY_MS)
    }  # fmt: skip
    wanted = range(first_ms // DAY_MS, last_ms // DAY_MS + 1)
    return tuple(Day(day * DAY_MS, summed(days.get(day, ()))) for day in wanted)


def by_market(booked: Sequence[Booked]) -> tuple[MarketMade, ...]:
    """The largest gain first; what belongs to no market stands under ""."""
    found: dict[str, list[Booked]] = {}
    for one in booked:
        found.setdefault(one.pair, []).append(one)
    made = (MarketMade(pair, some[-1].symbol, summed(some)) for pair, some in found.items())
    return tuple(sorted(made, key=lambda one: (-one.made.realised_wei, one.pair)))


def thinned(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """At most `most` points (4 or more), first, last, highest and lowest of each stretch kept.

    For drawing: what is left out lies between two that are kept.
    """
    if len(points) <= most:
        return tuple(points)
    stretches = max(1, (most - 2) // 2)
    edges = [i * len(points) // stretches for i in range(stretches + 1)]
    kept = {0, len(points) - 1}
    for low, high in pairwise(edges):
        part = range(low, high)
        kept |= {
            max(part, key=lambda i: points[i].total_wei),
            min(part, key=lambda i: points[i].total_wei),
        }
    return tuple(points[i] for i in sorted(kept))
