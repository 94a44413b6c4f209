"""Before money goes in: the reserves that the price comes from, as another provider has them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from botctl.core.codes import Code
from botctl.core.facts import Detection, World
from botctl.core.units import Address
from botctl.ports.chain import Head
from botctl.ports.runtime import Runtime


def disputed(rt: Runtime, head: Head, entries: Sequence[Detection]) -> Mapping[Address, str]:
    """Why a pair's reserves are not a second provider's word; pairs that are confirmed are left out.

    One round trip, at the pinned block, and none where no second provider is configured. Where the
    settings let one provider suffice, silence is no dispute; other figures always are.
    """
    if not entries:
        return {}
    pairs = [seen.market.pair for seen in entries]
    elsewhere = rt.markets.reserves_elsewhere(pairs, head.block)
    if elsewhere is None:
        return {}
    if elsewhere.say:
        rt.log.warning("no second word on reserves", say=elsewhere.say)
        return {} if head.sources_needed == 1 else dict.fromkeys(pairs, elsewhere.say)
    found = {
        seen.market.pair: _difference(seen, theirs, elsewhere.provider)
        for seen, theirs in zip(entries, elsewhere.reserves, strict=True)
    }
    for pair, say in found.items():
        if say:
            rt.log.error("reserves differ", code=Code.ERR_SOURCES_DISAGREE, pair_id=pair, say=say)
    return {pair: say for pair, say in found.items() if say}


def doubted(world: World, say: str | None) -> World:
    """For one market, the world as it is when its second source does not confirm it."""
    if say is None:
        return world
    needed = world.sources_needed or world.sources_configured
    return replace(world, sources_agreeing=min(world.sources_agreeing, needed - 1), sources_say=say)


def _difference(seen: Detection, theirs: tuple[int, int] | None, provider: str) -> str:
    facts, market = seen.facts, seen.market
    ours = (facts.reserve_token, facts.reserve_quote)
    if int(market.token, 16) > int(market.quote, 16):  # the pair's token0 is the lower address
        ours = ours[::-1]
    if ours == theirs:
        return ""
    told = "does not answer" if theirs is None else f"has {theirs[0]} and {theirs[1]}"
    return f"{Code.ERR_SOURCES_DISAGREE}: reserves here {ours[0]} and {ours[1]}, {provider} {told}"
