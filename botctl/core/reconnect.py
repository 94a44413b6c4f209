"""When a lost connection is made again: exponential, jittered, and given up for a while. Pure.

The policy and its defaults are the seed's: 2 s, doubling up to 60 s, a quarter more or less by chance,
ten attempts (0: without end), forgotten after 60 s of a connection that holds, then a pause of 300 s.
"""

from dataclasses import dataclass, replace

PERCENT = 100
BPS_ONE = 10_000


@dataclass(frozen=True, slots=True)
class ReconnectPolicy:
    base_ms: int = 2_000
    max_ms: int = 60_000
    multiplier_percent: int = 200
    jitter_bps: int = 2_500
    attempts_max: int = 10  # 0: without end
    reset_ms: int = 60_000
    pause_ms: int = 300_000


@dataclass(frozen=True, slots=True)
class Link:
    """`attempts` to connect since it last held; `paused`: too many, so it rests for a longer time."""

    attempts: int = 0
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    link: Link
    wait_ms: int


def delay_ms(policy: ReconnectPolicy, attempt: int, chance_bps: int) -> int:
    """Before attempt 0, 1, …; `chance_bps` in [0, 10000) spreads it evenly over the jitter."""
    plain = policy.base_ms
    for _ in range(attempt):
        if plain >= policy.max_ms or policy.multiplier_percent <= PERCENT:
            break
        plain = plain * policy.multiplier_percent // PERCENT
    plain = min(plain, policy.max_ms)
    spread = plain * policy.jitter_bps // BPS_ONE
    return plain - spread + 2 * spread * chance_bps // BPS_ONE


def after_loss(policy: ReconnectPolicy, link: Link, *, held_ms: int, chance_bps: int) -> Retry:
    """A connection ended after `held_ms`; -1: it was not made. One that held long enough starts afresh."""
    attempts = 0 if held_ms >= policy.reset_ms else link.attempts
    if policy.attempts_max and attempts >= policy.attempts_max:
        return Retry(Link(0, paused=True), policy.pause_ms)
    return Retry(Link(attempts + 1), delay_ms(policy, attempts, chance_bps))


def while_held(policy: ReconnectPolicy, link: Link, *, held_ms: int) -> Link:
    """A connection that holds ends the pause at once, and the count once it is stable."""
    attempts = 0 if held_ms >= policy.reset_ms else link.attempts
    return replace(link, attempts=attempts, paused=False)
