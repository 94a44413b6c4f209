"""kill: the operator's latched switch; soft leaves exits, hard leaves nothing."""

from dataclasses import dataclass

from botctl.core.permission import (
    Level,
    Permission,
    PermissionSource,
    SourceKind,
    permission,
    worst,
)
from botctl.ports.store import StateStore


@dataclass(frozen=True, slots=True)
class KillReport:
    was: Level
    level: Level
    who: str
    why: str
    permission: Permission  # what holds now, other latched restrictions included


def set_kill(store: StateStore, level: Level, *, who: str, why: str, now_ms: int) -> KillReport:
    """ALLOW_ALL lifts the switch; setting what is set already only renews who and why."""
    was = worst(store.sources(), SourceKind.KILL)
    store.set_source(PermissionSource(SourceKind.KILL, level, why, who, now_ms))
    return KillReport(was, level, who, why, permission(store.sources()))
