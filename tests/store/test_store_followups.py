"""Followed decisions: there with their cycle or not at all, due in time, written once."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from botctl.adapters.store import SqlStore
from botctl.core.grading import HORIZONS_S, FollowUp, Look, LookState
from botctl.core.units import UINT256_MAX
from tests.store.making import address, batch, cycle, opened, row

FIRST_S, HOUR_S, DAY_S = HORIZONS_S


def followup(
    number: int = 1, *, pair: int = 1, horizon_s: int = FIRST_S, reason: str = "SCORE_LOW"
) -> FollowUp:
    """Decided at `number` seconds, in `cycle(number)`."""
    return FollowUp(
        cycle_id=cycle(number).cycle_id,
        pair=address(pair),
        horizon_s=horizon_s,
        token=address(1_000 + pair),
        quote=address(2),
        kind="FAIL",
        reason=reason,
        at_ms=1_000 * number,
        due_ms=1_000 * number + 1_000 * horizon_s,
        reserve_quote=2**112 - 1,
        reserve_token=2**112 - 2,
        liquidity_usd=10_000,
        amount_in=10**17,
        bought=2**111,
    )


def follow(store: SqlStore, number: int, followups: Sequence[FollowUp]) -> bool:
    """Decided with one ledger row."""
    store.record(cycle(number), ())
    return (
        store.commit(replace(batch(number, rows=(row(number),)), followups=followups)) is not None
    )


def seen(one: FollowUp, **found: object) -> Look:
    look = Look(
        cycle_id=one.cycle_id,
        pair=one.pair,
        horizon_s=one.horizon_s,
        state=LookState.SEEN,
        measured_ms=one.due_ms + 5,
        block_number=77,
        then_quote=2**112 - 3,
        then_token=2**111,
        sellable=True,
        worth=5,
    )
    return replace(look, **found)  # type: ignore[arg-type]


def test_it_comes_back_as_it_was_enqueued(store: SqlStore) -> None:
    huge = replace(followup(), reserve_quote=UINT256_MAX, bought=UINT256_MAX, liquidity_usd=None)
    assert follow(store, 1, [huge])
    assert store.due_followups(huge.due_ms, 10) == [huge]


def test_it_is_due_at_its_time_the_longest_due_first_and_not_more_than_asked(
    store: SqlStore,
) -> None:
    early, later, other = followup(pair=1), followup(pair=2, horizon_s=HOUR_S), followup(pair=3)
    follow(store, 1, [later, early])
    follow(store, 2, [replace(other, cycle_id=cycle(2).cycle_id, due_ms=early.due_ms + 1)])
    assert store.due_followups(early.due_ms - 1, 10) == []
    assert [one.pair for one in store.due_followups(early.due_ms, 10)] == [early.pair]
    everything = store.due_followups(later.due_ms, 10)
    assert [one.pair for one in everything] == [early.pair, other.pair, later.pair]
    assert [one.pair for one in store.due_followups(later.due_ms, 1)] == [early.pair]


def test_of_two_deciders_of_one_cycle_one_enqueues(store: SqlStore) -> None:
    assert follow(store, 1, [followup(pair=1)])
    assert not store.commit(replace(batch(1), followups=[followup(pair=2)]))
    assert [one.pair for one in store.due_followups(10**9, 9)] == [address(1)]


def test_a_batch_that_fails_enqueues_nothing(store: SqlStore) -> None:
    store.record(cycle(1), ())
    twice = replace(batch(1, rows=(row(1), row(1))), followups=[followup()])
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.commit(twice)
    assert store.due_followups(10**9, 9) == []
    assert follow(store, 1, [followup()])


def test_what_is_followed_is_told_by_pair_and_reason_from_a_time_on(store: SqlStore) -> None:
    follow(store, 5, [followup(5, pair=1, horizon_s=h) for h in HORIZONS_S])
    follow(store, 8, [followup(8, pair=1, reason="SIG_TAX"), followup(8, pair=2)])
    low, tax = (address(1), "SCORE_LOW"), (address(1), "SIG_TAX")
    assert store.followed_since(0) == {low, tax, (address(2), "SCORE_LOW")}
    assert store.followed_since(5_000) == store.followed_since(0)
    assert store.followed_since(5_001) == {tax, (address(2), "SCORE_LOW")}
    assert store.followed_since(8_001) == frozenset()


def test_what_was_looked_at_is_due_no_more_and_stays_followed(store: SqlStore) -> None:
    follow(store, 1, [followup(pair=1), followup(pair=2)])
    assert store.record_looks([seen(followup(pair=1))]) == 1
    assert [one.pair for one in store.due_followups(10**9, 9)] == [address(2)]
    assert len(store.followed_since(0)) == 2


def test_a_look_is_written_once_and_the_first_one_stays(store: SqlStore) -> None:
    both = [followup(pair=1), followup(pair=2)]
    follow(store, 1, both)
    assert store.record_looks([seen(both[0], worth=1)]) == 1
    assert store.record_looks([seen(both[0], worth=2), seen(both[1], worth=3)]) == 1
    assert store.record_looks([seen(one, worth=4) for one in both]) == 0
    assert store.record_looks([]) == 0
    assert {one.pair: one.worth for one in store.outcomes(FIRST_S, 0)} == {
        address(1): 1,
        address(2): 3,
    }


@pytest.mark.parametrize("sellable", [True, False, None])
def test_an_outcome_tells_what_was_decided_and_found(
    store: SqlStore, sellable: bool | None
) -> None:
    one = followup()
    follow(store, 1, [one])
    [waiting] = store.outcomes(FIRST_S, 0)
    assert (waiting.state, waiting.then_quote, waiting.worth) == (LookState.DUE, None, None)
    store.record_looks([seen(one, sellable=sellable, then_quote=None, worth=UINT256_MAX)])
    [found] = store.outcomes(FIRST_S, 0)
    assert (found.kind, found.reason, found.pair) == (one.kind, one.reason, one.pair)
    assert (found.amount_in, found.reserve_quote) == (one.amount_in, one.reserve_quote)
    assert (found.state, found.sellable) == (LookState.SEEN, sellable)
    assert (found.then_quote, found.worth) == (None, UINT256_MAX)


def test_outcomes_are_those_of_one_horizon_from_a_time_on(store: SqlStore) -> None:
    follow(store, 5, [followup(5, horizon_s=h) for h in HORIZONS_S])
    follow(store, 8, [followup(8)])
    assert len(store.outcomes(FIRST_S, 0)) == 2
    assert len(store.outcomes(DAY_S, 0)) == 1
    assert len(store.outcomes(FIRST_S, 5_001)) == 1


def test_each_bot_follows_its_own(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        follow(ours, 1, [followup(1)])
        follow(theirs, 2, [followup(2, pair=2)])
        for store, pair in ((ours, 1), (theirs, 2)):
            assert store.followed_since(0) == {(address(pair), "SCORE_LOW")}
            assert [one.pair for one in store.due_followups(10**9, 9)] == [address(pair)]
            assert [one.pair for one in store.outcomes(FIRST_S, 0)] == [address(pair)]


def test_the_order_in_which_looks_are_given_does_not_matter(store: SqlStore) -> None:
    three = [followup(pair=n) for n in (1, 2, 3)]
    follow(store, 1, three)
    for number, order in enumerate(permutations(three)):
        assert store.record_looks([seen(one) for one in order]) == (0 if number else 3)
