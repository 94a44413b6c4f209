"""How we stand: our record as sizes follow it, and the times as thresholds do."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from botctl.core.deciding.spending import Holdings
from botctl.core.facts import Detection, ProbeStatus, World
from botctl.core.measures import usd, usd_price
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.record import Performance, record
from botctl.core.risk.regime import HOUR_MS, Times, effect_of, next_times, numbers
from botctl.core.standing import Standing
from botctl.core.terms import Effect, Regime
from botctl.ports.runtime import Runtime

TRADES: Final = 50  # the newest that a record is made of
MS: Final = 1_000


def standing_now(rt: Runtime) -> Standing:
    """As it was last read: sizes and bounds just before a signature are those of the decision."""
    return standing_of(rt, _performance(rt), rt.store.times(rt.identity.bot))


def standing_of(rt: Runtime, seen: Performance, times: Times | None) -> Standing:
    own = record(seen.trades, rt.policy.sizing.canary_from_ms)
    return Standing(times.regime if times else Regime.NORMAL, own)


def read_times(
    rt: Runtime, world: World, detections: Sequence[Detection]
) -> tuple[Performance, Times, Times | None]:
    """Our record, the times as they are read now, and as they were."""
    now_ms, seen, known = rt.clock.now_ms(), _performance(rt), rt.store.times(rt.identity.bot)
    limits = rt.policy.regime
    found = numbers(
        seen,
        limits,
        now_ms,
        launches=sum(_young(d, world) for d in detections),
        liquidities_usd=_liquidities(world, detections),
    )
    return seen, next_times(known, found, limits, now_ms), known


def times_source(effects: Sequence[Effect], times: Times | None) -> tuple[PermissionSource, ...]:
    """A regime that allows no entries speaks in permission like any other source."""
    if times is None or effect_of(effects, times.regime).entries:
        return ()
    say = f"regime {times.regime}: {times.why}"
    return (PermissionSource(SourceKind.REGIME, Level.EXITS_ONLY, say, "regime", times.since_ms),)


def with_probes(rt: Runtime, holdings: Holdings, day_start_ms: int) -> Holdings:
    """With the live probes, where they are switched on."""
    rules = rt.policy.live_probe
    if not rules.on:
        return holdings
    since_ms = rt.clock.now_ms() - rules.valid_s * MS
    found = rt.store.live_probes(rt.identity.bot, since_ms, day_start_ms)
    return replace(holdings, probed=found.sold_ms, probes_today=found.today)


def _performance(rt: Runtime) -> Performance:
    since_ms = rt.clock.now_ms() - rt.policy.regime.window_s * MS
    return rt.store.performance(rt.identity.bot, since_ms, TRADES)


def _young(seen: Detection, world: World) -> bool:
    created_s = seen.market.created_s
    return created_s is not None and (world.block.timestamp_s - created_s) * MS <= HOUR_MS


def _liquidities(world: World, detections: Sequence[Detection]) -> list[int]:
    """Dollars in the pools that a buy and a sell went through."""
    prices = {price.token: usd_price(world, price.token) for price in world.prices}
    return [
        usd(2 * seen.facts.reserve_quote, price, seen.market.quote_decimals)
        for seen in detections
        if seen.probe is not None
        and seen.probe.status is ProbeStatus.OK
        and seen.facts.reserve_quote is not None
        and (price := prices.get(seen.market.quote)) is not None
    ]
