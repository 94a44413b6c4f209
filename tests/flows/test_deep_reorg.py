"""What was counted as final leaves a real chain: halted, answered for, sent again, and traded on."""

from botctl.adapters.devnet import control
from botctl.core.books import NATIVE, vanished_answer
from botctl.core.codes import Code
from botctl.core.nonces import Finding, Remedy
from botctl.core.orders import SendCode
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.flows.compare import correct
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.nonces import nonce_status
from botctl.flows.reconcile import reconcile
from botctl.flows.scan import scan
from botctl.flows.tend import nonce_repair
from botctl.wiring.stage import DevnetStage
from tests.flows.test_line import GWEI, ONE, decided, mine, reconciled
from tests.support.staged import runtime_on

LONG = 30  # blocks: past every deadline
CYCLES_MAX = 20


def lost(stage: DevnetStage, *, blocks: int) -> None:
    """The very first trade, booked as final; then a chain on which it never happened."""
    decided(stage)
    before = control.snapshot(stage.rpc)
    with runtime_on(stage, ONE) as rt:
        execute(rt)
    mine(stage, GWEI, blocks=3)
    assert reconciled(stage).mismatches == ()
    control.revert(stage.rpc, before)
    mine(stage, 2 * GWEI, blocks=blocks)


def halted(stage: DevnetStage) -> str:
    return "; ".join(s.reason for s in stage.store.sources() if s.level is Level.HALT_ALL)


def test_the_very_first_trade_halts_when_it_vanishes_and_once_answered_for_no_more(
    stage_on: DevnetStage,
) -> None:
    stage = stage_on
    lost(stage, blocks=4)
    assert reconciled(stage).mismatches != ()
    assert halted(stage)
    with runtime_on(stage, ONE) as rt:
        dry = correct(rt, why="", apply=False)
        (fill,) = rt.store.newest_fills(stage.bot, 9)
        assert vanished_answer(fill.order_id, fill.block_hash) in {c.id for c in dry.corrections}
        done = correct(rt, why="a deep reorg", apply=True)
        assert done.applied == len(dry.corrections)
        assert correct(rt, why="again", apply=True).applied == 0
    assert reconciled(stage).mismatches == ()
    assert halted(stage) == ""


def test_a_reorg_that_only_moves_a_trade_halts_too(stage: DevnetStage) -> None:
    """Its block is another one: what else was in it may have changed what it brought."""
    lost(stage, blocks=1)
    (order,) = stage.store.recent(1)
    stage.rpc.call("eth_sendRawTransaction", "0x" + stage.store.attempts(order.id)[-1].raw.hex())
    mine(stage, GWEI, blocks=4)
    reconciled(stage)
    assert str(Code.ERR_REORG_DEEP) in halted(stage) or str(Code.ERR_LEDGER_MISMATCH) in halted(
        stage
    )


def test_what_never_mines_again_by_itself_is_sent_again_as_the_same_bytes(
    stage_on: DevnetStage,
) -> None:
    stage = stage_on
    lost(stage, blocks=LONG)
    with runtime_on(stage, ONE) as rt:
        reconcile(rt)
        correct(rt, why="a deep reorg", apply=True)
        (trouble,) = nonce_status(rt).diagnosis.troubles
        assert trouble.finding is Finding.LAGGING
        assert nonce_repair(rt, apply=False).applied == ()
        repaired = nonce_repair(rt, apply=True)
        assert [(r.remedy, r.nonce) for r in repaired.applied] == [(Remedy.RESEND, 0)]
        (order,) = rt.store.recent(9)
        (attempt,) = rt.store.attempts(order.id)
        assert (attempt.sends, attempt.last_code) == (2, SendCode.ACCEPTED)
    mine(stage, GWEI, blocks=3)
    with runtime_on(stage, ONE) as rt:
        assert nonce_status(rt).diagnosis.troubles == ()
        (gas,) = reconcile(rt).mismatches
        assert gas.token == NATIVE, "past its deadline it only cost gas"
        correct(rt, why="its gas", apply=True)
        assert reconcile(rt).mismatches == ()
    assert trades_again(stage)


def trades_again(stage: DevnetStage) -> bool:
    """When there is something worth buying. The correction was a loss of this day, so it may lose more."""
    for _ in range(CYCLES_MAX):
        stage.step()
        with runtime_on(stage, ONE | {"RISK__DAILY_LOSS_MAX_WEI": "10 ether"}) as rt:
            scan(rt)
            if decide(rt).orders:
                return execute(rt).sent == 1
    return False


def test_a_hard_halt_sends_nothing_again(stage: DevnetStage) -> None:
    lost(stage, blocks=4)
    stage.store.set_source(PermissionSource(SourceKind.KILL, Level.HALT_ALL, "stop", "me", 1))
    with runtime_on(stage, ONE) as rt:
        nonce_repair(rt, apply=True)
        (order,) = rt.store.recent(9)
        assert [attempt.sends for attempt in rt.store.attempts(order.id)] == [1]
