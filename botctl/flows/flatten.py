"""flatten: sell all that the wallet holds in known markets, and prove on the chain that it is gone.

Run again and again (each cycle does) until nothing is left; the switch stays latched all the while, and
afterwards. It acts on the wallet, not on the books: what the bot did not buy is taken into the books first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from botctl.core.books import Position
from botctl.core.facts import Detection, Market, World
from botctl.core.flattening import flatten_cycle, flatten_order
from botctl.core.intent import Intent, Side, intent_key
from botctl.core.lifecycle import OrderState
from botctl.core.measures import measures
from botctl.core.orders import Order, OrderKind
from botctl.core.permission import PermissionSource
from botctl.core.quotes import exit_quote
from botctl.core.reasons import Reason
from botctl.core.telemetry.spans import Stage
from botctl.core.units import Address, BundleId, OrderId
from botctl.flows.check_again import detection_of
from botctl.flows.compare import all_booked, held_tokens
from botctl.flows.execute import ExecuteReport, execute
from botctl.flows.scan import checked_head, seen_world, survey_request
from botctl.flows.telemetry.stages import carry_stage
from botctl.ports.chain import Head
from botctl.ports.runtime import Runtime

MS = 1_000


@dataclass(frozen=True, slots=True)
class FlattenReport:
    """`left` of `of` tokens are not sold; `flat`: proven at a buried block that none of them is held."""

    left: int
    of: int
    given_up: int  # positions that could not be sold and were written off
    adopted: tuple[Address, ...]  # tokens that the bot did not buy
    sells: int
    flat: bool
    execute: ExecuteReport


@dataclass(frozen=True, slots=True)
class Stock:
    """What the wallet holds beyond the books at a buried block; None: cannot be told now."""

    unbooked: dict[Address, int] | None


def flatten(rt: Runtime) -> FlattenReport | None:
    """None when nobody has ordered it."""
    standing = flatten_order(rt.store.sources())
    if standing is None:
        return None
    began = rt.trace.begin(rt.clock.now_ms())
    head = checked_head(rt)
    stock = _stock(rt, head)
    seen, world = _survey(rt, head, standing, stock)
    adopted = tuple(_adopt(rt, seen, stock))
    orders = list(_sells(rt, standing, world, seen))
    sells = sum(rt.store.add(order) for order in orders)
    done = execute(rt)
    carry_stage(rt, Stage.FLATTEN, began, flatten_cycle(standing), sells=sells, sent=done.sent)
    return _told(rt, standing, head, stock, adopted, sells, done)


def _stock(rt: Runtime, head: Head) -> Stock:
    """Only where books and chain can be compared: a buy that is mined and not booked is no stranger's."""
    depth = head.block.number - rt.send_plan.confirmations + 1
    block = (
        head.block
        if depth == head.block.number
        else next(iter(rt.txs.blocks([max(0, depth)])), None)
    )
    if block is None or not all_booked(rt, block.number):
        return Stock(None)
    tokens = sorted({market.token for market in rt.store.markets()})
    wallet = rt.txs.wallet(rt.identity.wallet, tokens, block)
    if any(o.nonce is not None and o.nonce < wallet.nonce for o in rt.store.open()):
        return Stock(None)
    known = held_tokens(rt)
    for token, quantity in _given_up(rt).items():
        known[token] = known.get(token, 0) + quantity
    more = {h.token: (h.balance or 0) - known.get(h.token, 0) for h in wallet.holdings}
    return Stock({token: amount for token, amount in more.items() if amount > 0})


def _given_up(rt: Runtime) -> dict[Address, int]:
    """A position that was written off keeps the quantity that nobody could sell."""
    found: dict[Address, int] = {}
    for one in rt.store.positions(rt.identity.bot, only_open=False):
        if not one.open and one.position.quantity:
            token = one.position.token
            found[token] = found.get(token, 0) + one.position.quantity
    return found


def _survey(
    rt: Runtime, head: Head, standing: PermissionSource, stock: Stock
) -> tuple[dict[Address, Detection], World]:
    """The markets of all that is held, whoever bought it, at one block."""
    tokens = set(held_tokens(rt)) | set(stock.unbooked or {})
    wanted = {pair for pair, _ in rt.scan_plan.references.values()}
    markets = [m for m in rt.store.markets() if m.token in tokens or m.pair in wanted]
    fetched_at_ms = rt.clock.now_ms()
    survey = rt.markets.survey(survey_request(rt, markets, head.block.number), head.block)
    world = seen_world(
        rt,
        head,
        survey,
        markets,
        cycle_id=flatten_cycle(standing),
        fetched_at_ms=fetched_at_ms,
    )
    told = zip(markets, survey.markets, strict=True)
    return {m.pair: detection_of(rt, world, m, one) for m, one in told}, world


