"""Counts and histograms as values that add up exactly, in any order and any split.

A histogram's sum is kept in millionths of its family's unit, so that it is an integer too.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from botctl.core.telemetry.catalog import BY_NAME, Kind

MILLION: Final = 1_000_000
Labels = tuple[tuple[str, str], ...]  # in the order of names


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a family; its labels beside `bot` and `chain`."""

    name: str
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts` per bucket, not cumulative, the last one above all bounds; `total` in millionths."""

    counts: tuple[int, ...]
    total: int

    @property
    def count(self) -> int:
        return sum(self.counts)

    @property
    def sum(self) -> Decimal:
        """In the family's unit, exactly: a division would round to 28 digits."""
        return Decimal(self.total).scaleb(-6)

    def __add__(self, other: "Histogram") -> "Histogram":
        both = zip(self.counts, other.counts, strict=True)
        return Histogram(tuple(a + b for a, b in both), self.total + other.total)


class Tally:
    """What some rows add to the metrics."""

    def __init__(
        self,
        counts: Mapping[Series, int] | None = None,
        histograms: Mapping[Series, Histogram] | None = None,
    ) -> None:
        self.counts: dict[Series, int] = dict(counts or {})
        self.histograms: dict[Series, Histogram] = dict(histograms or {})

    def add(self, name: str, by: int = 1, **labels: str) -> None:
        """Nothing is not counted: no series begins with a zero that says a thing was looked at."""
        if by:
            series = _series(name, Kind.COUNTER, labels)
            self.counts[series] = self.counts.get(series, 0) + by

    def observe(self, name: str, millionths: int, **labels: str) -> None:
        """`millionths` of the unit that the name ends with."""
        series = _series(name, Kind.HISTOGRAM, labels)
        one = _one(name, millionths)
        known = self.histograms.get(series)
        self.histograms[series] = one if known is None else known + one

    def __add__(self, other: "Tally") -> "Tally":
        counts, histograms = dict(self.counts), dict(self.histograms)
        for series, by in other.counts.items():
            counts[series] = counts.get(series, 0) + by
        for series, more in other.histograms.items():
            known = histograms.get(series)
            histograms[series] = more if known is None else known + more
        return Tally(counts, histograms)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return (self.counts, self.histograms) == (other.counts, other.histograms)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __iter__(self) -> Iterator[tuple[Series, int | Histogram]]:
        yield from self.counts.items()
        yield from self.histograms.items()

    def __repr__(self) -> str:
        return f"Tally({self.counts}, {self.histograms})"


@cache
def bounds(name: str) -> tuple[int, ...]:
    """Of a histogram's buckets, in millionths."""
    return tuple(round(bound * MILLION) for bound in BY_NAME[name].buckets)


def _one(name: str, millionths: int) -> Histogram:
    """A value on a bound belongs below it: buckets say "at most"."""
    limits = bounds(name)
    place = bisect_left(limits, millionths)
    return Histogram(tuple(int(n == place) for n in range(len(limits) + 1)), millionths)


def _series(name: str, kind: Kind, labels: Mapping[str, str]) -> Series:
    family = BY_NAME[name]
    assert family.kind is kind, name
    assert labels.keys() == set(family.labels), f"{name} has labels {family.labels}"
    return Series(name, tuple(sorted(labels.items())))
