"""Circuit breakers: what failed too often stops entries, rests, is tried again, and then closes.

A breaker counts only what happened after its last change, so that what opened it cannot open it twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botctl.core.permission import Level, PermissionSource, SourceKind

PROVIDER: Final = "provider:"  # one breaker a provider; entries stop when all of them are open


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"  # no entries
    HALF_OPEN = "half_open"  # entries are tried again: the first failure opens it


class BreakerEvent(StrEnum):
    TRIP = "trip"
    COOL = "cool"
    PROVE = "prove"
    RELAPSE = "relapse"


_S, _E = BreakerState, BreakerEvent
MOVES: Final[Mapping[tuple[BreakerState, BreakerEvent], BreakerState]] = {
    (_S.CLOSED, _E.TRIP): _S.OPEN,
    (_S.OPEN, _E.COOL): _S.HALF_OPEN,
    (_S.HALF_OPEN, _E.PROVE): _S.CLOSED,
    (_S.HALF_OPEN, _E.RELAPSE): _S.OPEN,
}


@dataclass(frozen=True, slots=True)
class BreakerPlan:
    threshold: int  # failures that open it
    cooldown_ms: int  # how long it stays open
    probes: int = 1  # successes that close it again


@dataclass(frozen=True, slots=True)
class Breaker:
    """`since_ms`: when it came into its state; `until_ms`: the end of its rest, while open."""

    name: str
    state: BreakerState = BreakerState.CLOSED
    since_ms: int = 0
    failures: int = 0
    until_ms: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """What was seen of the guarded thing since the breaker's last change."""

    bad: int
    good: int
    why: str = ""


def step(breaker: Breaker, signal: Signal, plan: BreakerPlan, now_ms: int) -> Breaker:
    """The breaker after one look; the same object when nothing changed."""
    event = next_event(breaker, signal, plan, now_ms)
    if event is None:
        return breaker
    state = MOVES[breaker.state, event]
    if state is BreakerState.OPEN:
        until_ms = now_ms + plan.cooldown_ms
        return Breaker(breaker.name, state, now_ms, signal.bad, until_ms, signal.why)
    return Breaker(breaker.name, state, now_ms, 0, 0, breaker.why)


def next_event(
    breaker: Breaker, signal: Signal, plan: BreakerPlan, now_ms: int
) -> BreakerEvent | None:
    match breaker.state:
        case BreakerState.CLOSED:
            return BreakerEvent.TRIP if signal.bad >= plan.threshold else None
        case BreakerState.OPEN:
            return BreakerEvent.COOL if now_ms >= breaker.until_ms else None
        case BreakerState.HALF_OPEN if signal.bad:
            return BreakerEvent.RELAPSE
        case BreakerState.HALF_OPEN:
            return BreakerEvent.PROVE if signal.good >= plan.probes else None


def breaker_sources(
    breakers: Iterable[Breaker], providers: Iterable[str] = ()
) -> tuple[PermissionSource, ...]:
    """Every open breaker stops entries; of the providers, one that still answers is enough.

    `providers`: those in use now, by name; one that never failed has no breaker on record, and one that
    is no longer in use says nothing. Without any, those on record are meant.
    """
    known = {b.name: b for b in breakers}
    used = {f"{PROVIDER}{name}" for name in providers}
    used = used or {name for name in known if name.startswith(PROVIDER)}
    all_rest = all(name in known and known[name].state is BreakerState.OPEN for name in used)
    return tuple(
        PermissionSource(
            SourceKind.CIRCUIT, Level.EXITS_ONLY, f"{b.name}: {b.why}", "breaker", b.since_ms
        )
        for b in known.values()
        if b.state is BreakerState.OPEN
        and (not b.name.startswith(PROVIDER) or (b.name in used and all_rest))
    )
