"""Rare ends on a real chain: what cannot be sold, what may not be raised, and a clock that jumps."""

from botctl.core.intent import Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import OrderKind, SendCode
from botctl.core.replacement import Act
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.reconcile import ReconcileReport, reconcile
from botctl.flows.scan import scan
from botctl.wiring.stage import DevnetStage
from tests.flows.test_line import GWEI, ONE, bought, ended, mine, stuck
from tests.support.staged import runtime_on

TRIES = 2
LEAVING = {
    **ONE,
    "RISK__POSITIONS_MAX": "1",  # nothing is entered beside it
    "EXITS__HOLD_MAX_S": "1",
    "EXITS__SLIPPAGE_BPS": "2000",
    "EXECUTION__EXIT_TRIES_MAX": str(TRIES),
    "EXECUTION__TIME_BUCKET_S": "12",
}
REVERTS = "0x60006000fd"
BUCKET_S = 60
PATIENT = {
    **ONE,
    "EXECUTION__TIME_BUCKET_S": str(BUCKET_S),
    "EXECUTION__DEADLINE_S": "1800",
    "FRESHNESS__HEAD_AGE_MAX_MS": "3600000",
    "FRESHNESS__QUOTE_AGE_MAX_MS": "3600000",
    "FRESHNESS__AHEAD_MAX_MS": "3600000",
}
JUMPS_MS = (3 * BUCKET_S * 1_000, -2 * BUCKET_S * 1_000)


def fails_to_sell(stage: DevnetStage) -> ReconcileReport:
    """The sell is sent in good faith; in its block the router reverts."""
    mine(stage, GWEI, blocks=2)  # a bucket of its own
    with runtime_on(stage, LEAVING) as rt:
        scan(rt)
        assert decide(rt).orders == 1
        assert execute(rt).sent > 0
    router = stage.deployment.router
    code = stage.rpc.call("eth_getCode", router, "latest")
    stage.rpc.call("anvil_setCode", router, REVERTS)
    mine(stage, GWEI, blocks=1)
    stage.rpc.call("anvil_setCode", router, code)
    mine(stage, GWEI, blocks=2)
    with runtime_on(stage, LEAVING) as rt:
        return reconcile(rt)


def test_a_position_whose_sells_keep_failing_is_written_off_by_itself(
    stage_on: DevnetStage,
) -> None:
    """LESSONS 15: it frees its slot, and is a loss."""
    stage = stage_on
    bought(stage)
    (held,) = stage.store.positions(stage.bot, only_open=True)
    for _ in range(TRIES - 1):
        assert fails_to_sell(stage).written_off == ()
    last = fails_to_sell(stage)
    assert last.written_off == (held.position.pair,)
    assert last.mismatches == ()
    (closed,) = stage.store.positions(stage.bot, only_open=False)
    assert (closed.open, closed.exit_reason) == (False, f"UNSELLABLE: {TRIES} sells failed")
    assert closed.realised_wei <= -held.position.cost_wei
    swaps = [o for o in stage.store.recent(None) if o.kind is OrderKind.SWAP]
    sells = [o.state for o in swaps if o.intent.side is Side.SELL]
    assert sells == [OrderState.FAILED] * TRIES
    with runtime_on(stage, LEAVING) as rt:
        assert reconcile(rt).written_off == (), "once"


def test_what_may_not_be_raised_is_published_again_as_the_same_bytes(
    stage_on: DevnetStage,
) -> None:
    """The node refuses them while every block is dearer, and takes them when the price has fallen."""
    stage = stage_on
    order = stuck(stage, {"EXECUTION__DEADLINE_S": "600"})
    (first,) = stage.store.attempts(order.id)
    ceiling = {**ONE, "EXECUTION__BUMP_FEE_MAX_WEI": str(first.fee_max_wei)}
    for sends, answer in ((2, SendCode.UNDERPRICED), (3, SendCode.ACCEPTED)):
        with runtime_on(stage, ceiling) as rt:
            (tended,) = reconcile(rt).tended
        assert (tended.act, tended.code) == (Act.PUBLISH, answer)
        (attempt,) = stage.store.attempts(order.id)
        assert (attempt.raw, attempt.hash, attempt.sends) == (first.raw, first.hash, sends)
        mine(stage, GWEI, blocks=1)
    mine(stage, GWEI, blocks=2)
    with runtime_on(stage, ceiling) as rt:
        assert reconcile(rt).mismatches == ()
    assert ended(stage, order) is OrderState.CONFIRMED
    assert stage.mined_transactions() == 1


def test_a_clock_that_jumps_between_decide_and_execute_makes_no_second_effect(
    stage_on: DevnetStage,
) -> None:
    stage = stage_on
    stage.step()
    with runtime_on(stage, PATIENT) as rt:
        scan(rt)
        assert decide(rt).orders == 1
    for late_ms in JUMPS_MS:
        with runtime_on(stage, PATIENT, late_ms=late_ms) as rt:
            execute(rt)
    (order,) = stage.store.recent(None)
    assert order.state is OrderState.PENDING
    mine(stage, GWEI, blocks=3)
    with runtime_on(stage, PATIENT) as rt:
        reconcile(rt)
    assert ended(stage, order) is OrderState.CONFIRMED
    assert stage.mined_transactions() == 1


def test_a_clock_that_jumps_between_two_decisions_makes_no_second_effect(
    stage_on: DevnetStage,
) -> None:
    """Another bucket would be another intent; the market's live order stands in its way."""
    stage = stage_on
    stage.step()
    with runtime_on(stage, PATIENT) as rt:
        scan(rt)
        assert decide(rt).orders == 1
    (first,) = stage.store.recent(None)
    for late_ms in JUMPS_MS:
        mine(stage, GWEI, blocks=1)
        with runtime_on(stage, PATIENT, late_ms=late_ms) as rt:
            scan(rt)
            decide(rt)
    others = [o for o in stage.store.recent(None) if o.id != first.id]
    assert first.intent.pair not in {o.intent.pair for o in others}
    with runtime_on(stage, PATIENT) as rt:
        execute(rt)
    mine(stage, GWEI, blocks=3)
    with runtime_on(stage, PATIENT) as rt:
        assert reconcile(rt).mismatches == ()
    held = [p.position.pair for p in stage.store.positions(stage.bot, only_open=True)]
    assert held.count(first.intent.pair) == 1
