"""check: everything the gate can find out about one token, for a person who asks before trading it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.facts import BlockRef, Detection, Facts, Market, Probe, Source, World
from botctl.core.measures import Measures, measures
from botctl.core.sellability.code_facts import CodeFacts
from botctl.core.sellability.codes import Severity
from botctl.core.sellability.opinion import Opinion
from botctl.core.sellability.proof import Proof
from botctl.core.units import Address, CycleId
from botctl.flows.check_again import detection_of
from botctl.flows.gate import Told, examine
from botctl.flows.scan import checked_head, seen_world, survey_request
from botctl.ports.chain import Head
from botctl.ports.runtime import Runtime

ADDRESS = re.compile("0x[0-9a-f]{40}")
NO_MARKET = "no market of the configured venue: give a pair, a token, or a symbol that was scanned"


class Verdict(StrEnum):
    CLEAR = "clear"  # no tier found anything
    WARNED = "warned"  # nothing that forbids an entry
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Taxes in bps, `liquidity_usd` in whole dollars; `facts` and all simulations at `block`."""

    verdict: Verdict
    findings: tuple[Told, ...]
    market: Market
    block: BlockRef
    amount_wei: int
    measures: Measures
    facts: Facts
    probe: Probe | None
    code: CodeFacts
    proof: Proof
    opinions: tuple[Opinion, ...]


def check(rt: Runtime, wanted: str) -> CheckReport:
    """`wanted` is a pair, a token or a known symbol. Raises ERR_NOT_FOUND when it is none of these."""
    head = checked_head(rt)
    market = _market(rt, wanted, head.block)
    world, seen = _seen(rt, head, market)
    found = examine(rt, world, seen)
    return CheckReport(
        verdict=_verdict(found.findings),
        findings=found.findings,
        market=market,
        block=head.block,
        amount_wei=rt.policy.risk.trade_wei,
        measures=measures(world, seen),
        facts=seen.facts,
        probe=seen.probe,
        code=found.code,
        proof=found.proof,
        opinions=found.opinions,
    )


def _market(rt: Runtime, wanted: str, at: BlockRef) -> Market:
    """A market that the store knows, or one that only the chain does."""
    name = wanted.lower()
    for market in rt.store.markets():
        if name in {market.pair, market.token, (market.symbol or "").lower()}:
            return market
    if not ADDRESS.fullmatch(name):
        raise UsageError(Code.ERR_NOT_FOUND, NO_MARKET, given=wanted)
    address = Address(name)
    (identity,) = rt.markets.identities([address], at)
    native = rt.policy.venue.native
    if native in {identity.token0, identity.token1} and identity.token0 and identity.token1:
        token = identity.token1 if identity.token0 == native else identity.token0
        return _described(rt, address, token, at)
    pair = rt.inspector().pair_of(address, native, at)
    if pair is None:
        say = (
            "no market of the configured venue: give a pair, a token, or a symbol that was scanned"
        )
        raise UsageError(Code.ERR_NOT_FOUND, say, given=wanted)
    return _described(rt, pair, address, at)


def _described(rt: Runtime, pair: Address, token: Address, at: BlockRef) -> Market:
    native = rt.policy.venue.native
    meta, quote = rt.markets.tokens([token, native], at)
    return Market(
        pair=pair,
        token=token,
        quote=native,
        source=Source.WATCHLIST,
        symbol=meta.symbol,
        name=meta.name,
        decimals=meta.decimals,
        quote_symbol=quote.symbol or native,
        quote_decimals=quote.decimals or 0,
        created_block=None,
        created_s=None,
    )


def _seen(rt: Runtime, head: Head, market: Market) -> tuple[World, Detection]:
    """With the price references, so that dollars can be told."""
    wanted = {pair for pair, _ in rt.scan_plan.references.values()} - {market.pair}
    markets = [market, *(known for known in rt.store.markets() if known.pair in wanted)]
    fetched_at_ms = rt.clock.now_ms()
    survey = rt.markets.survey(survey_request(rt, markets, head.block.number), head.block)
    world = seen_world(
        rt, head, survey, markets, cycle_id=CycleId("check"), fetched_at_ms=fetched_at_ms
    )
    return world, detection_of(rt, world, market, survey.markets[0])


def _verdict(found: tuple[Told, ...]) -> Verdict:
    if any(one.severity is Severity.REFUSE for one in found):
        return Verdict.REFUSED
    return Verdict.WARNED if found else Verdict.CLEAR
