"""A breaker moves only along its table, never sooner than its rest, and never by what it counted before."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from botctl.core.breakers import (
    MOVES,
    PROVIDER,
    Breaker,
    BreakerEvent,
    BreakerPlan,
    BreakerState,
    Signal,
    breaker_sources,
    next_event,
    step,
)
from botctl.core.permission import Level, SourceKind

S, E = BreakerState, BreakerEvent
PLAN = BreakerPlan(threshold=3, cooldown_ms=100, probes=2)
QUIET = Signal(0, 0)


def test_the_table_has_one_way_round() -> None:
    unlisted = set(product(S, E)) - set(MOVES)
    assert len(unlisted) == len(S) * len(E) - 4
    assert {state for state, _ in MOVES} == set(S)


@pytest.mark.parametrize(
    ("state", "signal", "now_ms", "event"),
    [
        (S.CLOSED, Signal(2, 0), 0, None),
        (S.CLOSED, Signal(3, 9), 0, E.TRIP),
        (S.OPEN, Signal(9, 9), 199, None),
        (S.OPEN, Signal(9, 0), 200, E.COOL),
        (S.HALF_OPEN, Signal(0, 1), 300, None),
        (S.HALF_OPEN, Signal(0, 2), 300, E.PROVE),
        (S.HALF_OPEN, Signal(1, 9), 300, E.RELAPSE),
    ],
)
def test_each_arrow_at_its_boundary(
    state: BreakerState, signal: Signal, now_ms: int, event: BreakerEvent | None
) -> None:
    breaker = Breaker("x", state, since_ms=100, until_ms=200)
    assert next_event(breaker, signal, PLAN, now_ms) is event
    if event is None:
        assert step(breaker, signal, PLAN, now_ms) is breaker
    else:
        assert step(breaker, signal, PLAN, now_ms).state is MOVES[state, event]


@settings(max_examples=200, stateful_step_count=40, deadline=None)
class Life(RuleBasedStateMachine):
    """Time passes, things go well or not; the model knows only what happened since the last move."""

    @initialize()
    def begin(self) -> None:
        self.now_ms, self.bad, self.good = 1_000, 0, 0
        self.breaker = Breaker("x")
        self.opened_ms: int | None = None

    @rule(ms=st.integers(0, 60))
    def passes(self, ms: int) -> None:
        self.now_ms += ms

    @rule()
    def fails(self) -> None:
        self.bad += 1

    @rule()
    def works(self) -> None:
        self.good += 1

    @rule()
    def is_looked_at(self) -> None:
        was = self.breaker
        self.breaker = step(was, Signal(self.bad, self.good, "why"), PLAN, self.now_ms)
        if self.breaker is was:
            return
        self.check_move(was)
        self.bad = self.good = 0

    def check_move(self, was: Breaker) -> None:
        now = self.breaker
        assert now.since_ms == self.now_ms
        match was.state, now.state:
            case S.CLOSED, S.OPEN:
                assert self.bad >= PLAN.threshold
            case S.OPEN, S.HALF_OPEN:
                assert self.opened_ms is not None
                assert self.now_ms - self.opened_ms >= PLAN.cooldown_ms
            case S.HALF_OPEN, S.CLOSED:
                assert self.bad == 0
                assert self.good >= PLAN.probes
            case S.HALF_OPEN, S.OPEN:
                assert self.bad > 0
            case moved:
                raise AssertionError(moved)
        if now.state is S.OPEN:
            self.opened_ms = self.now_ms

    @invariant()
    def restricts_exactly_while_open(self) -> None:
        sources = breaker_sources([self.breaker])
        assert bool(sources) is (self.breaker.state is S.OPEN)
        assert all(s.level is Level.EXITS_ONLY for s in sources)  # exits are never held back

    @invariant()
    def says_when_its_rest_ends(self) -> None:
        if self.breaker.state is S.OPEN:
            assert self.breaker.until_ms == self.breaker.since_ms + PLAN.cooldown_ms
            assert self.breaker.why == "why"


TestLife = Life.TestCase


@given(st.lists(st.sampled_from(S), min_size=1, max_size=5))
def test_of_the_providers_one_that_still_answers_is_enough(states: list[BreakerState]) -> None:
    breakers = [Breaker(f"{PROVIDER}{n}", state, why="slow") for n, state in enumerate(states)]
    all_open = all(state is S.OPEN for state in states)
    assert bool(breaker_sources(breakers)) is all_open


def test_another_breaker_is_not_excused_by_a_provider() -> None:
    one = Breaker("reverts", S.OPEN, since_ms=5, why="3 of 10 reverted")
    [source] = breaker_sources([one, Breaker(f"{PROVIDER}a"), replace(one, name=f"{PROVIDER}b")])
    assert source.kind is SourceKind.CIRCUIT
    assert (source.reason, source.since_ms) == ("reverts: 3 of 10 reverted", 5)
