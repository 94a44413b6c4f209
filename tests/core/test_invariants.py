"""Every invariant: it holds at its limit, fails one step beyond, and unknown is never a pass."""

from dataclasses import replace

import pytest

from botctl.core.case import Account, Case, Check, Phase
from botctl.core.facts import Past, ProbeStatus, TierFinding
from botctl.core.intent import Side
from botctl.core.invariants import BLOCKS_EXIT, INVARIANTS, OF_US
from botctl.core.invariants.rule import evaluate
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.reasons import Reason
from botctl.core.units import BPS_ONE
from tests.support.builders import (
    BLOCK_TIME_S,
    BOOKS,
    CLEAR,
    ETHER,
    GWEI,
    MS,
    NATIVE,
    NOW_MS,
    READY,
    RESERVE_QUOTE,
    RESERVE_TOKEN,
    RISK,
    TRADE_WEI,
    address,
    changed,
    hash32,
    make_case,
    make_detection,
    make_inputs,
    make_policy,
    make_probe,
    make_quote,
    make_window,
    make_world,
)

REFUSED = replace(CLEAR, findings=(TierFinding("OWNER_MINTS", refuses=True, words="prints"),))

I = Reason  # noqa: E741  the invariants' codes, many to a line


def of(**inputs: object) -> Case:
    return make_case(inputs=make_inputs(**inputs))


def seen(**facts: object) -> Case:
    return of(detection=make_detection(**facts))


def world(**fields: object) -> Case:
    return of(world=make_world(**fields))


def books(**fields: object) -> Case:
    return of(books=changed(BOOKS, **fields))


