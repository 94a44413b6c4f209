"""The second asking: the same invariants on what is true just before signing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from botctl.core.books import Books, Contest
from botctl.core.case import Account, Case, Check, Inputs, Phase
from botctl.core.deciding.spending import NOTHING, Holdings, in_zone
from botctl.core.deciding.underway import without
from botctl.core.facts import Detection, Market, Provenance, Window, World
from botctl.core.intent import Side
from botctl.core.invariants import BLOCKS_EXIT, INVARIANTS
from botctl.core.invariants.rule import evaluate
from botctl.core.lifecycle import OrderState
from botctl.core.measures import Measures, measures
from botctl.core.nonces import NonceView
from botctl.core.orders import Order, OrderKind
from botctl.core.permission import permission
from botctl.core.policy import Policy
from botctl.core.quotes import entry_quote, exit_quote
from botctl.core.reasons import Reason
from botctl.core.replacement import may_fill
from botctl.core.risk.caps import zone
from botctl.core.risk.regime import under
from botctl.core.standing import Standing
from botctl.core.units import Address
from botctl.flows.own_books import OwnBooks
from botctl.flows.scan import checked_head, seen_world, survey_request
from botctl.flows.second_word import disputed, doubted
from botctl.flows.standing import standing_now
from botctl.ports.chain import Head, Surveyed, WalletState
from botctl.ports.runtime import Runtime

NOT_COUNTED = (Window(0, 0, 0, 0, 0, 0),) * 2  # signals are not asked again, only invariants


@dataclass(frozen=True, slots=True)
class Fresh:
    """One look at the chain for all orders of this run, pinned to one head."""

    head: Head
    world: World
    seen: dict[Address, Detection]
    wallet: WalletState
    standing: Standing
    policy: Policy  # as it holds in these times
    books: OwnBooks
    disputed: Mapping[Address, str]  # why the reserves of a pair are not a second provider's


def fresh_look(rt: Runtime, orders: Sequence[Order]) -> Fresh:
    """Facts and a new probe of the orders' markets and of the price references, and the wallet."""
    head = checked_head(rt)
    wanted = {order.intent.pair for order in orders}
    wanted |= {pair for pair, _ in rt.scan_plan.references.values()}
    if any(o.intent.side is Side.BUY for o in orders):  # what is held limits what may be entered
        wanted |= {p.position.pair for p in rt.store.positions(rt.identity.bot, only_open=True)}
    markets = [market for market in rt.store.markets() if market.pair in wanted]
    fetched_at_ms = rt.clock.now_ms()
    survey = rt.markets.survey(survey_request(rt, markets, head.block.number), head.block)
    world = seen_world(
        rt, head, survey, markets, cycle_id=orders[0].cycle_id, fetched_at_ms=fetched_at_ms
    )
    seen = {
        market.pair: detection_of(rt, world, market, one)
        for market, one in zip(markets, survey.markets, strict=True)
    }
    sells = (o.intent for o in orders if o.kind is OrderKind.SWAP and o.intent.side is Side.SELL)
    tokens = sorted({intent.token for intent in sells})
    with rt.trace.profile_span("fetch_positions"):
        wallet = rt.txs.wallet(rt.identity.wallet, tokens, head.block)
    standing = standing_now(rt)
    policy = under(rt.policy, standing.regime)
    entries = [seen[pair] for pair in _entered(orders) if pair in seen]
    quarrels = disputed(rt, head, entries)
    return Fresh(head, world, seen, wallet, standing, policy, OwnBooks(rt), quarrels)


def _entered(orders: Sequence[Order]) -> list[Address]:
    """The pairs that money is about to go into; an exit waits for no second word."""
    entries = (o.intent for o in orders if o.kind is OrderKind.SWAP)
    return sorted({intent.pair for intent in entries if intent.side is Side.BUY})


def detection_of(rt: Runtime, world: World, market: Market, one: Surveyed) -> Detection:
    provenance = Provenance(
        world.provider, world.block.number, world.fetched_at_ms, rt.scan_plan.quote_age_max_ms
    )
    return Detection(market, one.facts, *NOT_COUNTED, one.probe, provenance)


