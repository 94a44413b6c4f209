"""One market: every kind of decision with its reason, and the order in which reasons are named."""

from typing import NamedTuple

import pytest

from botctl.core.case import Inputs
from botctl.core.deciding import Decision, decide
from botctl.core.facts import ProbeStatus
from botctl.core.intent import Side, intent_key
from botctl.core.invariants import OF_BOOKS, OF_CYCLE, OF_EXIT, OF_MARKET, OF_ORDERS
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.policy import Policy
from botctl.core.reasons import Kind, Reason
from botctl.core.signals import SIGNALS
from tests.support.builders import (
    BLOCK_TIME_S,
    BOOKS,
    EXITS,
    FACTS,
    MARKET,
    NOW_MS,
    POLICY,
    RESERVE_QUOTE,
    TOKEN,
    WINNER,
    address,
    changed,
    make_detection,
    make_inputs,
    make_policy,
    make_position,
    make_probe,
    make_world,
)

BUSY = changed(BOOKS, live_intent=True)
STOPPED = make_position(cost_wei=10**18)  # far below its stop loss
IN_EMERGENCY = make_position(entry_liquidity_wei=2 * RESERVE_QUOTE)


def switch(kind: SourceKind, level: Level) -> tuple[PermissionSource, ...]:
    return (PermissionSource(kind, level, "drill", "operator", 1),)


def verdict(inputs: Inputs, policy: Policy = POLICY) -> tuple[Kind, Reason]:
    found = decide(inputs, policy)
    return found.kind, found.reason


def held(**inputs: object) -> Inputs:
    return make_inputs(**{"position": STOPPED, **inputs})


def test_a_good_market_with_a_place_is_bought() -> None:
    assert verdict(make_inputs()) == (Kind.BUY, Reason.ENTRY_SELECTED)


def test_a_buy_wants_exactly_what_was_quoted_until_a_bounded_deadline() -> None:
    found = decide(make_inputs(), POLICY)
    assert found.intent is not None
    assert found.quote is not None
    intent, quote = found.intent, found.quote
    assert intent.side is Side.BUY
    assert (intent.pair, intent.token, intent.bot) == (MARKET.pair, TOKEN, "main")
    assert (intent.amount_in, intent.min_out) == (POLICY.risk.trade_wei, quote.min_out)
    assert (intent.gas_limit, intent.fee_max_wei) == (quote.gas_limit, quote.fee_max_wei)
    assert intent.deadline_s == NOW_MS // 1_000 + POLICY.deadline_s
    assert intent.time_bucket == NOW_MS // 1_000 // POLICY.time_bucket_s
    assert intent.intent_key == intent_key(
        bot="main",
        market=MARKET.pair,
        side=Side.BUY,
        token=TOKEN,
        amount=intent.amount_in,
        route="uniswap_v2",
        strategy_version="1",
        time_bucket=intent.time_bucket,
    )