def jumped(by_bps: int) -> Past:
    """The price of the cycle before: lower by so much."""
    return Past(999, RESERVE_TOKEN, RESERVE_QUOTE * (BPS_ONE - by_bps) // BPS_ONE)


def quoted(**fields: object) -> Case:
    return make_case(quote=make_quote(**fields))


def account(**fields: object) -> Case:
    return make_case(phase=Phase.EXECUTE, account=changed(READY, **fields))


def source(kind: SourceKind, level: Level, side: Side = Side.BUY) -> Case:
    inputs = make_inputs(sources=(PermissionSource(kind, level, "drill"),))
    return make_case(inputs=inputs, side=side)


def age(now_ms: int) -> Case:
    return of(now_ms=now_ms, world=make_world(fetched_at_ms=now_ms))


def balance(left_wei: int) -> Case:
    """A wallet that has `left_wei` when this trade and its worst fee are paid."""
    quote = make_quote()
    worst = quote.amount_in + quote.gas_limit * quote.fee_max_wei
    return of(
        world=make_world(balance_wei=left_wei + worst + 1_000),
        books=changed(BOOKS, committed_wei=1_000),
    )


def promised(expected: int, bound: int) -> Case:
    """At signing, the price as it is now against the bound of the decision."""
    quote = make_quote(expected_out=expected, min_out=bound, cost_bps=9_999)
    return make_case(phase=Phase.EXECUTE, quote=quote, promised_out=1_000)


UNPINNED = make_policy(factory_code_hash=None, router_code_hash=None, pair_code_hash=None)
BUFFER = RISK.balance_buffer_wei
HOLDS = [
    (I.INV_KILL_OK, source(SourceKind.KILL, Level.ALLOW_ALL)),
    (I.INV_KILL_OK, source(SourceKind.KILL, Level.EXITS_ONLY, Side.SELL)),
    (I.INV_CIRCUIT_OK, source(SourceKind.CIRCUIT, Level.EXITS_ONLY, Side.SELL)),
    (I.INV_HEALTH_OK, source(SourceKind.HEALTH, Level.EXITS_ONLY, Side.SELL)),
    (I.INV_PERMISSION_OK, source(SourceKind.PAUSE, Level.EXITS_ONLY, Side.SELL)),
    (I.INV_PERMISSION_OK, source(SourceKind.TIER, Level.EXITS_ONLY, Side.SELL)),
    (I.INV_BLOCK_FRESH, age(BLOCK_TIME_S * MS + 60_000)),
    (I.INV_BLOCK_FRESH, age(BLOCK_TIME_S * MS - 15_000)),
    (I.INV_QUOTE_FRESH, world(fetched_at_ms=NOW_MS - 30_000)),
    (I.INV_QUOTE_FRESH, world(fetched_at_ms=NOW_MS)),
    (I.INV_SOURCES_AGREE, world(sources_configured=3, sources_agreeing=3)),
    (I.INV_SIGNER_OK, world(signer=address(4))),
    (I.INV_CHAIN_ID_MATCH, world(chain_id=1)),
    (I.INV_ROUTE_OK, make_case(policy=UNPINNED, inputs=make_inputs(world=make_world(
        factory_code_hash=hash32(9), router_code_hash=hash32(9))))),
    (I.INV_SELLABLE, seen(probe=make_probe(buy_tax_bps=299, sell_tax_bps=299))),
    (I.INV_SLIPPAGE_CAP_OK, quoted(cost_bps=450)),
    (I.INV_SLIPPAGE_CAP_OK, promised(700, 700)),
    (I.INV_IMPACT_CAP_OK, quoted(impact_bps=50)),
    (I.INV_MARKET_CALM, seen(past=jumped(2_000))),
    (I.INV_MARKET_CALM, seen(long=make_window(sandwiches=2))),
    (I.INV_EXPOSURE_OK, books(positions=4)),
    (I.INV_EXPOSURE_OK, books(exposure_wei=RISK.exposure_max_wei - TRADE_WEI)),
    (I.INV_EXPOSURE_OK, books(token_exposure_wei=RISK.token_exposure_max_wei - TRADE_WEI)),
    (I.INV_EXPOSURE_OK, books(realised_today_wei=-RISK.daily_loss_max_wei)),
    (I.INV_BALANCE_BUFFER_OK, balance(BUFFER)),
    (I.INV_GAS_BOUNDS_OK, quoted(fee_max_wei=100 * GWEI, gas_limit=50_000)),
    (I.INV_GAS_BOUNDS_OK, quoted(fee_max_wei=GWEI, gas_limit=600_000)),
    (I.INV_GAS_BOUNDS_OK, quoted(amount_in=10 * GWEI * 100_000, fee_max_wei=GWEI, gas_limit=100_000)),
    (I.INV_FILTERS_OK, quoted(amount_in=RISK.trade_min_wei, min_out=1)),
    (I.INV_TX_IDEMPOTENT, account(key_is_live=False)),
    (I.INV_NONCE_SYNCED, account(nonce_latest=7, nonce_next=7)),
    (I.INV_NONCE_SYNCED, account(nonce_latest=7, nonce_next=9, attempts_live=2)),
]  # fmt: skip
BROKEN = [
    (I.INV_KILL_OK, source(SourceKind.KILL, Level.EXITS_ONLY)),
    (I.INV_KILL_OK, source(SourceKind.KILL, Level.HALT_ALL, Side.SELL)),
    (I.INV_CIRCUIT_OK, source(SourceKind.CIRCUIT, Level.EXITS_ONLY)),
    (I.INV_CIRCUIT_OK, source(SourceKind.CIRCUIT, Level.HALT_ALL, Side.SELL)),
    (I.INV_HEALTH_OK, source(SourceKind.HEALTH, Level.EXITS_ONLY)),
    (I.INV_HEALTH_OK, source(SourceKind.HEALTH, Level.HALT_ALL, Side.SELL)),
    (I.INV_PERMISSION_OK, source(SourceKind.PAUSE, Level.EXITS_ONLY)),
    (I.INV_PERMISSION_OK, source(SourceKind.TIER, Level.HALT_ALL, Side.SELL)),
    (I.INV_BLOCK_FRESH, age(BLOCK_TIME_S * MS + 60_001)),
    (I.INV_BLOCK_FRESH, age(BLOCK_TIME_S * MS - 15_001)),
    (I.INV_QUOTE_FRESH, world(fetched_at_ms=NOW_MS - 30_001)),
    (I.INV_QUOTE_FRESH, world(fetched_at_ms=NOW_MS + 1)),
    (I.INV_SOURCES_AGREE, world(sources_configured=3, sources_agreeing=2)),
    (I.INV_SIGNER_OK, world(signer=address(5))),
    (I.INV_CHAIN_ID_MATCH, world(chain_id=5)),
    (I.INV_ROUTE_OK, world(router_code_hash=None)),
    (I.INV_ROUTE_OK, world(factory_code_hash=None)),
    (I.INV_ROUTE_OK, world(router_code_hash=hash32(9))),
    (I.INV_ROUTE_OK, world(factory_code_hash=hash32(9))),
    (I.INV_ROUTE_OK, seen(pair_code_hash=hash32(9))),
    (I.INV_ROUTE_OK, seen(pair_code_hash=None)),
    (I.INV_ROUTE_OK, seen(token_code_hash=None)),
    (I.INV_ROUTE_OK, seen(factory=address(9))),
    (I.INV_ROUTE_OK, seen(factory=None)),
    (I.INV_ROUTE_OK, seen(quote=address(9))),
    (I.INV_SELLABLE, seen(probe=make_probe(buy_tax_bps=301))),
    (I.INV_SELLABLE, seen(probe=make_probe(sell_tax_bps=301))),
    (I.INV_SELLABLE, seen(probe=make_probe(back=TRADE_WEI * 9_199 // 10_000))),
    *(
        (I.INV_SELLABLE, seen(probe=make_probe(status=status)))
        for status in ProbeStatus
        if status is not ProbeStatus.OK
    ),
    (I.INV_SLIPPAGE_CAP_OK, quoted(cost_bps=451)),
    (I.INV_SLIPPAGE_CAP_OK, promised(699, 700)),
    (I.INV_IMPACT_CAP_OK, quoted(impact_bps=51)),
    (I.INV_MARKET_CALM, seen(past=jumped(2_001))),
    (I.INV_MARKET_CALM, seen(long=make_window(sandwiches=3))),
    (I.INV_SELLABLE, seen(tiers=REFUSED)),
    (I.INV_EXPOSURE_OK, books(zone_exposure_wei=(RISK.exposure_max_wei - TRADE_WEI + 1, 0, 0))),
    (I.INV_EXPOSURE_OK, books(zone_exposure_wei=(0, RISK.exposure_max_wei - TRADE_WEI + 1, 0))),
    (I.INV_EXPOSURE_OK, books(zone_exposure_wei=(0, 0, RISK.exposure_max_wei - TRADE_WEI + 1))),
    (I.INV_EXPOSURE_OK, replace(quoted(amount_in=TRADE_WEI + 1), phase=Phase.EXECUTE)),
    (I.INV_EXPOSURE_OK, books(positions=5)),
    (I.INV_EXPOSURE_OK, books(exposure_wei=RISK.exposure_max_wei - TRADE_WEI + 1)),
    (I.INV_EXPOSURE_OK, books(token_exposure_wei=RISK.token_exposure_max_wei - TRADE_WEI + 1)),
    (I.INV_EXPOSURE_OK, books(realised_today_wei=-RISK.daily_loss_max_wei - 1)),
    (I.INV_BALANCE_BUFFER_OK, balance(BUFFER - 1)),
    (I.INV_GAS_BOUNDS_OK, quoted(fee_max_wei=100 * GWEI + 1, gas_limit=50_000)),
    (I.INV_GAS_BOUNDS_OK, quoted(fee_max_wei=GWEI, gas_limit=600_001)),
    (I.INV_GAS_BOUNDS_OK, quoted(amount_in=10 * GWEI * 100_000 - 1, fee_max_wei=GWEI, gas_limit=100_000)),
    (I.INV_FILTERS_OK, quoted(amount_in=RISK.trade_min_wei - 1)),
    (I.INV_FILTERS_OK, quoted(min_out=0)),
    (I.INV_TX_IDEMPOTENT, account(key_is_live=True)),
    (I.INV_TX_IDEMPOTENT, books(live_intent=True)),
    (I.INV_NONCE_SYNCED, account(nonce_latest=8, nonce_next=7)),
    (I.INV_NONCE_SYNCED, account(nonce_latest=7, nonce_next=9, attempts_live=1)),
]  # fmt: skip
NO_QUOTE = make_case(quote=None)
UNKNOWN = [
    (I.INV_SIGNER_OK, world(signer=None)),
    (I.INV_SELLABLE, seen(probe=None)),
    (I.INV_SELLABLE, seen(probe=make_probe(sent_to_pair=0))),
    (I.INV_SELLABLE, seen(probe=make_probe(expected_out=0))),
    (I.INV_SLIPPAGE_CAP_OK, NO_QUOTE),
    (I.INV_SLIPPAGE_CAP_OK, make_case(quote=None, promised_out=5)),
    (I.INV_IMPACT_CAP_OK, NO_QUOTE),
    (I.INV_BALANCE_BUFFER_OK, NO_QUOTE),
    (I.INV_BALANCE_BUFFER_OK, quoted(gas_limit=0)),
    (I.INV_GAS_BOUNDS_OK, NO_QUOTE),
    (I.INV_GAS_BOUNDS_OK, quoted(gas_limit=0)),
    (I.INV_FILTERS_OK, NO_QUOTE),
    (I.INV_TX_IDEMPOTENT, make_case(phase=Phase.EXECUTE, account=None)),
    (I.INV_NONCE_SYNCED, make_case(account=None)),
]


def answer(code: Reason, case: Case) -> Check:
    return next(check for check in evaluate(INVARIANTS, case) if check.code == code)


def test_every_invariant_holds_for_the_good_market() -> None:
    assert [check for check in evaluate(INVARIANTS, make_case()) if check.ok is not True] == []


@pytest.mark.parametrize(("code", "case"), HOLDS)
def test_an_invariant_holds_exactly_at_its_limit(code: Reason, case: Case) -> None:
    assert answer(code, case).ok is True


@pytest.mark.parametrize(("code", "case"), BROKEN)
def test_an_invariant_fails_one_step_beyond_its_limit(code: Reason, case: Case) -> None:
    assert answer(code, case).ok is False


@pytest.mark.parametrize(("code", "case"), UNKNOWN)
def test_an_invariant_without_its_input_is_unknown_and_not_a_pass(code: Reason, case: Case) -> None:
    assert answer(code, case).ok is None


def test_every_invariant_has_a_case_that_holds_and_one_that_fails() -> None:
    codes = {rule.code for rule in INVARIANTS}
    assert {code for code, _ in HOLDS} == codes
    assert {code for code, _ in BROKEN} == codes


def test_the_invariants_stand_in_the_strict_order_of_the_design() -> None:
    listed = [rule.code for rule in INVARIANTS]
    named = [reason for reason in Reason if reason.startswith("INV_")]
    assert listed == [reason for reason in named if reason is not Reason.INV_LEDGER_MATCHES]


def test_an_exit_is_blocked_only_by_a_hard_halt_or_by_what_makes_sending_unsafe() -> None:
    assert {
        I.INV_KILL_OK,
        I.INV_CIRCUIT_OK,
        I.INV_HEALTH_OK,
        I.INV_PERMISSION_OK,
        I.INV_SIGNER_OK,
        I.INV_CHAIN_ID_MATCH,
        I.INV_TX_IDEMPOTENT,
        I.INV_NONCE_SYNCED,
    } == BLOCKS_EXIT


def test_only_the_markets_own_invariants_are_the_markets_fault() -> None:
    assert {rule.code for rule in INVARIANTS} - OF_US == {
        I.INV_ROUTE_OK,
        I.INV_SELLABLE,
        I.INV_SLIPPAGE_CAP_OK,
        I.INV_IMPACT_CAP_OK,
        I.INV_MARKET_CALM,
    }


def test_all_invariants_are_evaluated_and_recorded_whatever_fails_first() -> None:
    worst = make_case(quote=None, account=None, inputs=make_inputs(
        detection=make_detection(probe=None, factory=None),
        sources=(PermissionSource(SourceKind.KILL, Level.HALT_ALL, "drill"),),
    ))  # fmt: skip
    assert len(evaluate(INVARIANTS, worst)) == len(INVARIANTS)


def test_the_first_of_several_limits_that_is_exceeded_is_named() -> None:
    case = books(positions=5, exposure_wei=RISK.exposure_max_wei)
    assert answer(I.INV_EXPOSURE_OK, case).actual == "positions 6"


def test_one_switch_speaks_for_its_own_kind_and_for_the_whole_lattice() -> None:
    case = source(SourceKind.CIRCUIT, Level.HALT_ALL)
    failing = {check.code for check in evaluate(INVARIANTS, case) if not check.ok}
    assert failing == {I.INV_CIRCUIT_OK, I.INV_PERMISSION_OK}


def test_a_pair_that_is_not_quoted_in_what_we_can_spend_is_named_as_such() -> None:
    found = answer(I.INV_ROUTE_OK, seen(quote=address(9)))
    assert found.actual == "quote is not the native token"
    assert answer(I.INV_ROUTE_OK, seen(quote=NATIVE)).ok is True


def test_the_nonce_that_the_chain_counts_beyond_ours_tells_of_a_key_used_elsewhere() -> None:
    """LESSONS 9."""
    foreign = Account(nonce_latest=12, nonce_next=10, attempts_live=3, key_is_live=False)
    assert answer(I.INV_NONCE_SYNCED, make_case(account=foreign)).ok is False


@pytest.mark.parametrize(("brings_wei", "ok"), [(1, True), (0, False)])
def test_what_is_held_may_be_sold_for_whatever_the_pool_pays(brings_wei: int, ok: bool) -> None:
    quote = make_quote(amount_in=1, expected_out=brings_wei, min_out=0)
    assert answer(I.INV_FILTERS_OK, make_case(side=Side.SELL, quote=quote)).ok is ok
    assert answer(I.INV_FILTERS_OK, make_case(side=Side.SELL, quote=None)).ok is None


def test_a_trade_of_the_whole_wallet_leaves_no_buffer() -> None:
    assert answer(I.INV_BALANCE_BUFFER_OK, world(balance_wei=ETHER // 20)).ok is False
