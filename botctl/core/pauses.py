"""Pauses: entries rest for a while, everywhere or in one market; what is held may still be reduced."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from botctl.core.permission import Level, PermissionSource, SourceKind

EVERYWHERE: Final = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """`scope`: a pair's address, or EVERYWHERE. It ends by itself at `until_ms`."""

    scope: str
    until_ms: int
    reason: str
    who: str
    since_ms: int
    level: Level = Level.EXITS_ONLY  # HALT_ALL: not even reducing


def paused(pauses: Iterable[Pause], pair: str, now_ms: int) -> Pause | None:
    """The pause of this one market that holds now; the global one is not a market's own."""
    return next((p for p in pauses if p.scope == pair and pair and p.until_ms > now_ms), None)


def paused_everywhere(pauses: Iterable[Pause], now_ms: int) -> Pause | None:
    return next((p for p in pauses if p.scope == EVERYWHERE and p.until_ms > now_ms), None)


def pause_source(pause: Pause) -> PermissionSource:
    return PermissionSource(SourceKind.PAUSE, pause.level, pause.reason, pause.who, pause.since_ms)


def pair_sources(pauses: Iterable[Pause], pair: str, now_ms: int) -> tuple[PermissionSource, ...]:
    """What a market's own pause says; empty for nearly all."""
    own = paused(pauses, pair, now_ms)
    return () if own is None else (pause_source(own),)


def longer(known: Pause | None, wanted: Pause) -> Pause:
    """A machine's short pause never ends a longer or a harder one early."""
    if known is None or known.until_ms <= wanted.since_ms:
        return wanted
    if known.until_ms >= wanted.until_ms and known.level >= wanted.level:
        return known
    return wanted
