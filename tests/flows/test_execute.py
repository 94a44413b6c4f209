"""execute and reconcile: what is on disk before the world sees it, and what the chain then tells."""

from dataclasses import replace

import pytest

from botctl.adapters.devnet import calldata, control
from botctl.adapters.evm import abi
from botctl.adapters.evm.hashing import keccak256
from botctl.core.codes import Code
from botctl.core.lifecycle import OrderState
from botctl.core.orders import SendCode, SignedTx
from botctl.core.permission import Level, PermissionSource, SourceKind, permission
from botctl.core.reasons import Reason
from botctl.core.units import Address
from botctl.flows.compare import correct
from botctl.flows.cycle import cycle
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.reconcile import reconcile
from botctl.flows.scan import scan
from botctl.ports.chain import SendAnswer, Sender
from botctl.ports.runtime import Runtime
from botctl.wiring.stage import DevnetStage
from tests.support.staged import runtime_on


class PowerCut(Exception):  # noqa: N818  not an error of ours: the machine is gone
    pass


class CutBefore:
    """The machine dies just before the bytes leave."""

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:  # noqa: ARG002
        raise PowerCut


class CutAfter:
    """The bytes are out; the machine dies before it can say so."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        self._sender.send(signed, public=public)
        raise PowerCut


class Silent:
    """The bytes arrive, the answer does not."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        self._sender.send(signed, public=public)
        return SendAnswer(SendCode.UNCLEAR, Code.ERR_RPC_TIMEOUT)


# The crowd moves prices: what is tested here is not the slippage bound.
LOOSE = '[{"liquidity_usd_min":0,"slippage_bps":2000,"cost_max_bps":4000,"impact_max_bps":500}]'
ONE_ENTRY = {"EXECUTION__SELECT_BEST": "1", "BANDS": LOOSE}


def decided(stage: DevnetStage) -> None:
    stage.step()
    with runtime_on(stage, ONE_ENTRY) as rt:
        scan(rt)
        assert decide(rt).orders == 1


def confirmed(stage: DevnetStage) -> None:
    for _ in range(3):
        stage.step()
        with runtime_on(stage) as rt:
            execute(rt)
            reconcile(rt)


@pytest.mark.parametrize("after", [False, True], ids=["before the send", "after the send"])
def test_a_crash_around_the_send_leads_to_the_same_bytes_once(
    stage_on: DevnetStage, after: bool
) -> None:
    stage = stage_on
    decided(stage)
    with runtime_on(stage) as rt:
        broken = replace(rt, sender=CutAfter(rt.sender) if after else CutBefore())
        with pytest.raises(PowerCut):
            execute(broken)
        (order,) = rt.store.open()
        (attempt,) = rt.store.attempts(order.id)
    assert order.state is OrderState.SUBMITTED
    confirmed(stage)
    (done,) = stage.store.recent(None)
    assert done.state is OrderState.CONFIRMED
    assert [a.raw for a in stage.store.attempts(done.id)] == [attempt.raw]
    assert stage.mined_transactions() == 1


def test_silence_is_watched_and_never_a_second_buy(stage: DevnetStage) -> None:
    decided(stage)
    with runtime_on(stage) as rt:
        execute(replace(rt, sender=Silent(rt.sender)))
        (order,) = rt.store.open()
    assert order.state is OrderState.SUBMITTED
    confirmed(stage)
    assert [o.state for o in stage.store.recent(None)] == [OrderState.CONFIRMED]
    assert stage.mined_transactions() == 1


def test_a_kill_switch_between_decide_and_execute_stops_the_entry(stage: DevnetStage) -> None:
    decided(stage)
    with runtime_on(stage) as rt:
        rt.store.set_source(PermissionSource(SourceKind.KILL, Level.EXITS_ONLY, "stop", "me", 1))
        report = execute(rt)
    assert [(o.state, o.code) for o in report.outcomes] == [(OrderState.FAILED, Reason.INV_KILL_OK)]
    assert stage.mined_transactions() == 0


def test_an_expired_decision_is_not_sent(stage: DevnetStage) -> None:
    decided(stage)
    for _ in range(4):
        stage.step()
    with runtime_on(stage, {"EXECUTION__DEADLINE_S": "90"}) as rt:
        report = execute(rt)
    assert [o.code for o in report.outcomes] == [Reason.INV_QUOTE_FRESH]


