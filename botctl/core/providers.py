"""How well each provider of a chain does, and in which order they are asked. Pure: time is given.

Thresholds come from the settings (`[providers]`), whose defaults are the seed's: an error rate of 0.2,
a usage of 0.9, three failures in a row and two minutes of rest, five minutes after a bad error rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from botctl.core.codes import Code
from botctl.core.value import value

WINDOW: Final = 50  # the newest requests that latencies and the error rate are told from
RATE_MIN: Final = 10  # fewer requests than this tell neither an error rate nor a speed
FAILED: Final = -1  # in the window, where a latency would stand
BPS_ONE: Final = 10_000
MS: Final = 1_000
DOUBLINGS_MAX: Final = 16
# What asking again cannot mend for minutes: wrong key, wrong chain.
HOPELESS: Final = frozenset({Code.ERR_RPC_REFUSED, Code.ERR_CHAIN_ID_MISMATCH})


@dataclass(frozen=True, slots=True)
class ProviderLimits:
    """When a provider rests, and for how long. `budget_per_s` 0: none is known.

    Median latencies below `fast_ms` are all alike; above, each doubling is a class of its own:
    jitter must not shuffle providers.
    """

    error_rate_max_bps: int
    usage_max_bps: int
    failures_max: int
    cooldown_ms: int
    unhealthy_ms: int
    limited_ms: int
    hold_max_ms: int
    budget_per_s: int
    fast_ms: int


@value(frozen=True, slots=True)
class ProviderState:
    """What is known of one provider; `name` is fit for everybody's eyes. Times in ms UTC."""

    name: str
    requests: int = 0
    calls: int = 0  # a batch is one request and as many calls as it has items: vendors count these
    errors: tuple[tuple[str, int], ...] = ()  # requests that failed, by code
    recent: tuple[int, ...] = ()  # latencies in ms, oldest first; FAILED for a failure
    head_number: int | None = None
    head_hash: str = ""
    head_seen_ms: int = 0
    limited_until_ms: int = 0  # told by the provider: it is not asked before
    cooldown_until_ms: int = 0  # our own doubt: asked only when nobody else is left
    failures_in_a_row: int = 0
    last_code: str = ""  # of the newest failure
    spent_in_s: int = 0  # the second that `spent` counts calls of
    spent: int = 0

    @property
    def p50_ms(self) -> int | None:
        return _percentile(self.recent, 50)

    @property
    def p95_ms(self) -> int | None:
        return _percentile(self.recent, 95)

    @property
    def error_rate_bps(self) -> int | None:
        """None while too few requests were made to tell."""
        if len(self.recent) < RATE_MIN:
            return None
        return self.recent.count(FAILED) * BPS_ONE // len(self.recent)


@value(frozen=True, slots=True)
class Outcome:
    """One request: how long it took, how many calls it held, and its failure's code, if any.

    `wait_ms`: the pause that the provider asked for together with ERR_RPC_RATE_LIMITED.
    """

    ms: int
    calls: int = 1
    code: str = ""
    wait_ms: int | None = None


def usable(state: ProviderState, now_ms: int) -> bool:
    return max(state.limited_until_ms, state.cooldown_until_ms) <= now_ms


def used_bps(state: ProviderState, now_ms: int, limits: ProviderLimits) -> int:
    """The share of this second's budget that is spent; 0 without a budget."""
    if not limits.budget_per_s or state.spent_in_s != now_ms // MS:
        return 0
    return state.spent * BPS_ONE // limits.budget_per_s


def ranked(states: Sequence[ProviderState], now_ms: int, limits: ProviderLimits) -> tuple[int, ...]:
    """Places of `states` in the order to ask. Those who rest stand last; the held are left out.

    Among equals the order of the settings decides, so that it is the operator's and stays the same.
    """
    level = _common_head(states)

    def key(place: int) -> tuple[int, bool, bool, int, int]:
        state = states[place]
        return (
            max(0, state.cooldown_until_ms - now_ms),
            used_bps(state, now_ms, limits) >= limits.usage_max_bps,
            state.head_number is not None and state.head_number < level,
            _latency_class(state, limits.fast_ms),
            place,
        )

    asked = [p for p, state in enumerate(states) if state.limited_until_ms <= now_ms]
    return tuple(sorted(asked, key=key))


