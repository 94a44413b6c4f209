"""A lost connection comes back by the seed's policy: bounded, jittered, and given up for a while."""

from hypothesis import given
from hypothesis import strategies as st

from botctl.core.reconnect import Link, ReconnectPolicy, after_loss, delay_ms, while_held

SEED = ReconnectPolicy()
CHANCE = st.integers(0, 9_999)
POLICIES = st.builds(
    ReconnectPolicy,
    base_ms=st.integers(1, 10_000),
    max_ms=st.integers(1, 120_000),
    multiplier_percent=st.integers(100, 500),
    jitter_bps=st.integers(0, 10_000),
    attempts_max=st.integers(0, 20),
    reset_ms=st.integers(0, 120_000),
    pause_ms=st.integers(1, 600_000),
)


def test_the_defaults_are_the_seeds() -> None:
    middle = [delay_ms(SEED, attempt, 5_000) for attempt in range(7)]
    assert middle == [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]
    assert (delay_ms(SEED, 0, 0), delay_ms(SEED, 0, 9_999)) == (1_500, 2_499)


@given(POLICIES, st.integers(0, 10_000), CHANCE)
def test_a_delay_stays_within_its_jitter_of_at_most_the_maximum(
    policy: ReconnectPolicy, attempt: int, chance: int
) -> None:
    found = delay_ms(policy, attempt, chance)
    most = policy.max_ms * (10_000 + policy.jitter_bps) // 10_000
    assert 0 <= found <= most
    assert delay_ms(policy, attempt, 0) <= found


@given(POLICIES, st.integers(0, 50))
def test_without_jitter_delays_never_fall(policy: ReconnectPolicy, attempt: int) -> None:
    assert delay_ms(policy, attempt, 5_000) - 1 <= delay_ms(policy, attempt + 1, 5_000)


@given(POLICIES, st.lists(CHANCE, min_size=1, max_size=60))
def test_after_every_allowed_attempt_there_is_one_pause_and_it_begins_again(
    policy: ReconnectPolicy, chances: list[int]
) -> None:
    link, in_a_row = Link(), 0
    for chance in chances:
        retry = after_loss(policy, link, held_ms=-1, chance_bps=chance)
        link = retry.link
        if link.paused:
            assert policy.attempts_max == in_a_row > 0
            assert retry.wait_ms == policy.pause_ms
            in_a_row = 0
        else:
            in_a_row += 1
    assert not policy.attempts_max or in_a_row <= policy.attempts_max


@given(POLICIES, st.integers(0, 20), st.integers(0, 200_000), CHANCE)
def test_what_held_long_enough_forgets_the_attempts_before_it(
    policy: ReconnectPolicy, attempts: int, held_ms: int, chance: int
) -> None:
    link = Link(attempts)
    stable = held_ms >= policy.reset_ms
    assert while_held(policy, link, held_ms=held_ms).attempts == (0 if stable else attempts)
    if stable:
        retry = after_loss(policy, link, held_ms=held_ms, chance_bps=chance)
        assert retry == after_loss(policy, Link(), held_ms=-1, chance_bps=chance)


def test_a_connection_ends_the_pause() -> None:
    assert not while_held(SEED, Link(0, paused=True), held_ms=0).paused
