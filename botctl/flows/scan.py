"""scan: find markets, read the facts of all of them at one block, store every detection."""

from collections.abc import Sequence
from dataclasses import dataclass

from botctl.core.codes import Code
from botctl.core.errors import OperatorError, TransientError
from botctl.core.facts import Detection, Market, Provenance, QuotePrice, Window, World
from botctl.core.health import ErrorSeen
from botctl.core.units import MICRO, Address, CycleId
from botctl.flows.discovery import Found, discover
from botctl.flows.telemetry.stages import detected
from botctl.flows.tiers import with_tiers
from botctl.ports.chain import Head, MarketQuery, Survey, Surveyed, SurveyRequest
from botctl.ports.runtime import Runtime
from botctl.ports.store import CycleRow, DetectionRow

MS = 1_000
BUYERS = 2  # the biggest of the long window, beside the launcher
Side = tuple[int | None, int | None]  # a reserve and its token's decimals


@dataclass(frozen=True, slots=True)
class ScanReport:
    """`cycle_id` is None when this block was scanned before; durations in ms."""

    cycle_id: CycleId | None
    block_number: int
    markets: int
    found: Found
    round_trips: int
    scan_ms: int
    findings: tuple[str, ...]  # codes


def scan(rt: Runtime, named: CycleId | None = None) -> ScanReport:
    """Everything is pinned to the head seen first; a reorg meanwhile discards the whole cycle.

    `named`: the id of the cycle that this is a stage of.
    """
    started_ms, trips = rt.clock.now_ms(), rt.markets.round_trips
    began = rt.trace.begin(started_ms)
    head = checked_head(rt)
    found = discover(rt, head)
    markets = _scan_set(rt)
    fetched_at_ms = rt.clock.now_ms()
    survey = rt.markets.survey(survey_request(rt, markets, head.block.number), head.block)
    require_venue(rt, survey)
    cycle_id = named or CycleId(rt.ids.time_ordered(started_ms))
    world = seen_world(rt, head, survey, markets, cycle_id=cycle_id, fetched_at_ms=fetched_at_ms)
    detections = with_tiers(rt, world, _detections(rt, world, markets, survey))
    if not rt.markets.is_canonical(head.block):
        raise TransientError(
            Code.ERR_CHAIN_REORGED,
            "the pinned block left the chain; the next run starts afresh",
            block=head.block.number,
        )
    row = CycleRow(
        cycle_id=cycle_id,
        trace_id=world.trace_id,
        block_number=head.block.number,
        block_hash=head.block.hash,
        started_ms=started_ms,
        scan_ms=rt.clock.now_ms() - started_ms,
        round_trips=rt.markets.round_trips - trips,
        markets=len(markets),
        world=rt.codec.canonical(world),
    )
    told = detected(rt, row, began, alone=named is None)
    new = rt.store.record(row, [_row(rt, world, seen) for seen in detections], told)
    rt.log.bound(cycle_id=cycle_id, trace_id=world.trace_id).info(
        "scan done",
        block=row.block_number,
        markets=row.markets,
        ms=row.scan_ms,
        new_block=new,
        round_trips=row.round_trips,
    )
    return ScanReport(
        cycle_id=cycle_id if new else None,
        block_number=row.block_number,
        markets=row.markets,
        found=found,
        round_trips=row.round_trips,
        scan_ms=row.scan_ms,
        findings=_findings(rt, head),
    )


def checked_head(rt: Runtime) -> Head:
    """The head of the configured chain; another chain's answer stops before anything is read."""
    head = rt.markets.head()
    wanted = rt.policy.venue.chain_id
    if head.chain_id != wanted:
        raise OperatorError(
            Code.ERR_CHAIN_ID_MISMATCH,
            "the node serves another chain than the configured one: correct chain.urls or"
            " chain.chain_id",
            node=head.chain_id,
            configured=wanted,
            provider=head.provider,
        )
    return head


def _scan_set(rt: Runtime) -> tuple[Market, ...]:
    """All markets, or when there are too many: held and reference ones, then the newest."""
    markets, most = rt.store.markets(), rt.scan_plan.markets_max
    if len(markets) <= most:
        return markets
    held = {p.position.pair for p in rt.store.positions(rt.identity.bot, only_open=True)}
    keep = held | {pair for pair, _ in rt.scan_plan.references.values()}
    ranked = sorted(markets, key=lambda m: (m.pair not in keep, -(m.created_block or 0), m.pair))
    rt.log.warning("scan set reduced", known=len(markets), scanned=most)
    return tuple(ranked[:most])


def survey_request(rt: Runtime, markets: Sequence[Market], at_block: int) -> SurveyRequest:
    buyers = rt.store.top_buyers(at_block, rt.scan_plan.window_long_blocks, BUYERS)
    queries = [
        MarketQuery(
            m.pair, m.token, m.quote, _probe_wei(rt, m), _holders(m, buyers.get(m.pair, ()))
        )
        for m in markets
    ]
    return request_of(rt, queries)


def request_of(rt: Runtime, queries: Sequence[MarketQuery]) -> SurveyRequest:
    venue, plan = rt.policy.venue, rt.scan_plan
    return SurveyRequest(
        markets=queries,
        wallet=rt.identity.wallet,
        factory=venue.factory,
        router=venue.router,
        native=venue.native,
        lockers=plan.lockers,
    )


def _holders(market: Market, buyers: tuple[Address, ...]) -> tuple[Address, ...]:
    return buyers if market.launcher is None else (market.launcher, *buyers)