def test_an_entry_whose_price_ran_away_is_refused_before_it_is_signed(stage: DevnetStage) -> None:
    decided(stage)
    (order,) = stage.store.open()
    reserve_slot = hex(8)  # UniswapV2Pair: reserve0, reserve1 and the timestamp share slot 8
    word = stage.rpc.call("eth_getStorageAt", order.intent.pair, reserve_slot, "latest")
    value = int(str(word), 16)
    low, high = value & (2**112 - 1), (value >> 112) & (2**112 - 1)
    halved = (low // 2 if order.intent.token < stage.deployment.weth else low) | (
        (high // 2 if order.intent.token > stage.deployment.weth else high) << 112
    )
    packed = (value >> 224 << 224) | halved
    stage.rpc.call("anvil_setStorageAt", order.intent.pair, reserve_slot, f"0x{packed:064x}")
    stage.rpc.call("evm_mine")
    with runtime_on(stage) as rt:
        report = execute(rt)
    assert [o.state for o in report.outcomes] == [OrderState.FAILED]
    assert report.outcomes[0].code in {Reason.INV_SLIPPAGE_CAP_OK, Reason.INV_SELLABLE}
    assert stage.mined_transactions() == 0


def test_a_reorg_moves_a_mined_order_back_and_it_is_mined_again(stage: DevnetStage) -> None:
    deep = {"CHAIN__CONFIRMATIONS": "12"}
    decided(stage)
    snapshot = control.snapshot(stage.rpc)
    with runtime_on(stage, deep) as rt:
        execute(rt)
    stage.step()
    with runtime_on(stage, deep) as rt:
        reconcile(rt)
        assert [o.state for o in rt.store.open()] == [OrderState.MINED]
    control.revert(stage.rpc, snapshot)
    with runtime_on(stage, deep) as rt:
        reconcile(rt)
        assert [o.state for o in rt.store.open()] == [OrderState.SUBMITTED]
        execute(rt)
    for _ in range(4):
        stage.step()
    with runtime_on(stage, deep) as rt:
        reconcile(rt)
    assert [o.state for o in stage.store.recent(None)] == [OrderState.CONFIRMED]
    assert stage.mined_transactions() == 1


def test_a_key_used_elsewhere_is_found_before_signing(stage: DevnetStage) -> None:
    decided(stage)
    with runtime_on(stage, ONE_ENTRY) as rt:
        execute(rt)
    confirmed(stage)
    foreign_transfer(stage)
    stage.step()
    with runtime_on(stage, ONE_ENTRY) as rt:
        scan(rt)
        decide(rt)
        report = execute(rt)
        assert {o.code for o in report.outcomes} == {Reason.INV_PERMISSION_OK}
        (latch,) = rt.store.sources()
        assert (latch.kind, latch.level) == (SourceKind.NONCE, Level.EXITS_ONLY)


def foreign_transfer(stage: DevnetStage) -> None:
    """One wei to oneself, by somebody who has the key too."""
    stage.rpc.call("anvil_impersonateAccount", stage.wallet)
    stage.rpc.call(
        "eth_sendTransaction", {"from": stage.wallet, "to": stage.wallet, "value": "0x1"}
    )


def test_a_balance_nobody_can_explain_halts_and_the_operator_can_book_it(
    stage: DevnetStage,
) -> None:
    decided(stage)
    with runtime_on(stage) as rt:
        execute(rt)
    confirmed(stage)
    stranger = 5 * 10**17
    balance = int(str(stage.rpc.call("eth_getBalance", stage.wallet, "latest")), 16)
    control.set_balance(stage.rpc, stage.wallet, balance - stranger)
    stage.step()
    with runtime_on(stage) as rt:
        report = reconcile(rt)
        (found,) = report.mismatches
        assert (found.token, found.chain - found.ledger) == ("native", -stranger)
        assert halted(rt)
        (proposed,) = correct(rt, why="", apply=False).corrections
        assert proposed.chain - proposed.ledger == -stranger
        assert halted(rt)
        assert correct(rt, why="a withdrawal", apply=True).applied == 1
        assert not halted(rt)
        assert correct(rt, why="a withdrawal", apply=True).applied == 0
        assert reconcile(rt).mismatches == ()


def test_native_coin_from_outside_is_booked_once_and_stops_nothing(stage: DevnetStage) -> None:
    """One wei of a stranger must not halt us, and an operator may top the wallet up."""
    decided(stage)
    with runtime_on(stage) as rt:
        execute(rt)
    confirmed(stage)
    balance = int(str(stage.rpc.call("eth_getBalance", stage.wallet, "latest")), 16)
    control.set_balance(stage.rpc, stage.wallet, balance + 1)
    stage.step()
    with runtime_on(stage) as rt:
        report = reconcile(rt)
        assert (report.received_wei, report.mismatches) == (1, ())
        assert not halted(rt)
        again = reconcile(rt)
        assert (again.received_wei, again.mismatches) == (0, ())
        assert rt.store.verify().altered == ()


def test_more_coin_is_no_gift_while_the_key_was_used_elsewhere(stage: DevnetStage) -> None:
    """Books that were restored from a copy see the same: what was sold since looks like a gift."""
    decided(stage)
    with runtime_on(stage) as rt:
        execute(rt)
    confirmed(stage)
    foreign_transfer(stage)
    stage.step()
    balance = int(str(stage.rpc.call("eth_getBalance", stage.wallet, "latest")), 16)
    control.set_balance(stage.rpc, stage.wallet, balance + 10**18)
    stage.step()
    with runtime_on(stage) as rt:
        report = reconcile(rt)
        assert report.received_wei == 0
        assert [one.token for one in report.mismatches] == ["native"]
        assert halted(rt)


def given(stage: DevnetStage, token: Address, amount: int) -> None:
    """By one of the crowd, who has some."""
    sender = control.accounts(stage.rpc)[1]
    data = calldata.call("transfer(address,uint256)", abi.address(stage.wallet), abi.uint(amount))
    nonce = control.nonce(stage.rpc, sender)
    method, fields = control.Transaction(sender, nonce, data, token).request()
    stage.rpc.call(method, *fields)
    stage.rpc.call("evm_mine")
    stage.step()


def test_a_gift_of_a_held_token_stops_nothing_and_a_missing_one_stops_entries(
    stage: DevnetStage,
) -> None:
    """Anybody can send us a token, and its maker can take it: neither may hold back other exits."""
    decided(stage)
    with runtime_on(stage) as rt:
        execute(rt)
    confirmed(stage)
    (held,) = stage.store.positions(stage.bot, only_open=True)
    token, quantity = held.position.token, held.position.quantity
    given(stage, token, 1)
    with runtime_on(stage) as rt:
        assert control.balance_of(stage.rpc, token, stage.wallet) == quantity + 1
        assert reconcile(rt).mismatches == ()
        assert not halted(rt)
    # A holder's own power: tokens leave without an order of ours.
    seize(stage, token, quantity - 1)
    with runtime_on(stage) as rt:
        (found,) = reconcile(rt).mismatches
        assert (found.token, found.ledger, found.chain) == (token, quantity, quantity - 1)
        allowed = permission(rt.store.sources())
        assert (allowed.entries, allowed.exits) == (False, True)
        worse = PermissionSource(SourceKind.LEDGER, Level.HALT_ALL, "native", "reconcile", 1)
        rt.store.set_source(worse)
        assert reconcile(rt).mismatches == (found,)
        assert halted(rt), "a milder finding lifts no halt"


def seize(stage: DevnetStage, token: Address, left: int) -> None:
    """Set our balance: `balanceOf` is the second slot of a demo token's storage."""
    slot = keccak256(bytes.fromhex(abi.address(stage.wallet) + abi.uint(1)))
    stage.rpc.call("anvil_setStorageAt", token, "0x" + slot.hex(), "0x" + abi.uint(left))
    stage.step()


def halted(rt: Runtime) -> bool:
    return any(source.level is Level.HALT_ALL for source in rt.store.sources())


def test_a_reverted_swap_costs_gas_only_and_says_why(stage: DevnetStage) -> None:
    decided(stage)
    with runtime_on(stage) as rt:
        execute(rt)
    stage.rpc.call("anvil_setCode", stage.deployment.router, "0x60006000fd")  # reverts at once
    stage.rpc.call("evm_mine")
    confirmed(stage)
    (order,) = stage.store.recent(None)
    assert (order.state, order.code) == (OrderState.FAILED, Code.ERR_TX_REVERTED)
    assert order.detail
    with runtime_on(stage) as rt:
        assert reconcile(rt).mismatches == ()


def test_a_cycle_after_all_this_still_works(stage: DevnetStage) -> None:
    for _ in range(3):
        stage.step()
        with runtime_on(stage) as rt:
            assert cycle(rt).scan.markets == 24
