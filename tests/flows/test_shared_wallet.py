"""Two bots sign with one key on a real chain: against the chain their books are one."""

from botctl.adapters.devnet import control
from botctl.core.books import NATIVE
from botctl.core.permission import Level
from botctl.flows.compare import correct
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.reconcile import ReconcileReport, reconcile
from botctl.flows.scan import scan
from botctl.wiring.stage import DevnetStage
from tests.flows.test_line import GWEI, ONE, bought, mine
from tests.support.staged import runtime_on

SECOND = {**ONE, "BOT__NAME": "second"}
GIFT_WEI = 10**17


def both(stage: DevnetStage) -> None:
    """Each has bought once; the second began when the first had traded already."""
    bought(stage)
    with runtime_on(stage, SECOND) as rt:
        scan(rt)
        assert decide(rt).orders == 1
        assert execute(rt).sent == 1
    mine(stage, GWEI, blocks=3)


def reconciled(stage: DevnetStage, settings: dict[str, str]) -> ReconcileReport:
    with runtime_on(stage, settings) as rt:
        report = reconcile(rt)
        halted = any(source.level is Level.HALT_ALL for source in rt.store.sources())
        assert halted is bool(report.mismatches)
        return report


def test_what_one_bot_does_is_no_mismatch_of_the_other(stage_on: DevnetStage) -> None:
    both(stage_on)
    assert reconciled(stage_on, ONE).mismatches == (), "the other's order is not booked yet"
    assert reconciled(stage_on, SECOND).mismatches == ()
    assert reconciled(stage_on, ONE).mismatches == ()


def test_a_gift_to_the_wallet_is_booked_by_one_bot_alone(stage: DevnetStage) -> None:
    both(stage)
    assert reconciled(stage, SECOND).mismatches == ()
    balance = int(str(stage.rpc.call("eth_getBalance", stage.wallet, "latest")), 16)
    control.set_balance(stage.rpc, stage.wallet, balance + GIFT_WEI)
    mine(stage, GWEI, blocks=3)
    seen = [reconciled(stage, settings) for settings in (ONE, SECOND, ONE)]
    assert [one.received_wei for one in seen] == [GIFT_WEI, 0, 0]
    assert [one.mismatches for one in seen] == [(), (), ()]


def test_a_difference_of_the_wallet_is_booked_by_one_bot_alone(stage: DevnetStage) -> None:
    both(stage)
    assert reconciled(stage, SECOND).mismatches == ()
    balance = int(str(stage.rpc.call("eth_getBalance", stage.wallet, "latest")), 16)
    control.set_balance(stage.rpc, stage.wallet, balance - GIFT_WEI)
    mine(stage, GWEI, blocks=3)
    for settings in (ONE, SECOND):
        (found,) = reconciled(stage, settings).mismatches
        assert (found.token, found.chain - found.ledger) == (NATIVE, -GIFT_WEI)
    for settings, booked in ((ONE, 1), (SECOND, 0)):
        with runtime_on(stage, settings) as rt:
            assert correct(rt, why="a withdrawal", apply=True).applied == booked
        assert reconciled(stage, settings).mismatches == ()
