"""One answer is remembered, for the very object it was asked for."""

from dataclasses import replace

from botctl.core.latest import Latest
from botctl.core.measures import measures
from botctl.core.signals import score
from tests.support.builders import SIGNALS, WORLD, changed, make_detection


class Lengths:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def of(self, one: list[int]) -> int:
        self.asked += 1
        return len(one)


def test_the_same_object_is_answered_once() -> None:
    lengths = Lengths()
    latest, one = Latest(lengths.of), [1, 2]
    assert [latest.of(one), latest.of(one)] == [2, 2]
    assert lengths.asked == 1


def test_another_object_is_asked_for_even_when_it_is_equal_and_the_first_again_after_it() -> None:
    lengths = Lengths()
    latest = Latest(lengths.of)
    one, equal, longer = [1], [1], [1, 2]
    assert [latest.of(x) for x in (one, equal, longer, one)] == [1, 1, 2, 1]
    assert lengths.asked == 4


def test_thresholds_that_take_turns_are_never_mixed_up() -> None:
    seen = make_detection()
    m = measures(WORLD, seen)
    strict = changed(SIGNALS, traders_min=99, fdv_usd_max=1, skew_max_bps=7)
    for thresholds in (SIGNALS, strict, replace(strict), SIGNALS):
        limits = {check.code: check.limit for check in score(seen, m, thresholds).checks}
        assert limits["SIG_TRADERS"] == f">= {thresholds.traders_min}"
        assert limits["SIG_FDV"] == f"{thresholds.fdv_usd_min}..{thresholds.fdv_usd_max} usd"
        assert limits["SIG_SKEW"] == f"<= {thresholds.skew_max_bps} bps"