def test_the_same_wish_within_one_bucket_is_the_same_intent() -> None:
    start = NOW_MS - NOW_MS % 60_000
    keys = []
    for now_ms in (start, start + 29_999, start + 60_000):
        world = make_world(timestamp_s=start // 1_000, fetched_at_ms=now_ms)
        intent = decide(make_inputs(now_ms=now_ms, world=world), POLICY).intent
        assert intent is not None
        keys.append(intent.intent_key)
    assert keys[0] == keys[1] != keys[2]


def test_a_weak_market_fails_for_its_score() -> None:
    weak = make_detection(owner=address(9), created_s=BLOCK_TIME_S, lp_locked=0, symbol=None)
    assert verdict(make_inputs(detection=weak)) == (Kind.FAIL, Reason.SCORE_LOW)


@pytest.mark.parametrize(
    ("thresholds", "kind"),
    [
        ({"score_min": 92, "passes_min": 12}, Kind.BUY),
        ({"score_min": 93, "passes_min": 12}, Kind.FAIL),
        ({"score_min": 92, "passes_min": 13}, Kind.FAIL),
    ],
)
def test_score_and_count_must_both_reach_their_minimum(
    thresholds: dict[str, object], kind: Kind
) -> None:
    owned = make_inputs(detection=make_detection(owner=address(9)))  # 92 points, 12 passes
    assert decide(owned, make_policy(**thresholds)).kind is kind


def test_a_trap_fails_as_not_sellable_whatever_its_score() -> None:
    trap = make_detection(probe=make_probe(status=ProbeStatus.SELL_REVERTED))
    assert verdict(make_inputs(detection=trap)) == (Kind.FAIL, Reason.INV_SELLABLE)


def test_what_was_not_proven_sellable_is_not_entered() -> None:
    unproven = make_inputs(detection=make_detection(probe=None))
    assert verdict(unproven) == (Kind.FAIL, Reason.INV_SELLABLE)


@pytest.mark.parametrize(("rank", "kind"), [(4, Kind.BUY), (5, Kind.PASS), (None, Kind.PASS)])
def test_a_candidate_beyond_the_best_is_passed_over(rank: int | None, kind: Kind) -> None:
    contest = changed(WINNER, rank=rank, candidates=9)
    found = decide(make_inputs(contest=contest), POLICY)
    assert found.kind is kind
    if kind is Kind.PASS:
        assert found.reason is Reason.RANKED_OUT


def test_a_selected_market_is_skipped_when_our_own_limits_say_no() -> None:
    full = changed(BOOKS, positions=5)
    assert verdict(make_inputs(books=full)) == (Kind.SKIP, Reason.INV_EXPOSURE_OK)


def test_a_market_with_an_order_out_is_skipped() -> None:
    assert verdict(make_inputs(books=BUSY)) == (Kind.SKIP, Reason.INV_TX_IDEMPOTENT)


class Trouble(NamedTuple):
    """What breaks one invariant: fields of the world, or a switch of this kind."""

    reason: Reason
    kind: Kind
    fields: dict[str, object]
    switch: SourceKind | None = None


STRICT = (  # one for each invariant, in the order of DESIGN §7
    Trouble(Reason.INV_KILL_OK, Kind.SKIP, {}, SourceKind.KILL),
    Trouble(Reason.INV_CIRCUIT_OK, Kind.SKIP, {}, SourceKind.CIRCUIT),
    Trouble(Reason.INV_HEALTH_OK, Kind.SKIP, {}, SourceKind.HEALTH),
    Trouble(Reason.INV_PERMISSION_OK, Kind.SKIP, {}, SourceKind.PAUSE),
    Trouble(Reason.INV_BLOCK_FRESH, Kind.SKIP, {"timestamp_s": BLOCK_TIME_S - 600}),
    Trouble(Reason.INV_QUOTE_FRESH, Kind.SKIP, {"fetched_at_ms": 0}),
    Trouble(Reason.INV_SOURCES_AGREE, Kind.SKIP, {"sources_configured": 2}),
    Trouble(Reason.INV_SIGNER_OK, Kind.SKIP, {"signer": None}),
    Trouble(Reason.INV_CHAIN_ID_MATCH, Kind.SKIP, {"chain_id": 5}),
    Trouble(Reason.INV_ROUTE_OK, Kind.FAIL, {"router_code_hash": None}),
)


@pytest.mark.parametrize("first", range(len(STRICT)))
def test_the_first_invariant_to_fail_names_the_reason_and_all_are_recorded(first: int) -> None:
    troubles = STRICT[first:]
    fields = {name: value for t in troubles for name, value in t.fields.items()}
    switches = [t.switch for t in troubles if t.switch is not None]
    sources = tuple(PermissionSource(kind, Level.EXITS_ONLY, "drill") for kind in switches)
    trap = make_detection(probe=make_probe(status=ProbeStatus.SELL_REVERTED))
    found = decide(make_inputs(world=make_world(**fields), sources=sources, detection=trap), POLICY)
    assert (found.kind, found.reason) == (troubles[0].kind, troubles[0].reason)
    failing = {check.code for check in found.checks if not check.ok}
    assert failing == {t.reason for t in troubles} | {Reason.INV_SELLABLE}


def test_the_reasons_of_a_market_come_before_its_rank_and_the_rank_before_our_books() -> None:
    full, ranked_out = changed(BOOKS, positions=5), changed(WINNER, rank=5, candidates=6)
    trap = make_detection(probe=None)
    everything = make_inputs(books=full, contest=ranked_out, detection=trap)
    assert verdict(everything) == (Kind.FAIL, Reason.INV_SELLABLE)
    good = make_inputs(books=full, contest=ranked_out)
    assert verdict(good) == (Kind.PASS, Reason.RANKED_OUT)


def test_every_check_and_every_signal_is_recorded_in_its_order() -> None:
    entry, leaving = decide(make_inputs(), POLICY), decide(held(), POLICY)
    of_entry = OF_CYCLE + OF_MARKET + OF_BOOKS + OF_ORDERS
    assert [c.code for c in entry.checks] == [r.code for r in of_entry]
    assert [c.code for c in leaving.checks] == [r.code for r in OF_EXIT]
    for found in (entry, leaving):
        assert [c.code for c in found.signals] == [s.code for s in SIGNALS]


@pytest.mark.parametrize("inputs", [make_inputs(books=BUSY), held(books=BUSY)])
def test_an_order_that_is_out_is_the_reason_and_stands_among_the_failed_checks(
    inputs: Inputs,
) -> None:
    found = decide(inputs, POLICY)
    assert found.reason is Reason.INV_TX_IDEMPOTENT
    assert [c.code for c in found.checks if not c.ok] == [Reason.INV_TX_IDEMPOTENT]


def test_a_held_market_without_a_reason_to_leave_is_held() -> None:
    calm = make_inputs(position=make_position(cost_wei=99 * 10**15))
    found = decide(calm, POLICY)
    assert (found.kind, found.reason, found.intent) == (Kind.HOLD, Reason.NO_EXIT, None)
    assert found.value_wei is not None


def test_a_held_market_is_sold_whole_when_a_rule_fires() -> None:
    found = decide(held(), POLICY)
    assert (found.kind, found.reason) == (Kind.SELL, Reason.EXIT_STOP_LOSS)
    assert found.intent is not None
    assert found.intent.side is Side.SELL
    assert found.intent.amount_in == STOPPED.quantity


def test_an_emergency_is_sold_with_the_wider_bound() -> None:
    found = decide(make_inputs(position=IN_EMERGENCY), POLICY)
    assert (found.kind, found.reason) == (Kind.SELL, Reason.EXIT_EMERGENCY)
    assert found.quote is not None
    assert found.quote.slippage_bps == EXITS.emergency_slippage_bps


def test_a_market_that_is_held_is_never_bought_again() -> None:
    for position in (STOPPED, IN_EMERGENCY, make_position(cost_wei=99 * 10**15)):
        assert decide(make_inputs(position=position), POLICY).kind in {Kind.SELL, Kind.HOLD}


def permitted(kind: SourceKind, level: Level) -> tuple[Decision, Decision]:
    sources = switch(kind, level)
    return decide(make_inputs(sources=sources), POLICY), decide(held(sources=sources), POLICY)


@pytest.mark.parametrize("kind", SourceKind)
def test_a_soft_stop_blocks_every_entry_and_no_exit(kind: SourceKind) -> None:
    entry, leaving = permitted(kind, Level.EXITS_ONLY)
    assert (entry.kind, entry.intent) == (Kind.SKIP, None)
    assert leaving.kind is Kind.SELL


@pytest.mark.parametrize("kind", SourceKind)
def test_a_hard_stop_blocks_entries_and_exits(kind: SourceKind) -> None:
    entry, leaving = permitted(kind, Level.HALT_ALL)
    assert (entry.kind, entry.intent) == (Kind.SKIP, None)
    assert (leaving.kind, leaving.intent) == (Kind.HOLD, None)


def test_a_blocked_exit_says_which_rule_wanted_it_and_what_blocked_it() -> None:
    found = decide(held(sources=switch(SourceKind.KILL, Level.HALT_ALL)), POLICY)
    assert found.reason is Reason.INV_KILL_OK
    assert found.detail == "EXIT_STOP_LOSS wanted; HALT_ALL"


@pytest.mark.parametrize(
    "trouble",
    [
        {"timestamp_s": BLOCK_TIME_S - 6_000},
        {"fetched_at_ms": 0},
        {"sources_configured": 9},
        {"balance_wei": 0},
        {"base_fee_wei": 10**13},
        {"prices": ()},
        {"router_code_hash": None},
    ],
)
def test_an_exit_is_not_blocked_by_what_is_meant_for_entries(trouble: dict[str, object]) -> None:
    world = make_world(**trouble)
    assert decide(held(world=world), POLICY).kind is Kind.SELL
    assert decide(make_inputs(world=world), POLICY).kind is not Kind.BUY


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ({"signer": None}, Reason.INV_SIGNER_OK),
        ({"signer": address(9)}, Reason.INV_SIGNER_OK),
        ({"chain_id": 5}, Reason.INV_CHAIN_ID_MATCH),
    ],
)
def test_an_exit_is_blocked_by_what_makes_sending_unsafe(
    trouble: dict[str, object], reason: Reason
) -> None:
    assert verdict(held(world=make_world(**trouble))) == (Kind.HOLD, reason)


