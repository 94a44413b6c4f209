"""Liveness and correctness: does the loop turn in time, and do its decisions make sense?"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from botctl.core.codes import Code
from botctl.core.health.codes import HealthCode as C
from botctl.core.health.evidence import CycleFact, Evidence, Finding, HealthState, Told, p95
from botctl.core.reasons import Kind, Reason
from botctl.core.units import BPS_ONE

MS: Final = 1_000
MINUTE_MS: Final = 60_000
INTERVALS_MAX: Final = 2  # seed: no cycle in 2 x scan_interval
RECENT_CYCLES: Final = 5
BASELINE_CYCLES: Final = 10  # fewer tell nothing about what is usual
DECISIONS_MIN: Final = 20  # fewer decisions than this spike by chance
USUAL_PASSES_BPS: Final = 200  # below it, none at all is nothing new
USUAL_TIMES: Final = 3  # a reason this many times as frequent as before
PASSED: Final = frozenset({Kind.PASS, Kind.BUY, Kind.SKIP})
REFUSED: Final = frozenset({Kind.FAIL, Kind.SKIP})
# What permission says about every market alike is no spike: whoever set it knows.
BY_PERMISSION: Final = frozenset(
    {Reason.INV_KILL_OK, Reason.INV_CIRCUIT_OK, Reason.INV_HEALTH_OK, Reason.INV_PERMISSION_OK}
)
_S = HealthState


def loop_turns(e: Evidence) -> Finding | None:
    if not e.vitals.cycles:
        return Finding(_S.DEGRADED, C.HEALTH_NEVER_RAN, 2, "no cycle yet: run `botctl cycle`")
    age_ms = e.now_ms - e.vitals.cycles[0].started_ms
    if age_ms <= INTERVALS_MAX * e.interval_ms:
        return None
    say = f"the last cycle began {age_ms // MS} s ago, the interval is {e.interval_ms // MS} s"
    return Finding(_S.DEGRADED, C.HEALTH_NO_CYCLE, 1, say)


def starts_in_time(e: Evidence) -> Finding | None:
    """First a warning; when it stays, what is entered would be entered late."""
    if e.vitals.started is None:
        return None
    due_ms, began_ms = e.vitals.started
    lag_ms = began_ms - due_ms
    old = e.now_ms - began_ms > INTERVALS_MAX * e.interval_ms  # another timetable runs it now
    if old or lag_ms <= e.plan.lag_max_ms:
        return None
    stays = e.stood_ms(C.HEALTH_LAG) > e.plan.lag_for_ms
    state, tier = (_S.EXITS_ONLY, 2) if stays else (_S.DEGRADED, 3)
    say = f"a cycle began {lag_ms} ms late, limit {e.plan.lag_max_ms} ms"
    return Finding(state, C.HEALTH_LAG, tier, say)


def cycles_fit_their_interval(e: Evidence) -> Finding | None:
    took = tuple(one.took_ms for one in e.vitals.cycles)
    if len(took) < BASELINE_CYCLES:
        return None
    slow_ms, limit_ms = p95(took), e.interval_ms * e.plan.cycle_share_max_bps // BPS_ONE
    if slow_ms <= limit_ms:
        return None
    say = f"95 of 100 cycles take up to {slow_ms} ms, limit {limit_ms} ms"
    return Finding(_S.DEGRADED, C.HEALTH_SLOW_CYCLE, 2, say)


def markets_come_as_usual(e: Evidence) -> Finding | None:
    cycles = e.vitals.cycles
    recent, before = cycles[:RECENT_CYCLES], cycles[RECENT_CYCLES:]
    if len(before) < BASELINE_CYCLES:
        return None
    now, usual = per_minute(recent), per_minute(before)
    if now * BPS_ONE >= usual * e.plan.throughput_min_bps:
        return None
    say = f"{now} markets a minute, {usual} before"
    return Finding(_S.DEGRADED, C.HEALTH_THROUGHPUT, 2, say)


def per_minute(cycles: tuple[CycleFact, ...]) -> int:
    """Markets over the time between the oldest start and the newest; rounded down."""
    span_ms = cycles[0].started_ms - cycles[-1].started_ms
    markets = sum(one.markets for one in cycles[:-1])
    return markets * MINUTE_MS // span_ms if span_ms > 0 else 0


def clock_is_sane(e: Evidence) -> Finding | None:
    """Our own past must not lie ahead of us, nor the chain's newest block."""
    behind = (each.at_ms for each in e.vitals.errors if each.code == Code.ERR_CLOCK_BEHIND)
    if any(0 <= e.now_ms - at_ms <= INTERVALS_MAX * e.interval_ms for at_ms in behind):
        say = "the clock is behind the chain: the newest block is from the future"
        return Finding(_S.EXITS_ONLY, C.HEALTH_CLOCK, 1, say)
    if not e.vitals.cycles or e.vitals.cycles[0].started_ms <= e.now_ms + MS:
        return None
    ahead_s = (e.vitals.cycles[0].started_ms - e.now_ms) // MS
    say = f"the clock jumped back: the last cycle is {ahead_s} s ahead"
    return Finding(_S.EXITS_ONLY, C.HEALTH_CLOCK, 1, say)