def after_call(
    state: ProviderState, outcome: Outcome, now_ms: int, limits: ProviderLimits
) -> ProviderState:
    """The state once a request has ended."""
    second = now_ms // MS
    failed = bool(outcome.code)
    counted = replace(
        state,
        requests=state.requests + 1,
        calls=state.calls + outcome.calls,
        recent=(*state.recent[1 - WINDOW :], FAILED if failed else outcome.ms),
        spent_in_s=second,
        spent=outcome.calls + (state.spent if second == state.spent_in_s else 0),
        failures_in_a_row=state.failures_in_a_row + 1 if failed else 0,
    )
    if not failed:
        return counted
    counted = replace(counted, errors=_one_more(state.errors, outcome.code), last_code=outcome.code)
    if outcome.code == Code.ERR_RPC_RATE_LIMITED:
        return _held(counted, outcome.wait_ms, now_ms, limits)
    return _rested(counted, now_ms, limits)


def after_head(state: ProviderState, number: int, block_hash: str, now_ms: int) -> ProviderState:
    return replace(state, head_number=number, head_hash=block_hash, head_seen_ms=now_ms)


def taken_up(state: ProviderState, now_ms: int, limits: ProviderLimits) -> ProviderState:
    """A state of an earlier process: no rest is longer than any there is, whatever a clock said."""
    longest = now_ms + max(limits.cooldown_ms, limits.unhealthy_ms, limits.hold_max_ms)
    return replace(
        state,
        limited_until_ms=_within(state.limited_until_ms, longest),
        cooldown_until_ms=_within(state.cooldown_until_ms, longest),
    )


def _within(until_ms: int, longest_ms: int) -> int:
    return until_ms if until_ms <= longest_ms else 0


def _held(
    state: ProviderState, wait_ms: int | None, now_ms: int, limits: ProviderLimits
) -> ProviderState:
    """For as long as it was told; untold, a guess that doubles and is no more than a doubt."""
    if wait_ms is not None:
        return replace(state, limited_until_ms=now_ms + min(wait_ms, limits.hold_max_ms))
    doublings = min(state.failures_in_a_row - 1, DOUBLINGS_MAX)
    guess_ms = min(limits.limited_ms << doublings, limits.hold_max_ms)
    return replace(state, cooldown_until_ms=now_ms + guess_ms)


def _rested(state: ProviderState, now_ms: int, limits: ProviderLimits) -> ProviderState:
    """A row of failures, or too many among the newest; the window then starts afresh.

    The row is not forgotten by resting: one more failure after it, and it rests again.
    """
    rate = state.error_rate_bps
    if state.last_code in HOPELESS or (rate is not None and rate > limits.error_rate_max_bps):
        return replace(state, cooldown_until_ms=now_ms + limits.unhealthy_ms, recent=())
    if state.failures_in_a_row >= limits.failures_max:
        return replace(state, cooldown_until_ms=now_ms + limits.cooldown_ms)
    return state


def _one_more(errors: tuple[tuple[str, int], ...], code: str) -> tuple[tuple[str, int], ...]:
    counted = dict(errors)
    counted[str(code)] = counted.get(str(code), 0) + 1
    return tuple(sorted(counted.items()))


def _percentile(window: Sequence[int], percent: int) -> int | None:
    """By nearest rank."""
    known = sorted(ms for ms in window if ms != FAILED)
    return known[-(-len(known) * percent // 100) - 1] if known else None


def _latency_class(state: ProviderState, fast_ms: int) -> int:
    p50_ms = state.p50_ms if len(state.recent) >= RATE_MIN else None
    return 0 if p50_ms is None else (p50_ms // fast_ms).bit_length()


def _common_head(states: Sequence[ProviderState]) -> int:
    """What at least half of them have reached: one that claims too much makes nobody look late."""
    numbers = sorted(s.head_number for s in states if s.head_number is not None)
    return numbers[(len(numbers) - 1) // 2] if numbers else 0
