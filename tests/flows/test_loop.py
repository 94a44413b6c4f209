"""The main job, end to end: real chain, real databases, every promise checked at the end."""

from collections import Counter

from botctl.core.lifecycle import OrderState
from botctl.core.orders import OrderKind
from botctl.core.reasons import Kind, Reason
from botctl.flows.cycle import cycle
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.promises import kept_promises
from botctl.flows.reconcile import reconcile
from botctl.flows.scan import scan
from botctl.ports.store import LedgerFilter
from botctl.wiring.stage import DevnetStage
from tests.support.staged import runtime_on

CYCLES = 10
MARKETS = 24


def settle(stage: DevnetStage) -> None:
    for _ in range(4):
        stage.step()
        with runtime_on(stage) as rt:
            reconcile(rt)


def test_ten_cycles_buy_hold_and_sell_and_every_promise_is_kept(stage_on: DevnetStage) -> None:
    stage = stage_on
    for _ in range(CYCLES):
        stage.step()
        with runtime_on(stage) as rt:
            report = cycle(rt)
            assert report.reconcile.mismatches == ()
    settle(stage)
    assert [p for p in kept_promises(stage, ()) if not p.kept] == []
    kinds = Counter(row.kind for row in stage.store.rows(LedgerFilter(limit=None)))
    assert kinds[Kind.BUY] >= 3
    assert kinds[Kind.SELL] >= 2
    assert sum(kinds.values()) == CYCLES * MARKETS
    closed = [one for one in stage.store.positions(stage.bot, only_open=False) if not one.open]
    assert closed
    assert all(one.position.quantity == 0 and one.proceeds_wei > 0 for one in closed)
    assert all(one.exit_reason.startswith("EXIT_") for one in closed)


def test_the_four_commands_apart_do_what_one_cycle_does(stage: DevnetStage) -> None:
    stage.step()
    with runtime_on(stage) as rt:
        scan(rt)
    with runtime_on(stage) as rt:
        decided = decide(rt)
    with runtime_on(stage) as rt:
        sent = execute(rt)
    assert decided.orders == sent.sent == 3
    settle(stage)
    orders = stage.store.recent(None)
    assert {order.state for order in orders} == {OrderState.CONFIRMED}
    assert {order.kind for order in orders} == {OrderKind.SWAP}


def test_running_every_command_twice_changes_nothing(stage: DevnetStage) -> None:
    stage.step()
    with runtime_on(stage) as rt:
        first = [scan(rt).cycle_id, decide(rt).cycle_id, execute(rt).sent]
        again = [scan(rt).cycle_id, decide(rt).cycle_id, execute(rt).sent]
        reconcile(rt)
        reconcile(rt)
    assert None not in first
    assert again == [None, None, 0]
    settle(stage)
    assert stage.mined_transactions() == first[2]


def test_traps_are_refused_by_a_simulated_sell_or_its_tax(stage: DevnetStage) -> None:
    stage.step()
    with runtime_on(stage) as rt:
        cycle(rt)
    rows = {row.pair: row for row in stage.store.rows(LedgerFilter(limit=None))}
    assert len(stage.traps) == 5
    for pair in stage.traps:
        assert (rows[pair].kind, rows[pair].reason) == (Kind.FAIL, Reason.INV_SELLABLE)


PAPER = {
    "BOT__MODE": "paper",
    "PAPER__BALANCE_WEI": "10 ether",
    "EXECUTION__DEADLINE_S": "1800",
    "FRESHNESS__AHEAD_MAX_MS": "3600000",  # the embedded chain's time runs ahead of ours
}


def test_a_paper_bot_trades_without_a_transaction_on_the_chain(stage: DevnetStage) -> None:
    for _ in range(6):
        stage.step()
        with runtime_on(stage, PAPER) as rt:
            report = cycle(rt)
            assert report.reconcile.mismatches == ()
    confirmed = [o for o in stage.store.recent(None) if o.state is OrderState.CONFIRMED]
    assert confirmed
    assert stage.mined_transactions() == 0
