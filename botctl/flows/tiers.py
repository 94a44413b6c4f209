"""The closer look of a scan: every tier of the gate, at what is held and at the best candidates."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from botctl.core.deciding.cycle import Moment, shortlist
from botctl.core.errors import BotError
from botctl.core.facts import Detection, ProbeStatus, Tiers, World, code_id
from botctl.core.measures import measures, tiers_rest_on
from botctl.core.sellability.codes import SellCode
from botctl.core.units import Address
from botctl.flows.standing import standing_now
from botctl.ports.runtime import Runtime

if TYPE_CHECKING:
    from botctl.core.deciding.spending import Holdings

DAY_MS: Final = 86_400_000


def with_tiers(rt: Runtime, world: World, detections: Sequence[Detection]) -> list[Detection]:
    """The detections, those on the shortlist with what the tiers say of them at the world's block.

    What they said a while ago stands as long as `still_holds` says so. A node that cannot answer
    leaves them unasked, and what is unasked is not entered; the scan itself goes on.
    """
    if rt.scan_plan.tiers_max == 0:
        return [replace(seen, tiers=None) for seen in detections]
    now_ms = rt.clock.now_ms()
    holdings = _holdings(rt, now_ms)
    held = {position.pair for position in holdings.positions}
    other_code = turned(rt, world, [seen for seen in detections if seen.market.pair in held])
    kept = [
        seen
        if still_holds(rt, world, seen) and seen.market.pair not in other_code
        else replace(seen, tiers=None)
        for seen in detections
    ]
    wanted = shortlist(
        Moment(now_ms, world, (), standing_now(rt)),
        kept,
        holdings,
        rt.policy,
        most=rt.scan_plan.tiers_max,
    )
    due = [i for i in wanted if kept[i].tiers is None and kept[i].probe is not None]
    if not due:
        return kept
    try:
        found = rt.tiers(rt, world, [kept[i] for i in due])
    except BotError as error:
        rt.log.warning("the tiers of the gate were not asked", code=error.code, markets=len(due))
        return kept
    for i, tiers in zip(due, found, strict=True):
        kept[i] = replace(kept[i], tiers=tiers)
    return kept


def still_holds(rt: Runtime, world: World, seen: Detection) -> bool:
    """Young enough, and nothing is seen that could make the answer another one.

    A round trip that fails now, or pays another tax, asks all tiers again.
    """
    tiers = seen.tiers
    if tiers is None:
        return False
    young = 0 <= world.fetched_at_ms - tiers.asked_ms <= rt.scan_plan.tiers_age_max_ms
    same = tiers.rests_on == tiers_rest_on(seen, measures(world, seen))
    return young and same and seen.probe is not None and seen.probe.status is ProbeStatus.OK


def turned(rt: Runtime, world: World, held: Sequence[Detection]) -> frozenset[Address]:
    """Pairs of those whose proxy has other code behind it now: of what is held, that cannot wait until
    the answer is old. A node that cannot say leaves the answers as they are.
    """
    answers = {seen.market.token: seen.tiers for seen in held if _may_turn(seen.tiers)}
    if not answers:
        return frozenset()
    try:
        found = rt.inspector().codes(list(answers), world.block)
    except BotError as error:
        rt.log.warning("the code behind a proxy was not read", code=error.code)
        return frozenset()
    ids = {token: code_id(code.hashes) for token, code in zip(answers, found, strict=True)}
    return frozenset(
        seen.market.pair
        for seen in held
        if seen.tiers is not None
        and ids.get(seen.market.token, seen.tiers.code_id) != seen.tiers.code_id
    )


def _may_turn(tiers: Tiers | None) -> bool:
    return tiers is not None and any(f.code == SellCode.STATIC_UPGRADEABLE for f in tiers.findings)


def _holdings(rt: Runtime, now_ms: int) -> "Holdings":
    return rt.store.holdings(rt.identity.bot, now_ms - now_ms % DAY_MS)
