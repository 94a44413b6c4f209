"""Which block is read, and who agrees: a boaster, a laggard and a liar are told apart."""

from hypothesis import given
from hypothesis import strategies as st

from botctl.core.sources import HeadRules, Meeting, SeenHead, meeting, verdict
from botctl.core.units import Hash32

NOW_S = 1_800_000_000
NOW_MS = NOW_S * 1_000
TRUE, FALSE = Hash32("0xaa"), Hash32("0xbb")


def rules(needed: int, lag: int = 1) -> HeadRules:
    return HeadRules(needed, lag, age_max_ms=60_000, ahead_max_ms=15_000)


def head(name: str, number: int, age_s: int = 5, block_hash: Hash32 = TRUE) -> SeenHead:
    return SeenHead(name, number, block_hash, NOW_S - age_s)


def met(*heads: SeenHead, needed: int, lag: int = 1) -> Meeting:
    return meeting(heads, rules(needed, lag), NOW_MS)


def names(found: Meeting) -> list[str]:
    return [one.name for one in found.near]


def test_they_meet_at_the_freshest_block_that_enough_have() -> None:
    heads = head("a", 11), head("b", 10), head("c", 10)
    assert met(*heads, needed=3).height == 10
    assert met(*heads, needed=1).height == 11


def test_who_lags_further_than_allowed_is_not_waited_for() -> None:
    found = met(head("a", 20), head("b", 20), head("late", 18), needed=3)
    assert (found.height, names(found)) == (20, ["a", "b"])
    assert met(head("a", 20), head("late", 19), needed=2, lag=0).height == 20


def test_a_boaster_does_not_draw_the_others_away() -> None:
    found = met(head("boaster", 10**9), head("a", 20), head("b", 20), needed=3)
    assert (found.height, names(found)) == (20, ["a", "b"])


def test_an_old_head_meets_nobody_while_there_is_a_fresh_one() -> None:
    found = met(head("stuck", 20, age_s=600), head("a", 20), head("b", 20), needed=3)
    assert (names(found), found.stale) == (["a", "b"], False)
    old = met(head("a", 20, age_s=600), head("b", 20, age_s=600), needed=2)
    assert (names(old), old.stale) == (["a", "b"], True)


def test_everyone_who_stands_apart_is_named_with_how() -> None:
    heads = head("a", 20), head("b", 20), head("liar", 20, block_hash=FALSE), head("late", 3)
    found = met(*heads, needed=4)
    there = {"a": TRUE, "b": TRUE, "liar": FALSE}
    told = verdict(found, heads, there, {"mute": "ERR_RPC_TIMEOUT"})
    assert (told.hash, told.agreeing) == (TRUE, ("a", "b"))
    assert told.say == (
        "ERR_SOURCES_DISAGREE: liar has another block 20; late is 17 blocks behind;"
        " mute gives no answer (ERR_RPC_TIMEOUT)"
    )


def test_only_one_answer_is_single_sourced() -> None:
    found = met(head("a", 20), needed=2)
    told = verdict(found, [head("a", 20)], {"a": TRUE}, {"b": "ERR_RPC_UNREACHABLE"})
    assert told.say == "ERR_SINGLE_SOURCED: b gives no answer (ERR_RPC_UNREACHABLE)"


def test_a_stale_head_is_said_even_when_all_agree_on_it() -> None:
    heads = head("a", 20, age_s=600), head("b", 20, age_s=600)
    told = verdict(met(*heads, needed=2), heads, {"a": TRUE, "b": TRUE}, {})
    assert told.agreeing == ("a", "b")
    assert told.say == "ERR_HEAD_STALE: the newest head is block 20 of a"


def test_nothing_is_said_when_all_agree() -> None:
    heads = head("a", 20), head("b", 21)
    assert verdict(met(*heads, needed=2), heads, {"a": TRUE, "b": TRUE}, {}).say == ""


HEADS = st.lists(st.tuples(st.integers(0, 60), st.integers(-40, 90)), min_size=1, max_size=6)


@given(HEADS, st.integers(1, 6), st.integers(0, 3))
def test_whoever_is_near_is_within_the_lag_and_the_height_is_a_fresh_ones(
    seen: list[tuple[int, int]], needed: int, lag: int
) -> None:
    heads = [head(str(i), number, age_s) for i, (number, age_s) in enumerate(seen)]
    found = met(*heads, needed=needed, lag=lag)
    numbers = [one.number for one in found.near]
    assert found.height in numbers
    assert max(numbers) - min(numbers) <= lag
    fresh = [one for one in heads if -15_000 <= NOW_MS - one.timestamp_s * 1_000 <= 60_000]
    assert found.stale is (not fresh)
    assert set(found.near) <= set(fresh or heads)
    enough = sum(one.number >= found.height for one in found.near)
    assert enough >= min(needed, len(found.near))
