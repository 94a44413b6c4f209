"""The whole gate, all tiers, over the corpus: the same calls as `execute` makes before it signs."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from botctl.adapters.devnet import control
from botctl.adapters.evm.inspector import EvmInspector
from botctl.adapters.evm.reader import EvmMarketReader
from botctl.core.facts import Detection
from botctl.core.sellability.opinion import OpinionCaps
from botctl.core.sellability.rules import GateRules
from botctl.flows.gate import Examined, examine_all
from botctl.ports.chain import MarketQuery, SurveyRequest
from botctl.ports.enrich import NoEnrichment
from botctl.ports.runtime import Runtime
from tests.support.builders import make_detection, make_policy, make_send_plan, make_world
from tests.tokens.corpus import CORPUS
from tests.tokens.market import Market, Stall, opened
from tests.tokens.rows import Token
from tests.tokens.trading import STAKE_WEI


class Desk:
    """As much of a Runtime as the gate asks for, over a corpus market."""

    def __init__(self, market: Market) -> None:
        core = market.core
        inspector = EvmInspector(
            market.rpc,
            factory=core.factory,
            router=core.router,
            native=core.weth,
            salt=b"corpus",
            trader=market.buyer,
        )
        self.inspector = lambda: inspector
        policy = make_policy()
        self.policy = replace(policy, risk=replace(policy.risk, trade_wei=STAKE_WEI))
        self.send_plan = make_send_plan()
        self.gate_rules = lambda: GateRules(OpinionCaps(300, 300, 1_500, 5_000), {})
        self.enrichment = NoEnrichment


def runtime(desk: Desk) -> Runtime:
    return cast(Runtime, desk)


def judged() -> Iterator[tuple[Token, Examined]]:
    """Every token of the corpus before it is armed: what the gate says when we would enter."""
    for hardfork in dict.fromkeys(row.hardfork for row in CORPUS):
        rows = [row for row in CORPUS if row.hardfork == hardfork]
        with opened(rows, hardfork=hardfork) as market:
            yield from _judged(market)


def _judged(market: Market) -> Iterator[tuple[Token, Examined]]:
    world = make_world(block=control.head(market.rpc))
    stalls = list(market.stalls.values())
    found = examine_all(runtime(Desk(market)), world, list(seen_at(market, stalls)))
    yield from zip((stall.row for stall in stalls), found, strict=True)


def seen_at(market: Market, stalls: list[Stall]) -> Iterator[Detection]:
    """What a scan of the head finds of each."""
    core = market.core
    request = SurveyRequest(
        markets=[MarketQuery(s.pair, s.token, core.weth, STAKE_WEI) for s in stalls],
        wallet=market.buyer,
        factory=core.factory,
        router=core.router,
        native=core.weth,
        lockers=(),
    )
    survey = EvmMarketReader(market.rpc).survey(request, control.head(market.rpc))
    opened_at = market.opened_at()
    for stall, one in zip(stalls, survey.markets, strict=True):
        found = make_detection(facts=one.facts, probe=one.probe)
        named = replace(
            found.market,
            pair=stall.pair,
            token=stall.token,
            quote=core.weth,
            created_block=opened_at[stall.pair],
        )
        yield replace(found, market=named)
