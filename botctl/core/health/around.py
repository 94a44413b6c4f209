"""What we depend on and what we run on: providers, commands, alerts, memory, disk, writes."""

from collections import Counter
from typing import Final

from botctl.core.codes import Code
from botctl.core.health.codes import HealthCode as C
from botctl.core.health.evidence import DependencyReading, Evidence, Finding, HealthState
from botctl.core.units import BPS_ONE

MS: Final = 1_000
CALLS_MIN: Final = 20  # fewer answers have no error rate
DAMAGE: Final = frozenset({Code.ERR_DB_CORRUPT, Code.ERR_LEDGER_ALTERED})
STORAGE: Final = frozenset({Code.ERR_DB_LOCKED, Code.ERR_DB_UNWRITABLE, Code.ERR_DB_UNREACHABLE})
_S = HealthState


def providers_answer(e: Evidence) -> Finding | None:
    bad = [d for d in e.dependencies if failing(d, e.plan.error_share_max_bps)]
    if not bad:
        return None
    say = ", ".join(f"{d.name}: {d.errors} of {d.calls} calls failed" for d in bad)
    return Finding(_S.DEGRADED, C.HEALTH_PROVIDER_ERRORS, 2, say)


def failing(one: DependencyReading, share_max_bps: int) -> bool:
    return one.calls >= CALLS_MIN and one.errors * BPS_ONE > one.calls * share_max_bps


def providers_are_quick(e: Evidence) -> Finding | None:
    slow = [d for d in e.dependencies if (d.p95_ms or 0) > e.plan.provider_slow_ms]
    if not slow:
        return None
    say = ", ".join(f"{d.name}: p95 {d.p95_ms} ms" for d in slow)
    return Finding(_S.DEGRADED, C.HEALTH_PROVIDER_SLOW, 3, say)


def no_fallback_is_used(e: Evidence) -> Finding | None:
    held = [d.name for d in e.dependencies if d.on_hold]
    if not held:
        return None
    if len(held) == len(e.dependencies):
        say = f"every provider is on hold: {', '.join(held)}"
        return Finding(_S.EXITS_ONLY, C.HEALTH_PROVIDER_ON_HOLD, 1, say)
    say = f"others answer in place of {', '.join(held)}"
    return Finding(_S.DEGRADED, C.HEALTH_PROVIDER_ON_HOLD, 3, say)


def heads_are_fresh(e: Evidence) -> Finding | None:
    """One stale provider is a warning; when all are, we do not know what the chain is."""
    known = [d for d in e.dependencies if d.head_age_ms is not None]
    stale = [d for d in known if (d.head_age_ms or 0) > e.plan.head_age_max_ms]
    if not stale:
        return None
    say = ", ".join(f"{d.name}: head {d.head_age_ms} ms old" for d in stale)
    if len(stale) == len(known):
        return Finding(_S.EXITS_ONLY, C.HEALTH_HEAD_STALE, 1, say)
    return Finding(_S.DEGRADED, C.HEALTH_HEAD_STALE, 2, say)


def few_commands_fail(e: Evidence) -> Finding | None:
    seen = [one for one in e.vitals.errors if e.now_ms - one.at_ms <= e.plan.errors_for_ms]
    if len(seen) <= e.plan.errors_max:
        return None
    code, count = Counter(one.code for one in seen).most_common(1)[0]
    say = f"{len(seen)} commands failed, {count} of them with {code}"
    return Finding(_S.DEGRADED, C.HEALTH_ERRORS, 2, say)


def alerts_get_out(e: Evidence) -> Finding | None:
    """Another channel may still tell it; and health is looked at where no channel is needed."""
    since_ms = e.vitals.unsent_since_ms
    if since_ms is None or e.now_ms - since_ms <= e.silent_ms_max:
        return None
    say = f"one waits for {(e.now_ms - since_ms) // MS} s; see `botctl alerts`"
    return Finding(_S.DEGRADED, C.HEALTH_ALERTS_UNSENT, 2, say)


def memory_is_left(e: Evidence) -> Finding | None:
    used = e.machine.memory_bps
    if used is None or used <= e.plan.memory_max_bps:
        return None
    stays = e.stood_ms(C.HEALTH_MEMORY) > e.plan.memory_for_ms
    say = f"{used} of 10000 used, limit {e.plan.memory_max_bps}"
    return Finding(_S.DEGRADED, C.HEALTH_MEMORY, 2 if stays else 3, say)


def disk_is_left(e: Evidence) -> Finding | None:
    free = e.machine.disk_free_mb
    if free is None or free >= e.plan.disk_low_mb:
        return None
    if free < e.plan.disk_min_mb:
        say = f"{free} MB free, entries need {e.plan.disk_min_mb} MB"
        return Finding(_S.EXITS_ONLY, C.HEALTH_DISK_FULL, 1, say)
    return Finding(_S.DEGRADED, C.HEALTH_DISK_LOW, 2, f"{free} MB free")


def writes_are_quick(e: Evidence) -> Finding | None:
    took = e.machine.write_ms
    if took is None or took <= e.plan.write_max_ms:
        return None
    say = f"a durable write took {took} ms, limit {e.plan.write_max_ms} ms"
    return Finding(_S.DEGRADED, C.HEALTH_SLOW_WRITES, 2, say)


def storage_holds(e: Evidence) -> Finding | None:
    """What cannot be put on disk first must not happen (LESSONS 3)."""
    say = e.vitals.unreadable or e.machine.unwritable or _storage_error(e)
    return Finding(_S.EXITS_ONLY, C.HEALTH_STORAGE, 1, say) if say else None


def _storage_error(e: Evidence) -> str:
    """Damage does not pass; the others count while they are recent."""
    for one in e.vitals.errors:
        age_ms = e.now_ms - one.at_ms
        if one.code in DAMAGE or (one.code in STORAGE and age_ms <= e.plan.errors_for_ms):
            return f"{one.code} in `botctl {one.command}` {age_ms // MS} s ago"
    return ""


AROUND: Final = (
    providers_answer,
    providers_are_quick,
    no_fallback_is_used,
    heads_are_fresh,
    few_commands_fail,
    alerts_get_out,
    memory_is_left,
    disk_is_left,
    writes_are_quick,
    storage_holds,
)