def refusal(rt: Runtime, order: Order, fresh: Fresh, view: NonceView) -> Check | None:
    """The first invariant that forbids sending this order now; None when all allow it."""
    if order.intent.deadline_s <= fresh.head.block.timestamp_s:
        return Check(
            Reason.INV_QUOTE_FRESH,
            ok=False,
            actual=f"deadline {order.intent.deadline_s} has passed",
            limit=f"block time {fresh.head.block.timestamp_s}",
        )
    if order.kind is not OrderKind.SWAP:
        return _not_permitted(order, fresh)
    case = _case(rt, order, fresh, view)
    checks = evaluate(INVARIANTS, case)
    binding = (c for c in checks if order.intent.side is Side.BUY or c.code in BLOCKS_EXIT)
    return next((check for check in binding if not check.ok), None)


def _not_permitted(order: Order, fresh: Fresh) -> Check | None:
    """What serves a sell that was asked itself, or frees the line, needs permission alone."""
    allowed = permission(fresh.books.sources_for(order))
    if may_fill(order, allowed):
        return None
    say = allowed.reasons[0].reason
    return Check(Reason.INV_PERMISSION_OK, ok=False, actual=say, limit="exits are allowed")


def _case(rt: Runtime, order: Order, fresh: Fresh, view: NonceView) -> Case:
    now_ms, intent = rt.clock.now_ms(), order.intent
    seen = fresh.seen[intent.pair]
    holdings = fresh.books.holdings(now_ms)
    inputs = Inputs(
        now_ms=now_ms,
        world=doubted(fresh.world, fresh.disputed.get(intent.pair)),
        sources=fresh.books.sources_for(order),
        detection=seen,
        position=next((p for p in holdings.positions if p.pair == intent.pair), None),
        books=_books_without(order, holdings, fresh),
        contest=Contest(None, 0, 0),
        standing=fresh.standing,
    )
    m = measures(fresh.world, seen)
    case = Case(
        phase=Phase.EXECUTE,
        side=intent.side,
        inputs=inputs,
        policy=fresh.policy,
        measures=m,
        quote=None,
        account=_account(fresh, order, view),
        promised_out=intent.expected_out,
    )
    return _quoted(case, order, m)


def _quoted(case: Case, order: Order, m: Measures) -> Case:
    """The trade at today's price, under the bound that the decision set."""
    world, seen, intent = case.inputs.world, case.inputs.detection, order.intent
    if intent.side is Side.BUY:
        quote = entry_quote(world, seen, m, case.policy, amount=intent.amount_in)
    else:
        quote = exit_quote(world, seen, m, case.policy, quantity=intent.amount_in, slippage_bps=0)
    if quote is None:
        return case
    bound = replace(quote, min_out=intent.min_out, gas_limit=intent.gas_limit)
    return replace(case, quote=bound)


def _books_without(order: Order, holdings: Holdings, fresh: Fresh) -> Books:
    """What is open besides this order: it must fit into what the others leave."""
    others = without(holdings, order)
    return Books(
        positions=len(others.positions) + others.open_entries,
        exposure_wei=others.exposure_wei,
        token_exposure_wei=dict(others.token_exposure_wei).get(order.intent.token, 0),
        committed_wei=others.committed_wei,
        realised_today_wei=others.realised_today_wei,
        live_intent=False,  # it is this one; a second is refused by the store's unique key
        zone_exposure_wei=_of_zone(order, others, fresh),
    )


def _of_zone(order: Order, others: Holdings, fresh: Fresh) -> tuple[int, int, int]:
    """What all else holds of the limits that this market shares; an exit needs none."""
    if order.intent.side is not Side.BUY:
        return NOTHING
    caps = fresh.policy.caps
    zones = {pair: zone(measures(fresh.world, seen), caps) for pair, seen in fresh.seen.items()}
    exposures = [(zones.get(Address(pair)), wei) for pair, wei in others.exposures]
    return in_zone(exposures, zones[order.intent.pair])


def _account(fresh: Fresh, order: Order, view: NonceView) -> Account:
    same_market = [
        o
        for o in fresh.books.open()
        if o.intent.pair == order.intent.pair
        and o.id != order.id
        and o.kind is OrderKind.SWAP
        and o.state is not OrderState.CREATED
    ]
    return Account(
        nonce_latest=view.mined,
        nonce_next=view.next,
        attempts_live=sum(slot.nonce >= view.mined for slot in view.slots),
        key_is_live=bool(same_market),
    )
