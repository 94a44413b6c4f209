"""All markets of a cycle: replayable one by one, ranked without luck, and never beyond a limit."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from botctl.core.books import Position
from botctl.core.deciding import decide, decide_cycle
from botctl.core.deciding.cycle import Decided, Moment
from botctl.core.deciding.spending import Holdings, worst_cost_wei
from botctl.core.facts import Detection, ProbeStatus, World
from botctl.core.intent import Intent
from botctl.core.invariants import OF_CYCLE
from botctl.core.invariants.rule import evaluate
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.policy import Policy
from botctl.core.reasons import Kind, Reason
from tests.support.builders import (
    ETHER,
    HOLDINGS,
    NOW_MS,
    POLICY,
    RISK,
    WORLD,
    address,
    make_case,
    make_detection,
    make_holdings,
    make_inputs,
    make_policy,
    make_position,
    make_probe,
    make_window,
    make_world,
)

EXAMPLES = settings(max_examples=150, deadline=None)
APPROVE_GAS = 120_000


class Cycle(NamedTuple):
    now_ms: int
    world: World
    sources: tuple[PermissionSource, ...]
    detections: Sequence[Detection]
    holdings: Holdings
    policy: Policy

    def decided(self) -> tuple[Decided, ...]:
        moment = Moment(self.now_ms, self.world, self.sources)
        return decide_cycle(
            moment, self.detections, self.holdings, self.policy, approve_gas=APPROVE_GAS
        )


def market(number: int, *, token: int | None = None, quote: int = 100 * ETHER) -> Detection:
    """A good market of its own; `quote` is the reserve, so the liquidity and nothing else."""
    reserve_token = quote * 10_000
    return make_detection(
        pair=address(0x1000 + number),
        token=address(0x2000 + (number if token is None else token)),
        reserve_quote=quote,
        pair_quote_balance=quote,
        reserve_token=reserve_token,
        pair_token_balance=reserve_token,
        token_supply=10 * reserve_token,
        probe=make_probe(reserve_quote=quote, reserve_token=reserve_token),
    )


def cycle(
    *detections: Detection,
    holdings: Holdings = HOLDINGS,
    policy: Policy = POLICY,
    world: World = WORLD,
    sources: tuple[PermissionSource, ...] = (),
) -> Cycle:
    return Cycle(NOW_MS, world, sources, detections, holdings, policy)


@st.composite
def detections(draw: st.DrawFn, number: int) -> Detection:
    """Mostly good, sometimes with one or two troubles; tokens are shared among pairs."""
    sizes = st.sampled_from([4 * ETHER, 40 * ETHER, 100 * ETHER, 100 * ETHER, 900 * ETHER])
    seen = market(number, token=draw(st.integers(0, 4)), quote=draw(sizes))
    trouble = draw(st.integers(0, 12))
    if trouble == 0:
        status = draw(st.sampled_from(ProbeStatus))
        return replace(seen, probe=make_probe(status=status))
    if trouble == 1:
        return replace(seen, probe=None)
    if trouble == 2:
        name = draw(st.sampled_from(["reserve_token", "reserve_quote", "token_supply", "factory"]))
        return replace(seen, facts=replace(seen.facts, **{name: None}))
    if trouble in {3, 4}:
        return replace(seen, long=make_window(sells=draw(st.integers(0, 5))))
    if trouble in {5, 6}:
        return replace(seen, facts=replace(seen.facts, owner=address(draw(st.integers(0, 1)))))
    return seen


@st.composite
def positions(draw: st.DrawFn, seen: Detection) -> Position:
    return make_position(
        id=seen.market.pair,
        pair=seen.market.pair,
        token=seen.market.token,
        quantity=draw(st.integers(1, 1_000 * ETHER)),
        cost_wei=draw(st.integers(1, ETHER // 10)),
        opened_ms=NOW_MS - draw(st.integers(0, 30_000_000)),
        peak_value_wei=draw(st.integers(0, ETHER // 5)),
    )


@st.composite
def all_holdings(draw: st.DrawFn, seen: Sequence[Detection]) -> Holdings:
    held = [draw(positions(d)) for d in seen if draw(st.integers(0, 4)) == 0]
    busy = [d.market.pair for d in seen if draw(st.integers(0, 6)) == 0]
    tokens: dict[str, int] = {}
    for position in held:
        tokens[position.token] = tokens.get(position.token, 0) + position.cost_wei
    open_entries = draw(st.integers(0, 2))
    return Holdings(
        positions=tuple(held),
        open_entries=open_entries,
        exposure_wei=sum(tokens.values()) + open_entries * RISK.trade_wei,
        committed_wei=draw(st.integers(0, ETHER // 10)),
        realised_today_wei=draw(st.sampled_from([0, ETHER, -ETHER // 10, -ETHER])),
        token_exposure_wei=tuple(tokens.items()),
        live_pairs=frozenset(busy),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    return make_policy(
        select_best=draw(st.integers(1, 6)),
        positions_max=draw(st.integers(1, 8)),
        trade_wei=draw(st.sampled_from([ETHER // 20, ETHER // 25])),
        exposure_max_wei=draw(st.sampled_from([ETHER // 10, 3 * ETHER // 10, ETHER])),
        token_exposure_max_wei=draw(st.sampled_from([ETHER // 20, ETHER // 10, ETHER])),
        score_min=draw(st.sampled_from([50, 70, 95])),
    )


sources_said = st.lists(
    st.builds(
        PermissionSource,
        kind=st.sampled_from(SourceKind),
        level=st.sampled_from([Level.ALLOW_ALL, Level.ALLOW_ALL, Level.EXITS_ONLY, Level.HALT_ALL]),
        reason=st.just("drill"),
    ),
    max_size=2,
)


@st.composite
def cycles(draw: st.DrawFn) -> Cycle:
    count = draw(st.integers(0, 9))
    seen = [draw(detections(number)) for number in range(count)]
    rich = draw(st.sampled_from([ETHER // 10, ETHER // 5, ETHER // 3, ETHER, 10 * ETHER]))
    return Cycle(
        now_ms=NOW_MS,
        world=make_world(balance_wei=rich, sources_configured=draw(st.sampled_from([1, 1, 1, 2]))),
        sources=tuple(draw(sources_said)) if draw(st.booleans()) else (),
        detections=seen,
        holdings=draw(all_holdings(seen)),
        policy=draw(policies()),
    )


def intents(found: Sequence[Decided], kind: Kind) -> list[Intent]:
    return [d.decision.intent for d in found if d.decision.kind is kind and d.decision.intent]


def worst_exit_wei(leaving: Intent) -> int:
    """All the gas of the sell and of the approval before it."""
    return (leaving.gas_limit + APPROVE_GAS) * leaving.fee_max_wei


@EXAMPLES
@given(cycles())
def test_each_decision_is_decided_again_from_its_own_inputs_alone(one: Cycle) -> None:
    """Replay rests on this."""
    for found in one.decided():
        assert decide(found.inputs, one.policy) == found.decision


@EXAMPLES
@given(cycles())
def test_every_market_gets_exactly_one_decision_in_the_order_given(one: Cycle) -> None:
    found = one.decided()
    assert [d.inputs.detection for d in found] == list(one.detections)


@EXAMPLES
@given(cycles().flatmap(lambda c: st.tuples(st.just(c), st.permutations(c.detections))))
def test_the_order_of_the_detections_changes_no_decision(
    both: tuple[Cycle, list[Detection]],
) -> None:
    one, mixed = both
    by_pair = {d.inputs.detection.market.pair: d for d in one.decided()}
    for found in one._replace(detections=mixed).decided():
        assert found == by_pair[found.inputs.detection.market.pair]


@EXAMPLES
@given(cycles())
def test_the_entries_of_one_cycle_together_stay_within_every_limit(one: Cycle) -> None:
    found, risk, before = one.decided(), one.policy.risk, one.holdings
    bought = intents(found, Kind.BUY)
    if not bought:
        return
    spent = sum(i.amount_in for i in bought)
    worst = sum(worst_cost_wei(i) for i in bought)
    worst += sum(worst_exit_wei(i) for i in intents(found, Kind.SELL))
    tokens = dict(before.token_exposure_wei)
    for intent in bought:
        tokens[intent.token] = tokens.get(intent.token, 0) + intent.amount_in
    assert len(bought) <= one.policy.select_best
    assert len(before.positions) + before.open_entries + len(bought) <= risk.positions_max
    assert before.exposure_wei + spent <= risk.exposure_max_wei
    assert all(tokens[i.token] <= risk.token_exposure_max_wei for i in bought)
    left = one.world.balance_wei - before.committed_wei - worst
    assert left >= risk.balance_buffer_wei
    assert -before.realised_today_wei <= risk.daily_loss_max_wei


@EXAMPLES
@given(cycles())
def test_no_market_is_traded_twice_nor_while_an_order_of_it_is_out(one: Cycle) -> None:
    wanted = [d.decision.intent for d in one.decided() if d.decision.intent]
    pairs = [i.pair for i in wanted]
    assert len(pairs) == len(set(pairs))
    assert len({i.intent_key for i in wanted}) == len(wanted)
    assert not one.holdings.live_pairs & set(pairs)


@EXAMPLES
@given(cycles())
def test_an_invariant_that_is_the_reason_stands_among_the_failed_checks(one: Cycle) -> None:
    for found in one.decided():
        failed = {check.code for check in found.decision.checks if not check.ok}
        assert not found.decision.reason.startswith("INV_") or found.decision.reason in failed


@EXAMPLES
@given(cycles())
def test_nothing_is_entered_that_permission_or_freshness_forbids(one: Cycle) -> None:
    worst = max((s.level for s in one.sources), default=Level.ALLOW_ALL)
    kinds = {d.decision.kind for d in one.decided()}
    if worst is not Level.ALLOW_ALL or one.world.sources_configured > 1:
        assert Kind.BUY not in kinds
    if worst is Level.HALT_ALL:
        assert Kind.SELL not in kinds


@EXAMPLES
@given(cycles())
def test_only_what_is_held_is_sold_and_only_what_is_not_is_bought(one: Cycle) -> None:
    held = {p.pair: p for p in one.holdings.positions}
    for found in one.decided():
        pair, decision = found.inputs.detection.market.pair, found.decision
        if pair in held:
            assert decision.kind in {Kind.SELL, Kind.HOLD}
        else:
            assert decision.kind in {Kind.BUY, Kind.PASS, Kind.FAIL, Kind.SKIP}
        if decision.kind is Kind.SELL:
            assert decision.intent is not None
            assert decision.intent.amount_in == held[pair].quantity


@EXAMPLES
@given(cycles())
def test_the_ranks_are_the_places_of_the_candidates_without_gap_or_tie(one: Cycle) -> None:
    contests = [d.inputs.contest for d in one.decided()]
    ranks = sorted(c.rank for c in contests if c.rank is not None)
    assert ranks == list(range(len(ranks)))
    assert {c.candidates for c in contests} <= {len(ranks)}


def test_the_best_are_chosen_by_score_then_liquidity_then_address() -> None:
    weaker = replace(market(1, quote=900 * ETHER), long=make_window(traders=0))
    deep, low, high = market(4, quote=200 * ETHER), market(2), market(3)
    found = cycle(high, weaker, low, deep).decided()
    places = {d.inputs.detection.market.pair: d.inputs.contest.rank for d in found}
    order = sorted(places, key=lambda pair: places[pair] or 0)
    assert order == [d.market.pair for d in (deep, low, high, weaker)]


def test_only_the_best_enter_and_the_others_are_told_their_place() -> None:
    found = cycle(*(market(n) for n in range(4)), policy=make_policy(select_best=2)).decided()
    assert [d.decision.kind for d in found] == [Kind.BUY, Kind.BUY, Kind.PASS, Kind.PASS]
    assert found[2].decision.detail == "place 3, the best 2 enter"


def test_each_selected_entry_counts_as_spent_for_the_next() -> None:
    found = cycle(*(market(n) for n in range(3)), policy=make_policy(positions_max=2)).decided()
    assert [d.decision.reason for d in found] == [
        Reason.ENTRY_SELECTED,
        Reason.ENTRY_SELECTED,
        Reason.INV_EXPOSURE_OK,
    ]
    third = found[2].inputs.books
    first = found[0].decision.intent
    assert first is not None
    assert third.positions == 2
    assert third.exposure_wei == 2 * RISK.trade_wei
    assert third.token_exposure_wei == 0
    assert third.committed_wei == 2 * worst_cost_wei(first)
    assert worst_cost_wei(first) == first.amount_in + first.gas_limit * first.fee_max_wei


def test_two_markets_of_one_token_share_its_limit() -> None:
    policy = make_policy(token_exposure_max_wei=RISK.trade_wei)
    found = cycle(market(1, token=7), market(2, token=7), market(3, token=8), policy=policy)
    kinds = [d.decision.kind for d in found.decided()]
    assert kinds == [Kind.BUY, Kind.SKIP, Kind.BUY]


def test_exits_come_before_any_entry() -> None:
    seen = market(2)
    held = make_position(pair=seen.market.pair, token=seen.market.token, cost_wei=ETHER)
    found = cycle(market(1), seen, holdings=make_holdings(positions=(held,))).decided()
    assert [d.decision.kind for d in found] == [Kind.BUY, Kind.SELL]
    assert found[1].inputs.books.exposure_wei == 0  # it was finished before the entry was


def test_the_gas_that_the_exits_may_burn_is_not_there_for_the_entries() -> None:
    leaving = market(2)
    held = make_position(pair=leaving.market.pair, token=leaving.market.token, cost_wei=ETHER)
    plenty = cycle(market(1), leaving, holdings=make_holdings(positions=(held,)))
    (bought,) = intents(plenty.decided(), Kind.BUY)
    (sold,) = intents(plenty.decided(), Kind.SELL)
    just = RISK.balance_buffer_wei + worst_cost_wei(bought) + worst_exit_wei(sold)
    for balance_wei, why in (
        (just, Reason.ENTRY_SELECTED),
        (just - 1, Reason.INV_BALANCE_BUFFER_OK),
    ):
        entry, leave = plenty._replace(world=make_world(balance_wei=balance_wei)).decided()
        assert (entry.decision.reason, leave.decision.kind) == (why, Kind.SELL)
        assert entry.inputs.books.committed_wei == worst_exit_wei(sold)
        assert leave.inputs.books.committed_wei == 0  # no exit waits for the gas of another


def test_a_position_that_stays_needs_no_gas() -> None:
    calm = market(2)
    held = make_position(pair=calm.market.pair, token=calm.market.token, cost_wei=99 * 10**15)
    found = cycle(market(1), calm, holdings=make_holdings(positions=(held,))).decided()
    assert [d.decision.kind for d in found] == [Kind.BUY, Kind.HOLD]
    assert found[0].inputs.books.committed_wei == 0


def test_what_is_held_takes_no_place_among_the_best() -> None:
    seen = market(1)
    held = make_position(pair=seen.market.pair, token=seen.market.token, cost_wei=99 * 10**15)
    one = cycle(
        seen,
        market(2),
        holdings=make_holdings(positions=(held,)),
        policy=make_policy(select_best=1),
    )
    assert [d.decision.kind for d in one.decided()] == [Kind.HOLD, Kind.BUY]


def test_what_has_an_order_out_takes_no_place_among_the_best() -> None:
    busy = make_holdings(live_pairs=frozenset({market(1).market.pair}))
    one = cycle(market(1), market(2), holdings=busy, policy=make_policy(select_best=1))
    assert [d.decision.kind for d in one.decided()] == [Kind.SKIP, Kind.BUY]


def test_an_empty_cycle_decides_nothing() -> None:
    assert cycle().decided() == ()


@EXAMPLES
@given(cycles())
def test_what_is_shared_by_the_cycle_is_answered_for_each_market_as_if_asked_alone(
    one: Cycle,
) -> None:
    for found in one.decided():
        if found.inputs.position is None:
            alone = evaluate(OF_CYCLE, make_case(inputs=found.inputs, policy=one.policy))
            assert found.decision.checks[: len(OF_CYCLE)] == alone


def test_the_generated_cycles_reach_every_kind_of_decision() -> None:
    """A property over cycles that never trade would promise nothing."""
    kinds: set[Kind] = set()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(cycles())
    def look(one: Cycle) -> None:
        kinds.update(d.decision.kind for d in one.decided())

    look()
    assert kinds == set(Kind)
    assert make_inputs().contest.rank == 0
