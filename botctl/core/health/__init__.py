"""Is the bot well? Small watchdogs over one extracted value; the worst finding is the state."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from botctl.core.health.around import AROUND
from botctl.core.health.codes import HealthCode
from botctl.core.health.evidence import (
    ORDER,
    CycleFact,
    DependencyReading,
    Ended,
    ErrorSeen,
    Evidence,
    Finding,
    Health,
    HealthState,
    MachineReading,
    Match,
    Told,
    Transition,
    Vitals,
)
from botctl.core.health.loop import LOOP
from botctl.core.health.money import MONEY, REPEATS, STANDING
from botctl.core.health.plan import HealthPlan
from botctl.core.permission import Level, PermissionSource, SourceKind

WATCHDOGS: Final[tuple[Callable[[Evidence], Finding | None], ...]] = (
    *LOOP,
    *MONEY,
    *AROUND,
    *STANDING,
)
LEVELS: Final = {HealthState.EXITS_ONLY: Level.EXITS_ONLY, HealthState.HALTED: Level.HALT_ALL}
DAY_MS: Final = 86_400_000


def health(evidence: Evidence) -> Health:
    """The state is that of the worst finding; none means healthy."""
    found = [finding for watch in WATCHDOGS if (finding := watch(evidence)) is not None]
    dated = [replace(f, since_ms=evidence.since.get(f.code, evidence.now_ms)) for f in found]
    dated.sort(key=lambda finding: -ORDER.index(finding.state))
    return Health(dated[0].state if dated else HealthState.HEALTHY, tuple(dated))


def health_sources(found: Iterable[Finding], now_ms: int) -> tuple[PermissionSource, ...]:
    """One voice for each finding that restricts and that permission has not heard already."""
    return tuple(
        PermissionSource(
            SourceKind.HEALTH, LEVELS[f.state], f"{f.code}: {f.evidence}", "health", now_ms
        )
        for f in found
        if f.code not in REPEATS and f.state in LEVELS
    )


def loss_source(
    realised_today_wei: int, loss_max_wei: int, *, halts: bool, now_ms: int
) -> tuple[PermissionSource, ...]:
    """The day's loss beyond its limit: until midnight UTC no entry, or with `halts` nothing at all."""
    if realised_today_wei >= -loss_max_wei:
        return ()
    level = Level.HALT_ALL if halts else Level.EXITS_ONLY
    say = f"lost {-realised_today_wei} wei today, limit {loss_max_wei}; until midnight UTC"
    midnight_ms = now_ms - now_ms % DAY_MS
    return (PermissionSource(SourceKind.LIMIT, level, say, "limits", midnight_ms),)


def transition(last: Transition | None, now: Health, at_ms: int) -> Transition | None:
    """What to put on record; None while state and findings are as the last row has them."""
    was = HealthState.HEALTHY if last is None else last.now
    before = () if last is None else tuple(f.code for f in last.findings)
    if was is now.state and sorted(before) == sorted(f.code for f in now.findings):
        return None
    return Transition(at_ms, was, now.state, now.findings)


__all__ = [
    "ORDER",
    "CycleFact",
    "DependencyReading",
    "Ended",
    "ErrorSeen",
    "Evidence",
    "Finding",
    "Health",
    "HealthCode",
    "HealthPlan",
    "HealthState",
    "MachineReading",
    "Match",
    "Told",
    "Transition",
    "Vitals",
    "health",
    "health_sources",
    "loss_source",
    "transition",
]