def _probe_wei(rt: Runtime, market: Market) -> int | None:
    """Only what we could enter is probed: paid in the native coin, and not itself a quote."""
    cash = {*rt.scan_plan.quotes, *rt.scan_plan.dollars}
    payable = market.quote == rt.policy.venue.native and market.token not in cash
    return rt.policy.risk.trade_wei if payable else None


def require_venue(rt: Runtime, survey: Survey) -> None:
    if survey.factory_code_hash is None:
        raise OperatorError(
            Code.ERR_CHAIN_EMPTY,
            "there is no contract at the configured factory on this chain: correct venue.factory",
            factory=rt.policy.venue.factory,
            chain_id=rt.policy.venue.chain_id,
        )


def seen_world(
    rt: Runtime,
    head: Head,
    survey: Survey,
    markets: Sequence[Market],
    *,
    cycle_id: CycleId,
    fetched_at_ms: int,
) -> World:
    who = rt.identity
    return World(
        cycle_id=cycle_id,
        trace_id=trace_of(cycle_id),
        bot=who.bot,
        mode=who.mode,
        chain_id=head.chain_id,
        block=head.block,
        provider=head.provider,
        fetched_at_ms=fetched_at_ms,
        sources_configured=head.sources_configured,
        sources_agreeing=head.sources_agreeing,
        sources_needed=head.sources_needed,
        sources_say=head.sources_say,
        factory_code_hash=survey.factory_code_hash,
        router_code_hash=survey.router_code_hash,
        wallet=who.wallet,
        signer=who.signer_hint,
        balance_wei=survey.balance_wei,
        priority_fee_wei=head.priority_fee_wei,
        prices=_prices(rt, markets, survey.markets),
    )


def trace_of(cycle_id: CycleId) -> str:
    """A UUID is as long as W3C wants a trace's id."""
    return cycle_id.replace("-", "")


def _prices(
    rt: Runtime, markets: Sequence[Market], surveyed: Sequence[Surveyed]
) -> tuple[QuotePrice, ...]:
    """Dollars of each quote: its reference pair's reserves; a dollar token is one dollar."""
    by_pair = {m.pair: (m, s) for m, s in zip(markets, surveyed, strict=True)}
    prices = []
    for quote in rt.scan_plan.quotes:
        if quote in rt.scan_plan.dollars:
            prices.append(QuotePrice(quote, MICRO))
        elif (reference := rt.scan_plan.references.get(quote)) and reference[0] in by_pair:
            prices.append(QuotePrice(quote, _reference_price(quote, *by_pair[reference[0]])))
        else:
            prices.append(QuotePrice(quote, None))
    return tuple(prices)


def _reference_price(quote: Address, market: Market, seen: Surveyed) -> int | None:
    """Micro-dollars of one whole quote unit, rounded down; the other side is the dollar."""
    facts = seen.facts
    ours: Side = (facts.reserve_quote, market.quote_decimals)
    theirs: Side = (facts.reserve_token, market.decimals)
    if market.quote != quote:
        ours, theirs = theirs, ours
    (amount, decimals), (dollars, dollar_decimals) = ours, theirs
    if not amount or decimals is None or dollars is None or dollar_decimals is None:
        return None
    unit: int = 10**decimals
    dollar: int = 10**dollar_decimals
    return dollars * unit * MICRO // (amount * dollar)


def _detections(
    rt: Runtime, world: World, markets: Sequence[Market], survey: Survey
) -> list[Detection]:
    plan = rt.scan_plan
    windows = rt.store.windows(
        world.block.number, plan.window_short_blocks, plan.window_long_blocks
    )
    nothing = (_no_swaps(plan.window_short_blocks), _no_swaps(plan.window_long_blocks))
    provenance = Provenance(
        world.provider, world.block.number, world.fetched_at_ms, plan.quote_age_max_ms
    )
    before = rt.store.seen_before()
    return [
        Detection(
            market,
            seen.facts,
            *windows.get(market.pair, nothing),
            seen.probe,
            provenance,
            *rt.codec.read_before(before.get(market.pair), rt.policy.calm.flicker_bps),
        )
        for market, seen in zip(markets, survey.markets, strict=True)
    ]


def _row(rt: Runtime, world: World, seen: Detection) -> DetectionRow:
    return DetectionRow(
        pair=seen.market.pair,
        block_number=world.block.number,
        block_hash=world.block.hash,
        fetched_at_ms=world.fetched_at_ms,
        provider=world.provider,
        body=rt.codec.canonical(seen),
    )


def _no_swaps(blocks: int) -> Window:
    return Window(blocks, 0, 0, 0, 0, 0)


def _findings(rt: Runtime, head: Head) -> tuple[str, ...]:
    return (*_clock_findings(rt, head), *_source_findings(rt, head))


def _clock_findings(rt: Runtime, head: Head) -> tuple[str, ...]:
    ahead_ms = head.block.timestamp_s * MS - rt.clock.now_ms()
    if ahead_ms <= rt.policy.freshness.ahead_max_ms:
        return ()
    rt.log.error("clock behind the chain", code=Code.ERR_CLOCK_BEHIND, ahead_ms=ahead_ms)
    rt.store.note_error(ErrorSeen(rt.clock.now_ms(), Code.ERR_CLOCK_BEHIND, "scan"))
    return (Code.ERR_CLOCK_BEHIND,)


def _source_findings(rt: Runtime, head: Head) -> tuple[str, ...]:
    """Also when enough agree all the same: a provider that stands apart is one too few tomorrow."""
    if not head.sources_say:
        return ()
    code, _, say = head.sources_say.partition(": ")
    rt.log.warning(
        "sources do not agree",
        code=code,
        say=say,
        agreeing=head.sources_agreeing,
        configured=head.sources_configured,
        block=head.block.number,
    )
    return (code,)