@pytest.mark.parametrize(
    "status",
    [ProbeStatus.APPROVE_FAILED, ProbeStatus.SELL_REVERTED, ProbeStatus.SOLD_FOR_NOTHING],
)
def test_a_held_position_that_cannot_be_sold_is_held_as_not_sellable(status: ProbeStatus) -> None:
    stuck = make_detection(probe=make_probe(status=status))
    found = decide(held(detection=stuck), POLICY)
    assert (found.kind, found.reason, found.intent) == (Kind.HOLD, Reason.INV_SELLABLE, None)
    assert str(status) in found.detail


def test_a_held_position_is_sold_when_only_buying_fails() -> None:
    closed = make_detection(probe=make_probe(status=ProbeStatus.BUY_REVERTED))
    assert verdict(held(detection=closed)) == (Kind.SELL, Reason.EXIT_EMERGENCY)


def test_a_held_position_is_sold_without_a_simulation() -> None:
    assert verdict(held(detection=make_detection(probe=None))) == (
        Kind.SELL,
        Reason.EXIT_STOP_LOSS,
    )


def test_an_exit_already_on_its_way_is_not_sent_again() -> None:
    assert verdict(held(books=BUSY)) == (Kind.HOLD, Reason.INV_TX_IDEMPOTENT)


@pytest.mark.parametrize(
    ("facts", "detail"),
    [({"reserve_quote": 0}, "would pay nothing"), ({"reserve_quote": None}, "could not be read")],
)
def test_a_position_that_no_pool_would_pay_for_is_held(
    facts: dict[str, object], detail: str
) -> None:
    old = make_position(opened_ms=0)
    found = decide(make_inputs(position=old, detection=make_detection(**facts)), POLICY)
    assert (found.kind, found.reason, found.intent) == (Kind.HOLD, Reason.INV_FILTERS_OK, None)
    assert detail in found.detail


