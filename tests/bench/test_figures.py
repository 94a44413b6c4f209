"""How figures are made of samples, and marks of figures."""

from bench.figures import Mark
from bench.harness import Case, Sample, interleaved


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    rounds = interleaved({"a": _played(0, 2, 20, 6), "b": _played(0, 1, 10, 2)}, rounds=3)
    assert rounds.wall_ratio("a", "b") == 2
    assert rounds.wall_s("a") == 6
    assert rounds.cpu_ratio("a", "b") is None


def test_nothing_warms_up_for_a_single_round() -> None:
    rounds = interleaved({"a": _played(3), "b": _played(1)}, rounds=1)
    assert rounds.wall_ratio("a", "b") == 3
    assert rounds.spread("a") == 0


def _played(*walls_s: float) -> Case:
    """Takes these times one after the other; before several rounds, the first warms up."""
    left = iter(walls_s)
    return lambda: Sample(next(left), 0)


def test_a_mark_says_by_how_much_it_was_met_or_missed() -> None:
    mark = Mark(bound=2.0, stretch=1.25)
    assert mark.verdict(1.2) == "met, and the stretch of ≤1.25x"
    assert mark.verdict(1.5) == "met with 25 % to spare"
    assert mark.verdict(3.0) == "MISSED by 50 %"
    assert Mark(bound=1.8, at_least=True).verdict(0.9) == "MISSED by 50 %"
