"""What the bot may do now: switches, tier, limits, pauses, breakers, and what its health says (§6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from botctl.core.breakers import breaker_sources
from botctl.core.codes import Code
from botctl.core.errors import CorruptError
from botctl.core.flattening import overruled, served
from botctl.core.health import (
    DependencyReading,
    Evidence,
    Health,
    Vitals,
    health,
    health_sources,
    loss_source,
)
from botctl.core.orders import Order
from botctl.core.pauses import Pause, pair_sources, pause_source, paused_everywhere
from botctl.core.permission import (
    OF_TIER,
    Permission,
    PermissionSource,
    SourceKind,
    permission,
)
from botctl.core.risk.regime import Times
from botctl.core.terms import Effect
from botctl.core.units import Address
from botctl.core.watch_plan import WatchPlan
from botctl.flows.clearance import clearance
from botctl.flows.standing import times_source
from botctl.ports.clock import Clock
from botctl.ports.preflight import Release
from botctl.ports.runtime import Runtime
from botctl.ports.store import Store
from botctl.ports.watching import Dependencies, Machine

Readings = tuple[DependencyReading, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """All that permission and health are computed from; no node is needed."""

    bot: str
    store: Store
    clock: Clock
    plan: WatchPlan
    machine: Machine
    dependencies: Dependencies = tuple
    effects: tuple[Effect, ...] = ()  # what each label of the times takes
    release: Release | None = None  # what must be cleared to enter live; None: nothing asks


@dataclass(frozen=True, slots=True)
class Look:
    """One look at everything, and what follows from it."""

    now_ms: int
    vitals: Vitals
    health: Health
    sources: tuple[PermissionSource, ...]
    permission: Permission


def watch_of(rt: Runtime) -> Watch:
    who = rt.identity
    return Watch(
        who.bot,
        rt.store,
        rt.clock,
        rt.watch_plan,
        rt.machine,
        rt.dependencies,
        rt.policy.regimes,
        Release(who.mode, who.config_hash, who.build_sha),
    )


def sources_now(rt: Runtime, *, times: Times | None = None) -> tuple[PermissionSource, ...]:
    """Every voice that speaks about the whole bot; a market's own pause is asked for apart.

    `times`: by who has just read them anew; else as they were last read.
    """
    return look(watch_of(rt), times).sources


def pauses_now(rt: Runtime) -> tuple[Pause, ...]:
    return rt.store.pauses()


def sources_of_pair(rt: Runtime, pair: Address) -> tuple[PermissionSource, ...]:
    """The whole bot's voices, and those of this one market."""
    seen = look(watch_of(rt))
    return seen.sources + pair_sources(seen.vitals.pauses, pair, seen.now_ms)


def sources_for(rt: Runtime, order: Order) -> tuple[PermissionSource, ...]:
    """The voices about one order; a sell of the standing flatten is let through by who ordered it."""
    said = sources_of_pair(rt, order.intent.pair)
    return overruled(said) if served(order, said) else said


def line_permission(rt: Runtime) -> Permission:
    """For what is out already: a flatten clears the line of what stands before its sells."""
    return permission(overruled(sources_now(rt)))


def look(watch: Watch, times: Times | None = None) -> Look:
    """Reads only. Health hears what permission says, and permission what health adds to it."""
    now_ms = watch.clock.now_ms()
    latched = watch.store.sources()  # first: who cannot read the switch must not go on
    vitals = _vitals(watch, now_ms)
    dependencies = watch.dependencies()
    standing = (
        latched
        + _standing(watch.plan, vitals, dependencies, now_ms)
        + times_source(watch.effects, times or _times(watch))
        + (clearance(watch.store, watch.release, now_ms) if watch.release else ())
    )
    found = health(_evidence(watch, vitals, standing, dependencies, now_ms))
    sources = standing + health_sources(found.findings, now_ms)
    return Look(now_ms, vitals, found, sources, permission(sources))


def _times(watch: Watch) -> Times | None:
    """Nobody asks where no label takes anything."""
    return watch.store.times(watch.bot) if watch.effects else None


def _vitals(watch: Watch, now_ms: int) -> Vitals:
    """Damage in what health reads is a finding, so that exits go on as far as they can."""
    try:
        vitals = watch.store.vitals(watch.bot, now_ms)
        return replace(vitals, unsent_since_ms=_unsent_since_ms(watch))
    except CorruptError as error:
        if error.code is not Code.ERR_DB_CORRUPT:
            raise
        return Vitals(unreadable=f"{error.code}: {error.say}")


def _unsent_since_ms(watch: Watch) -> int | None:
    """Only of the channels that are configured: what waits for another one waits for ever."""
    channels = watch.plan.channels
    if not channels:
        return None
    waiting = (s.since_ms for s in watch.store.channels() if s.channel in channels)
    return min((since_ms for since_ms in waiting if since_ms is not None), default=None)


def _standing(
    plan: WatchPlan, vitals: Vitals, dependencies: Readings, now_ms: int
) -> tuple[PermissionSource, ...]:
    tier = PermissionSource(SourceKind.TIER, OF_TIER[plan.tier], f"bot.tier is {plan.tier}")
    paused = paused_everywhere(vitals.pauses, now_ms)
    loss = loss_source(
        vitals.realised_today_wei,
        plan.daily_loss_max_wei,
        halts=plan.health.loss_halts,
        now_ms=now_ms,
    )
    return (
        *((tier,) if tier.level else ()),
        *loss,
        *((pause_source(paused),) if paused else ()),
        *breaker_sources(vitals.breakers, [one.name for one in dependencies]),
    )


def _evidence(
    watch: Watch,
    vitals: Vitals,
    standing: Sequence[PermissionSource],
    dependencies: Readings,
    now_ms: int,
) -> Evidence:
    stood = vitals.last.findings if vitals.last else ()
    return Evidence(
        now_ms=now_ms,
        interval_ms=watch.plan.interval_ms,
        plan=watch.plan.health,
        permission=permission(standing),
        vitals=vitals,
        machine=watch.machine.reading(now_ms),
        dependencies=dependencies,
        since={finding.code: finding.since_ms for finding in stood},
        silent_ms_max=watch.plan.silent_ms_max,
    )