def what_is_seen_is_decided(e: Evidence) -> Finding | None:
    """Cycles in a row, and markets within the newest decided one."""
    match = e.vitals.match
    if match is not None and match.decisions < match.detections:
        say = f"{match.detections} markets were seen, {match.decisions} were decided"
        return Finding(_S.DEGRADED, C.HEALTH_UNDECIDED, 2, say)
    undecided = 0
    for cycle in e.vitals.cycles:
        if cycle.decided_ms is not None:
            break
        undecided += e.now_ms - cycle.started_ms > e.interval_ms  # the newest may be under way
    if undecided <= e.plan.undecided_max:
        return None
    say = f"{undecided} cycles in a row were scanned and not decided"
    return Finding(_S.DEGRADED, C.HEALTH_UNDECIDED, 2, say)


def what_is_decided_was_seen(e: Evidence) -> Finding | None:
    match = e.vitals.match
    if match is None or match.decisions <= match.detections:
        return None
    say = f"{match.decisions} decisions, and only {match.detections} markets were seen"
    return Finding(_S.EXITS_ONLY, C.HEALTH_UNDETECTED, 1, say)


def some_still_pass(e: Evidence) -> Finding | None:
    now, usual = _ours(e.vitals.recent), _ours(e.vitals.before)
    seen, seen_before = _count(now), _count(usual)
    if min(seen, seen_before) < DECISIONS_MIN or _passes(now):
        return None
    share_bps = _passes(usual) * BPS_ONE // seen_before
    if share_bps < USUAL_PASSES_BPS:
        return None
    say = f"none of {seen} decisions passed; before, {share_bps} of 10000 did"
    return Finding(_S.DEGRADED, C.HEALTH_NO_PASSES, 2, say)


def no_reason_spikes(e: Evidence) -> Finding | None:
    now, usual = _reasons(e.vitals.recent), _reasons(e.vitals.before)
    seen, seen_before = now.total(), usual.total()
    if min(seen, seen_before) < DECISIONS_MIN:
        return None
    reason, count = now.most_common(1)[0]
    share_bps, before_bps = count * BPS_ONE // seen, usual[reason] * BPS_ONE // seen_before
    if share_bps <= e.plan.reason_share_max_bps or share_bps < USUAL_TIMES * before_bps:
        return None
    say = f"{reason}: {share_bps} of 10000 refusals, {before_bps} before"
    return Finding(_S.DEGRADED, C.HEALTH_ONE_REASON, 2, say)


def _ours(told: Iterable[Told]) -> list[Told]:
    """Decisions about the market itself: permission did not speak before it."""
    return [one for one in told if one.reason not in BY_PERMISSION]


def _count(told: Iterable[Told]) -> int:
    return sum(one.count for one in told)


def _passes(told: Iterable[Told]) -> int:
    return sum(one.count for one in told if one.kind in PASSED)


def _reasons(told: Iterable[Told]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for one in _ours(told):
        if one.kind in REFUSED:
            counted[one.reason] += one.count
    return counted


LOOP: Final = (
    loop_turns,
    starts_in_time,
    cycles_fit_their_interval,
    markets_come_as_usual,
    clock_is_sane,
    what_is_seen_is_decided,
    what_is_decided_was_seen,
    some_still_pass,
    no_reason_spikes,
)