def test_the_value_of_a_held_market_is_unknown_when_its_pool_cannot_be_read() -> None:
    blind = make_detection(reserve_token=None)
    assert decide(make_inputs(position=make_position(), detection=blind), POLICY).value_wei is None


def test_the_value_of_a_held_market_is_unknown_when_its_sell_tax_is_and_it_says_so() -> None:
    rich = make_position(cost_wei=1)
    found = decide(make_inputs(position=rich, detection=make_detection(probe=None)), POLICY)
    assert (found.kind, found.reason, found.value_wei) == (Kind.HOLD, Reason.NO_EXIT, None)
    assert "not known" in found.detail


def test_an_intent_stands_only_beside_a_trade() -> None:
    for inputs in (make_inputs(), held(), make_inputs(books=BUSY), held(books=BUSY)):
        found = decide(inputs, POLICY)
        assert (found.intent is not None) == (found.kind in {Kind.BUY, Kind.SELL})


@pytest.mark.parametrize(
    "missing", [n for n in FACTS.__slots__ if n not in {"owner", "wallet_token", "insiders_token"}]
)
def test_no_market_with_an_unreadable_fact_scores_or_sells_better_for_it(missing: str) -> None:
    whole = decide(make_inputs(), POLICY)
    partial = decide(make_inputs(detection=make_detection(**{missing: None})), POLICY)
    assert (partial.score, partial.passes) <= (whole.score, whole.passes)
    failing = [c.code for c in (*partial.checks, *partial.signals) if not c.ok]
    assert failing
