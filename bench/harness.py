"""Interleaving: the cases of a table take turns, and only their ratios within a turn are trusted.

A busy machine slows down whatever runs at the time, so a figure alone drifts by a third. Two figures
taken one after the other in the same round drift together, and their quotient hardly at all.
"""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles

QUARTERS = 4
SPREAD_SAMPLES_MIN = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one case; `cpu_s` is user and system time of the process that did it."""

    wall_s: float
    cpu_s: float
    peak_kb: int = 0


Case = Callable[[], Sample]


@dataclass(frozen=True, slots=True)
class Rounds:
    """All samples, by case; the n-th of each case are of the same round."""

    samples: Mapping[str, list[Sample]]

    def wall_s(self, case: str) -> float:
        return median(s.wall_s for s in self.samples[case])

    def cpu_s(self, case: str) -> float:
        return median(s.cpu_s for s in self.samples[case])

    def peak_kb(self, case: str) -> int:
        return max(s.peak_kb for s in self.samples[case])

    def wall_ratio(self, case: str, to: str) -> float:
        pairs = zip(self.samples[case], self.samples[to], strict=True)
        return median(one.wall_s / other.wall_s for one, other in pairs)

    def cpu_ratio(self, case: str, to: str) -> float | None:
        """None where the clock of the kernel is too coarse for one of them."""
        pairs = list(zip(self.samples[case], self.samples[to], strict=True))
        if any(other.cpu_s <= 0 for _, other in pairs):
            return None
        return median(one.cpu_s / other.cpu_s for one, other in pairs)

    def spread(self, case: str) -> float:
        """The distance of the quartiles as a share of the median: how calm the machine was."""
        walls = [s.wall_s for s in self.samples[case]]
        if len(walls) < SPREAD_SAMPLES_MIN:
            return 0.0
        low, _, high = quantiles(walls, n=QUARTERS, method="inclusive")
        return (high - low) / median(walls)


def interleaved(cases: Mapping[str, Case], rounds: int) -> Rounds:
    """Every case once a round, each round starting with another one; one round before to warm up.

    A single round only proves that the cases run, so nothing warms up for it.
    """
    names = list(cases)
    for name in names if rounds > 1 else ():
        cases[name]()
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            samples[name].append(cases[name]())
    return Rounds(samples)


def in_process(work: Callable[[], object], *, repeat: int = 1) -> Case:
    """Times `work` in this process; with `repeat`, the mean of so many in a row."""

    def case() -> Sample:
        return measured(work, repeat=repeat)

    return case


def measured(work: Callable[[], object], *, repeat: int = 1) -> Sample:
    """The collector has run before, and what botctl turns on stays on."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(repeat):
        work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Sample(wall / repeat, cpu / repeat)
