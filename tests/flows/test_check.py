"""The gate on the demo's stage: every trap is refused with its code, and no entry is signed past it."""

import pytest

from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.core.lifecycle import OrderState
from botctl.core.reasons import Kind, Reason
from botctl.core.sellability.codes import Severity
from botctl.core.sellability.proof import ProofCode
from botctl.core.units import ZERO_ADDRESS
from botctl.flows.check import Verdict, check
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.scan import scan
from botctl.wiring.stage import DevnetStage
from tests.support.staged import runtime_on

MINTABLE = "HALO"  # an honest token today, whose living owner may mint
WIDE = {
    "EXECUTION__SELECT_BEST": "24",
    "RISK__POSITIONS_MAX": "24",
    "RISK__EXPOSURE_MAX_WEI": "9 ether",
}


def test_every_trap_is_refused_and_what_is_renounced_is_only_warned_of(stage: DevnetStage) -> None:
    stage.step()
    with runtime_on(stage) as rt:
        scan(rt)
        cash = {*rt.scan_plan.quotes, *rt.scan_plan.dollars}
        reports = {m.pair: check(rt, m.pair) for m in rt.store.markets() if m.token not in cash}
    refused = {pair for pair, one in reports.items() if one.verdict is Verdict.REFUSED}
    owned = {p for p, one in reports.items() if one.market.symbol == MINTABLE}
    assert refused == stage.traps | owned
    assert all(reports[pair].findings[0].severity is Severity.REFUSE for pair in refused)


def test_an_entry_is_put_through_every_tier_before_it_is_signed(stage: DevnetStage) -> None:
    """Also one that was decided on without them."""
    stage.step()
    with runtime_on(stage, {**WIDE, "EXECUTION__GATE": "false"}) as rt:
        scan(rt)
        decide(rt)
        mintable = next(m.pair for m in rt.store.markets() if m.symbol == MINTABLE)
        wanted = {order.intent.pair for order in rt.store.open()}
    with runtime_on(stage, WIDE) as rt:
        outcomes = {one.pair: one for one in execute(rt).outcomes}
    assert mintable in wanted, "what a round trip sees alone would be entered"
    refused = outcomes[mintable]
    assert (refused.state, refused.code) == (OrderState.FAILED, Reason.INV_SELLABLE)
    assert refused.detail.startswith(ProofCode.OWNER_MINTS)
    assert outcomes.keys() == wanted


def test_what_a_tier_refuses_is_not_even_decided(stage: DevnetStage) -> None:
    stage.step()
    with runtime_on(stage, WIDE) as rt:
        scan(rt)
        lines = {line.symbol: line for line in decide(rt).lines}
        entered = {order.intent.pair for order in rt.store.open()}
    refused = lines[MINTABLE]
    assert (refused.kind, refused.reason) == (Kind.FAIL, Reason.INV_SELLABLE)
    assert refused.detail.startswith(ProofCode.OWNER_MINTS)
    assert entered
    assert not entered & stage.traps


def test_the_gate_can_be_switched_off_for_a_node_that_cannot_run_it(stage: DevnetStage) -> None:
    stage.step()
    with runtime_on(stage, {**WIDE, "EXECUTION__GATE": "false"}) as rt:
        scan(rt)
        decide(rt)
        mintable = next(m.pair for m in rt.store.markets() if m.symbol == MINTABLE)
        outcomes = {one.pair: one for one in execute(rt).outcomes}
    assert outcomes[mintable].state is OrderState.PENDING


def test_a_token_is_found_by_its_address_before_anything_was_scanned(stage: DevnetStage) -> None:
    with runtime_on(stage) as rt:
        plan = next(m for m in stage.deployment.markets if m.pair not in stage.traps)
        by_pair = check(rt, plan.pair)
        by_token = check(rt, by_pair.market.token)
    assert by_token.market == by_pair.market
    assert by_token.findings == by_pair.findings


def test_what_is_no_market_is_said_so(stage: DevnetStage) -> None:
    with runtime_on(stage) as rt, pytest.raises(UsageError) as caught:
        check(rt, ZERO_ADDRESS)
    assert caught.value.code is Code.ERR_NOT_FOUND
