"""The verdicts: from enough independent looks, against what became of everything that was followed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from botctl.core.grades import Grade, Grades, Verdict, grades
from botctl.core.grading import GradeRules, LookState, Outcome
from botctl.core.reasons import Kind
from tests.support.builders import address

RULES = GradeRules(again_ms=3_600_000, rug_drop_bps=9_000, ran_bps=10_000, sample_min=30)
RUGGED, RAN, SAME = 0, 3_000, 1_000  # what 1,000 became worth


def looks(
    reason: str, worths: Sequence[int], *, kind: str = Kind.FAIL, markets: int | None = None
) -> list[Outcome]:
    """Each at a market of its own, or on so many in turn."""
    return [
        Outcome(
            kind, reason, address(index if markets is None else index % markets), LookState.SEEN,
            amount_in=1_000, reserve_quote=100, then_quote=100, sellable=worth > 0, worth=worth,
        )
        for index, worth in enumerate(worths)
    ]  # fmt: skip


def graded(*outcomes: Outcome, counted: Sequence[tuple[str, str, int]] = ()) -> Grades:
    """The same at every horizon."""
    return grades(dict.fromkeys((300, 3_600, 86_400), outcomes), counted, RULES)


def of(made: Grades, reason: str) -> Grade:
    return next(one for one in made.grades if one.reason == reason)


CALM = looks("CALM", [SAME] * 200)


@pytest.mark.parametrize(
    ("kind", "worths", "expected"),
    [
        (Kind.FAIL, [RUGGED] * 40, Verdict.SAVES),
        (Kind.FAIL, [RAN] * 40, Verdict.COSTS),
        (Kind.PASS, [RAN] * 40, Verdict.COSTS),
        (Kind.FAIL, [RAN, RUGGED] * 30, Verdict.NEITHER),
        (Kind.FAIL, [SAME] * 40, Verdict.NEITHER),
        (Kind.FAIL, [RUGGED] * 29, Verdict.TOO_FEW),
        (Kind.BUY, [RUGGED] * 40, Verdict.COSTS),
        (Kind.BUY, [RAN] * 40, Verdict.EARNS),
        (Kind.BUY, [SAME] * 40, Verdict.NEITHER),
    ],
)
def test_a_reason_is_judged_by_what_it_refused(
    kind: str, worths: list[int], expected: Verdict
) -> None:
    assert of(graded(*CALM, *looks("IT", worths, kind=kind)), "IT").verdict is expected


def test_one_market_refused_every_hour_is_no_sample() -> None:
    made = of(graded(*CALM, *looks("IT", [RUGGED] * 168, markets=1)), "IT")
    assert made.verdict is Verdict.TOO_FEW
    assert (made.followed, made.horizons[0].seen, made.horizons[0].independent) == (168, 168, 1)


def test_a_share_that_the_interval_does_not_part_from_the_base_says_nothing() -> None:
    """A third against a base of a fifth, from thirty looks: chance alone would do it."""
    base = looks("BASE", [RUGGED] * 40 + [SAME] * 160)
    few = looks("IT", [RUGGED] * 10 + [SAME] * 20)
    many = looks("IT", [RUGGED] * 200 + [SAME] * 400)
    assert of(graded(*base, *few), "IT").verdict is Verdict.NEITHER
    assert of(graded(*base * 10, *many), "IT").verdict is Verdict.SAVES


def test_the_base_is_everything_that_was_followed_bought_too() -> None:
    made = graded(*looks("A", [RUGGED] * 10), *looks("B", [RAN] * 30, kind=Kind.BUY))
    assert made.base[0].seen == 40
    assert made.base[0].rugged_share is not None
    assert made.base[0].rugged_share.bps == 2_500


def test_the_longest_horizon_with_enough_looks_is_judged() -> None:
    calm, rugs = CALM, looks("IT", [RUGGED] * 40)
    waiting = [replace(one, state=LookState.DUE) for one in rugs]
    late = [replace(one, state=LookState.MISSED) for one in rugs]
    at = {300: [*calm, *looks("IT", [SAME] * 40)], 3_600: [*calm, *rugs], 86_400: [*calm, *waiting]}
    made = of(grades(at, (), RULES), "IT")
    assert (made.judged_at_s, made.verdict) == (3_600, Verdict.SAVES)
    assert (made.horizons[2].due, made.horizons[2].seen) == (40, 0)
    assert made.horizons[2].rugged_share is None
    missed = of(grades({**at, 86_400: late}, (), RULES), "IT")
    assert (missed.horizons[2].missed, missed.judged_at_s) == (40, 3_600)


def test_what_was_decided_most_often_comes_first_with_its_count() -> None:
    counted = [("FAIL", "A", 5), ("FAIL", "B", 900), ("HOLD", "C", 7)]
    made = graded(*looks("A", [SAME]), *looks("B", [SAME, RAN]), counted=counted).grades
    assert [(one.reason, one.decided, one.followed) for one in made] == [("B", 900, 2), ("A", 5, 1)]


def test_quartiles_are_those_of_the_whole_trip() -> None:
    made = of(graded(*looks("A", [0, 500, 1_000, 4_000])), "A").horizons[0]
    found = (made.change_low_bps, made.change_median_bps, made.change_high_bps)
    assert found == (-10_000, -5_000, 0)


def test_nothing_followed_is_nothing_graded() -> None:
    made = graded()
    assert made.grades == ()
    assert [one.seen for one in made.base] == [0, 0, 0]
