"""A key is due at its limit, not a day before."""

from botctl.core.key_ages import DAY_MS, Aged, aged

NOW = 1_800_000_000_000


def test_the_limit_itself_is_old_and_a_moment_before_it_is_not() -> None:
    at_limit, before = NOW - 180 * DAY_MS, NOW - 180 * DAY_MS + 1
    assert aged([("a", at_limit), ("b", before)], NOW, 180) == (
        Aged("a", at_limit, 180, old=True),
        Aged("b", before, 179, old=False),
    )


def test_a_clock_that_was_set_back_makes_no_key_younger_than_new() -> None:
    (found,) = aged([("a", NOW + 1)], NOW, 1)
    assert (found.age_days, found.old) == (0, False)
