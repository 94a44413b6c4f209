"""Execution: what is out, how long, and what came of it; and what already stands in the permission."""

from typing import Final

from botctl.core.codes import Code
from botctl.core.health.codes import HealthCode as C
from botctl.core.health.evidence import Evidence, Finding, HealthState, p95
from botctl.core.permission import Level, PermissionSource, SourceKind

MS: Final = 1_000
SAMPLES_MIN: Final = 5  # fewer ended orders have no p95 worth the name
CONFIRMED_MS: Final = 3_600_000  # of the last hour: what an outage held up is past after that
REVERTS_MAX: Final = 2  # of the newest ended orders; the breaker opens at one more
SLIPPED_MAX: Final = 0  # any fill far below what was expected is told
_S = HealthState


def few_wait(e: Evidence) -> Finding | None:
    old = [ms for ms in e.vitals.waiting_ms if e.now_ms - ms > e.plan.pending_crowd_ms]
    if len(old) <= e.plan.pending_max:
        return None
    say = f"{len(old)} orders wait for more than {e.plan.pending_crowd_ms // MS} s"
    return Finding(_S.EXITS_ONLY, C.HEALTH_PENDING_MANY, 2, say)


def none_waits_for_ever(e: Evidence) -> Finding | None:
    oldest_ms = max((e.now_ms - ms for ms in e.vitals.waiting_ms), default=0)
    if oldest_ms <= e.plan.pending_max_ms:
        return None
    say = f"{len(e.vitals.waiting_ms)} open, the oldest for {oldest_ms // MS} s"
    return Finding(_S.EXITS_ONLY, C.HEALTH_PENDING_LONG, 2, say)


def confirmations_come(e: Evidence) -> Finding | None:
    newest = (one for one in e.vitals.ended if e.now_ms - one.at_ms <= CONFIRMED_MS)
    took = tuple(one.took_ms for one in newest if one.confirmed)
    if len(took) < SAMPLES_MIN or p95(took) <= e.plan.confirm_max_ms:
        return None
    say = f"95 of 100 orders took up to {p95(took)} ms, limit {e.plan.confirm_max_ms} ms"
    return Finding(_S.DEGRADED, C.HEALTH_CONFIRM_SLOW, 2, say)


def few_revert(e: Evidence) -> Finding | None:
    sent = [one for one in e.vitals.ended if one.sent]
    reverted = sum(one.code == Code.ERR_TX_REVERTED for one in sent)
    if reverted <= REVERTS_MAX:
        return None
    say = f"{reverted} of the last {len(sent)} transactions reverted"
    return Finding(_S.DEGRADED, C.HEALTH_REVERTS, 2, say)


def fills_are_as_expected(e: Evidence) -> Finding | None:
    fell = [
        one.shortfall_bps
        for one in e.vitals.ended
        if one.shortfall_bps is not None and one.shortfall_bps > e.plan.slippage_max_bps
    ]
    if len(fell) <= SLIPPED_MAX:
        return None
    say = f"{len(fell)} fills below what was expected, the worst by {max(fell)} bps"
    return Finding(_S.DEGRADED, C.HEALTH_SLIPPAGE, 3, say)


def _standing(e: Evidence, kind: SourceKind) -> PermissionSource | None:
    return next((s for s in e.permission.reasons if s.kind is kind), None)


def _repeated(
    e: Evidence, kind: SourceKind, code: C, *, tier: int, halted_tier: int = 1
) -> Finding | None:
    source = _standing(e, kind)
    if source is None:
        return None
    halted = source.level is Level.HALT_ALL
    state = _S.HALTED if halted else _S.EXITS_ONLY
    return Finding(state, code, halted_tier if halted else tier, f"{source.reason} ({source.who})")


def nonce_matches(e: Evidence) -> Finding | None:
    return _repeated(e, SourceKind.NONCE, C.HEALTH_NONCE_MISMATCH, tier=1)


def ledger_matches(e: Evidence) -> Finding | None:
    return _repeated(e, SourceKind.LEDGER, C.HEALTH_RECONCILE_MISMATCH, tier=1)


def loss_is_bounded(e: Evidence) -> Finding | None:
    return _repeated(e, SourceKind.LIMIT, C.HEALTH_LOSS_LIMIT, tier=1)


def nobody_stopped_it(e: Evidence) -> Finding | None:
    return _repeated(e, SourceKind.KILL, C.HEALTH_KILLED, tier=3)


def nothing_is_paused(e: Evidence) -> Finding | None:
    return _repeated(e, SourceKind.PAUSE, C.HEALTH_PAUSED, tier=3, halted_tier=2)


def no_breaker_is_open(e: Evidence) -> Finding | None:
    return _repeated(e, SourceKind.CIRCUIT, C.HEALTH_BREAKER_OPEN, tier=2)


def release_is_cleared(e: Evidence) -> Finding | None:
    return _repeated(e, SourceKind.DEPLOY, C.HEALTH_NOT_CLEARED, tier=2)


MONEY: Final = (
    few_wait,
    none_waits_for_ever,
    confirmations_come,
    few_revert,
    fills_are_as_expected,
)
# What the permission has said already: health repeats it, and permission must not hear it twice.
# A tier is left out: a bot that was told to observe and does so is well.
STANDING: Final = (
    nonce_matches,
    ledger_matches,
    loss_is_bounded,
    nobody_stopped_it,
    nothing_is_paused,
    no_breaker_is_open,
    release_is_cleared,
)
REPEATS: Final = frozenset(
    {
        C.HEALTH_NONCE_MISMATCH,
        C.HEALTH_RECONCILE_MISMATCH,
        C.HEALTH_LOSS_LIMIT,
        C.HEALTH_KILLED,
        C.HEALTH_PAUSED,
        C.HEALTH_BREAKER_OPEN,
        C.HEALTH_NOT_CLEARED,
    }
)
