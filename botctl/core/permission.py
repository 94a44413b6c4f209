"""What may happen now: the worst of all sources wins, and every reason is kept (DESIGN §6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Ordered: a larger value allows less."""

    ALLOW_ALL = 0
    EXITS_ONLY = 1
    HALT_ALL = 2


class SourceKind(StrEnum):
    KILL = "kill"
    CIRCUIT = "circuit"
    HEALTH = "health"
    PAUSE = "pause"
    TIER = "tier"
    LIMIT = "limit"  # the day's loss
    LEDGER = "ledger"  # what we booked and what the chain says differ
    FLATTEN = "flatten"  # with a hard halt: everything is sold first
    NONCE = "nonce"  # the key was used by somebody else
    REGIME = "regime"  # the times allow no entries
    DEPLOY = "deploy"  # this build and these settings are not cleared to enter


class Tier(StrEnum):
    """How far a bot may go at all, by its settings."""

    OBSERVE = "observe"  # scans and decides; signs nothing
    EXITS = "exits"
    TRADE = "trade"


OF_TIER = {Tier.OBSERVE: Level.HALT_ALL, Tier.EXITS: Level.EXITS_ONLY, Tier.TRADE: Level.ALLOW_ALL}


@dataclass(frozen=True, slots=True)
class PermissionSource:
    """One voice: what it would allow, who set it, and why."""

    kind: SourceKind
    level: Level
    reason: str
    who: str = "botctl"
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class Permission:
    level: Level
    reasons: tuple[PermissionSource, ...]  # those that restrict, worst first

    @property
    def entries(self) -> bool:
        return self.level is Level.ALLOW_ALL

    @property
    def exits(self) -> bool:
        return self.level is not Level.HALT_ALL


def permission(sources: Iterable[PermissionSource]) -> Permission:
    """The one place where permission is computed; no source at all allows everything."""
    restricting = sorted(
        (s for s in sources if s.level is not Level.ALLOW_ALL), key=lambda s: -s.level
    )
    level = restricting[0].level if restricting else Level.ALLOW_ALL
    return Permission(level, tuple(restricting))


def worst(sources: Iterable[PermissionSource], kind: SourceKind) -> Level:
    return max((s.level for s in sources if s.kind is kind), default=Level.ALLOW_ALL)