def _adopt(rt: Runtime, seen: dict[Address, Detection], stock: Stock) -> Iterator[Address]:
    """Into the books at no cost, in the token's deepest market that is paid for in the native coin."""
    for token, quantity in sorted((stock.unbooked or {}).items()):
        market = _deepest(rt, token, list(seen.values()))
        why = "flatten: held by the wallet, and not bought by this bot"
        if market and rt.store.adopt(market.pair, token, quantity, rt.clock.now_ms(), why):
            rt.log.warning("tokens taken into the books", pair_id=market.pair, token=token)
            yield token


def _deepest(rt: Runtime, token: Address, seen: Sequence[Detection]) -> Market | None:
    own = [d for d in seen if d.market.token == token and d.market.quote == rt.policy.venue.native]
    best = max(own, key=lambda d: (d.facts.reserve_quote or 0, d.market.pair), default=None)
    return None if best is None else best.market


def _sells(
    rt: Runtime, standing: PermissionSource, world: World, seen: dict[Address, Detection]
) -> Iterator[Order]:
    """All of each open position, at the slippage of an emergency; one live order a market."""
    busy = {order.intent.pair for order in rt.store.open() if order.kind is OrderKind.SWAP}
    for one in rt.store.positions(rt.identity.bot, only_open=True):
        found = seen.get(one.position.pair)
        if found is None or one.position.pair in busy:
            continue
        intent = _intent(rt, world, found, one.position)
        if intent is not None:
            yield _order(rt, standing, intent)


def _intent(rt: Runtime, world: World, seen: Detection, position: Position) -> Intent | None:
    """None when the pool cannot be read or would pay nothing."""
    policy, now_ms = rt.policy, rt.clock.now_ms()
    m = measures(world, seen)
    quote = exit_quote(
        world,
        seen,
        m,
        policy,
        quantity=position.quantity,
        slippage_bps=policy.exits.emergency_slippage_bps,
    )
    if quote is None or quote.expected_out == 0:
        return None
    bucket = now_ms // MS // policy.time_bucket_s
    key = intent_key(
        bot=rt.identity.bot,
        market=position.pair,
        side=Side.SELL,
        token=position.token,
        amount=quote.amount_in,
        route=policy.venue.route,
        strategy_version=f"{policy.strategy_version} {Reason.EXIT_FLATTEN}",
        time_bucket=bucket,
    )
    return Intent(
        intent_key=key,
        bot=rt.identity.bot,
        pair=position.pair,
        token=position.token,
        side=Side.SELL,
        amount_in=quote.amount_in,
        expected_out=quote.expected_out,
        min_out=quote.min_out,
        route=policy.venue.route,
        strategy_version=policy.strategy_version,
        time_bucket=bucket,
        deadline_s=world.block.timestamp_s + policy.deadline_s,
        gas_limit=quote.gas_limit,
        fee_max_wei=quote.fee_max_wei,
    )


def _order(rt: Runtime, standing: PermissionSource, intent: Intent) -> Order:
    now_ms, cycle_id = rt.clock.now_ms(), flatten_cycle(standing)
    return Order(
        id=OrderId(rt.ids.time_ordered(now_ms)),
        kind=OrderKind.SWAP,
        intent=intent,
        state=OrderState.CREATED,
        bundle_id=BundleId(""),
        cycle_id=cycle_id,
        trace_id=cycle_id,
        created_ms=now_ms,
        changed_ms=now_ms,
        detail=Reason.EXIT_FLATTEN,
    )


def _told(  # noqa: PLR0913, PLR0917  what one run has found out
    rt: Runtime,
    standing: PermissionSource,
    head: Head,
    stock: Stock,
    adopted: tuple[Address, ...],
    sells: int,
    done: ExecuteReport,
) -> FlattenReport:
    """How far it is, also in the switch itself, which stays as it is otherwise."""
    positions = rt.store.positions(rt.identity.bot, only_open=False)
    left = sum(one.open for one in positions)
    sold = sum(_sold_by(one.exit_reason, one.closed_ms, standing) for one in positions)
    given_up = sum(not one.open and one.position.quantity > 0 for one in positions)
    flat = stock.unbooked == {} and not left and not rt.store.open()
    report = FlattenReport(left, left + sold, given_up, adopted, sells, flat, done)
    reason = _reason(report)
    if not standing.reason.startswith(reason):  # the block of the first proof stays
        proof = f", proven at block {head.block.number}" if flat else ""
        rt.store.set_source(replace(standing, reason=reason + proof))
        rt.log.warning("flatten", left=left, of=report.of, flat=flat, given_up=given_up)
    return report


def _sold_by(exit_reason: str, closed_ms: int | None, standing: PermissionSource) -> bool:
    return exit_reason == Reason.EXIT_FLATTEN and (closed_ms or 0) >= standing.since_ms


def _reason(report: FlattenReport) -> str:
    rest = f", {report.given_up} given up" if report.given_up else ""
    if report.flat:
        return f"flat: {report.of} sold{rest}"
    return f"flattening: {report.left} of {report.of} left{rest}"
