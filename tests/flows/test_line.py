"""The line of a wallet's transactions on a real node: raised, canceled, filled, and told by what mined."""

from dataclasses import replace
from typing import cast

import pytest

from botctl.adapters.devnet import control
from botctl.core.codes import Code
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.nonces import Finding, Remedy
from botctl.core.orders import AttemptKind, Order, SendCode, SignedTx
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.reasons import Reason
from botctl.core.replacement import Act
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.nonces import nonce_status
from botctl.flows.reconcile import ReconcileReport, reconcile
from botctl.flows.scan import scan
from botctl.flows.tend import nonce_repair
from botctl.ports.chain import SendAnswer
from botctl.ports.runtime import Runtime
from botctl.ports.store import Moved, Store
from botctl.wiring.stage import DevnetStage
from tests.support.staged import runtime_on

GWEI = 10**9
BLOCK_S = 12
LOOSE = '[{"liquidity_usd_min":0,"slippage_bps":2000,"cost_max_bps":4000,"impact_max_bps":500}]'
ONE = {
    "EXECUTION__SELECT_BEST": "1",
    "EXECUTION__BUMP_AFTER_MS": "10000",
    "BANDS": LOOSE,
}
DEAR = 10 * GWEI  # above the most that a transaction signed at the usual price pays


class PowerCut(Exception):  # noqa: N818  not an error of ours: the machine is gone
    pass


class BlackHole:
    """Takes the bytes and tells nobody."""

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:  # noqa: ARG002
        return SendAnswer(SendCode.UNCLEAR, "")


def test_a_stuck_transaction_is_raised_and_mines_under_its_second_hash(
    stage_on: DevnetStage,
) -> None:
    stage = stage_on
    order = stuck(stage)
    (tended,) = reconciled(stage).tended
    assert (tended.order_id, tended.act, tended.code) == (order.id, Act.BUMP, SendCode.ACCEPTED)
    first, second = stage.store.attempts(order.id)
    assert second.kind is AttemptKind.BUMP
    assert second.nonce == first.nonce
    assert second.fee_max_wei * 8 >= first.fee_max_wei * 9
    assert second.priority_fee_wei * 8 >= first.priority_fee_wei * 9
    mine(stage, DEAR, blocks=3)
    reconciled(stage)
    assert ended(stage, order) is OrderState.CONFIRMED
    assert stage.mined_transactions() == 1


def test_what_mined_tells_what_happened_whichever_attempt_it_was(stage: DevnetStage) -> None:
    """LESSONS 1, 8: the raise was signed and lost; the first bytes mine after all."""
    order = stuck(stage)
    with runtime_on(stage, ONE) as rt:
        reconcile(replace(rt, sender=BlackHole()))
    assert len(stage.store.attempts(order.id)) == 2
    mine_the_first_attempt(stage, order)
    assert reconciled(stage).mismatches == ()
    assert ended(stage, order) is OrderState.CONFIRMED
    assert stage.mined_transactions() == 1


def test_a_raise_lost_in_a_crash_goes_out_with_the_same_bytes(stage: DevnetStage) -> None:
    order = stuck(stage)
    with runtime_on(stage, ONE) as rt:
        reconcile(replace(rt, sender=BlackHole()))
    bumped = stage.store.attempts(order.id)[-1]
    with runtime_on(stage, ONE) as rt:
        (outcome,) = execute(rt).outcomes
    assert outcome.code == SendCode.ACCEPTED
    assert stage.store.attempts(order.id)[-1].raw == bumped.raw
    assert len(stage.store.attempts(order.id)) == 2


def test_past_its_deadline_it_is_canceled_and_only_the_cancels_gas_is_gone(
    stage_on: DevnetStage,
) -> None:
    """LESSONS 8: canceled means that our cancel mined."""
    stage = stage_on
    order = stuck(stage)
    mine(stage, DEAR, blocks=15)
    (tended,) = reconciled(stage).tended
    assert tended.act is Act.CANCEL
    mine(stage, DEAR, blocks=3)
    assert reconciled(stage).mismatches == ()
    assert ended(stage, order) is OrderState.CANCELED
    assert stage.store.positions(stage.bot, only_open=False) == ()


def test_a_trade_that_wins_against_its_cancel_is_a_trade(stage: DevnetStage) -> None:
    order = stuck(stage, {"EXECUTION__DEADLINE_S": "600", "EXECUTION__BUMPS_MAX": "0"})
    with runtime_on(stage, {**ONE, "EXECUTION__BUMPS_MAX": "0"}) as rt:
        (tended,) = reconcile(replace(rt, sender=BlackHole())).tended
    assert tended.act is Act.CANCEL
    mine_the_first_attempt(stage, order)
    assert reconciled(stage).mismatches == ()
    assert ended(stage, order) is OrderState.CONFIRMED


def mine_the_first_attempt(stage: DevnetStage, order: Order) -> None:
    """Another node still has it: ours forgot it when the price rose."""
    first = stage.store.attempts(order.id)[0]
    mine(stage, GWEI, blocks=1)
    stage.rpc.call("eth_sendRawTransaction", "0x" + first.raw.hex())
    mine(stage, GWEI, blocks=2)


def test_a_kill_switch_turns_the_raise_of_an_entry_into_its_cancel(stage: DevnetStage) -> None:
    stuck(stage)
    stage.store.set_source(PermissionSource(SourceKind.KILL, Level.EXITS_ONLY, "stop", "me", 1))
    assert [tended.act for tended in reconciled(stage).tended] == [Act.CANCEL]


def test_a_hard_kill_sends_nothing_at_all(stage: DevnetStage) -> None:
    order = stuck(stage)
    stage.store.set_source(PermissionSource(SourceKind.KILL, Level.HALT_ALL, "stop", "me", 1))
    assert reconciled(stage).tended == ()
    assert len(stage.store.attempts(order.id)) == 1


class DiesAtSubmit:
    """The process dies when it is about to say that the first bytes go out."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def move(self, order: Order, moved: Moved, now_ms: int) -> Order:
        if moved.event is OrderEvent.SUBMIT:
            raise PowerCut
        return self._store.move(order, moved, now_ms)


def test_a_gap_below_is_filled_so_that_the_rest_of_the_line_mines(stage_on: DevnetStage) -> None:
    """LESSONS 6: a nonce given out and never sent."""
    stage = stage_on
    stage.step()
    with runtime_on(stage, {**ONE, "EXECUTION__SELECT_BEST": "2"}) as rt:
        scan(rt)
        assert decide(rt).orders == 2
        with pytest.raises(PowerCut):
            execute(replace(rt, store=cast(Store, DiesAtSubmit(rt.store))))
        first, second = sorted(rt.store.open(), key=lambda order: order.nonce or 0)
        rt.store.move(first, Moved(OrderEvent.PROVE_UNSENT), rt.clock.now_ms())
        found = nonce_status(rt).diagnosis
        assert [(r.remedy, r.nonce) for r in found.repairs] == [(Remedy.FILL, 0)]
        (tended,) = reconcile(rt).tended
        assert (tended.act, tended.nonce) == ("fill", 0)
        execute(rt)
    mine(stage, GWEI, blocks=3)
    assert reconciled(stage).mismatches == ()
    assert ended(stage, first) is OrderState.DROPPED
    assert ended(stage, second) is OrderState.CONFIRMED
    assert stage.mined_transactions() == 2


def test_drift_is_lowered_over_a_range_that_two_readings_prove_empty(stage: DevnetStage) -> None:
    """LESSONS 6: a counter hundreds above the chain."""
    bought(stage)
    with runtime_on(stage, ONE) as rt:
        drift(rt, 633)
        assert [t.finding for t in nonce_status(rt).diagnosis.troubles] == [Finding.DRIFT]
        reconcile(rt)
        assert nonce_status(rt).diagnosis.troubles == ()


def drift(rt: Runtime, by: int) -> None:
    row = rt.store.nonce(rt.identity.wallet)
    assert row is not None
    now_ms = rt.clock.now_ms()
    lease = rt.store.lease(
        rt.identity.wallet, holder="test", chain_nonce=0, now_ms=now_ms, ttl_ms=1
    )
    assert lease is not None
    rt.store.set_next(lease, expected=row.next, to=row.next + by, now_ms=now_ms, why="drift")
    rt.store.release(lease)


def test_a_strangers_transaction_in_the_pool_stops_entries_before_anything_is_signed(
    stage: DevnetStage,
) -> None:
    """LESSONS 9: the key is used elsewhere."""
    bought(stage)
    stage.rpc.call("anvil_impersonateAccount", stage.wallet)
    stage.rpc.call(
        "eth_sendTransaction", {"from": stage.wallet, "to": stage.wallet, "value": "0x1"}
    )
    with runtime_on(stage, ONE) as rt:
        scan(rt)
        decide(rt)
        assert {o.code for o in execute(rt).outcomes} == {Reason.INV_PERMISSION_OK}
        (trouble,) = nonce_status(rt).diagnosis.foreign
        assert trouble.finding is Finding.FOREIGN_PENDING
    mine(stage, GWEI, blocks=3)
    with runtime_on(stage, ONE) as rt:
        assert nonce_repair(rt, apply=False).applied == ()
        assert rt.store.sources(), "a dry run lifts nothing"
        repaired = nonce_repair(rt, apply=True)
        assert [(r.remedy, r.nonce) for r in repaired.applied] == [(Remedy.RAISE, 2)]
        assert rt.store.sources() == ()


def test_a_wallet_that_another_process_signs_for_is_left_to_it(stage: DevnetStage) -> None:
    decided(stage)
    with runtime_on(stage, ONE) as rt:
        now_ms = rt.clock.now_ms()
        other = rt.store.lease(
            rt.identity.wallet, holder="other", chain_nonce=0, now_ms=now_ms, ttl_ms=60_000
        )
        assert other is not None
        report = execute(rt)
        assert report.locked
        assert report.outcomes == ()
        rt.store.release(other)
        assert execute(rt).sent == 1


def test_a_private_trade_goes_to_the_relay_first_and_to_every_node_after_its_blocks(
    stage: DevnetStage,
) -> None:
    relay = {**ONE, "CHAIN__PRIVATE_URL": "http://127.0.0.1:1", "CHAIN__PRIVATE_BLOCKS": "2"}
    decided(stage)
    with runtime_on(stage, relay) as rt:
        (outcome,) = execute(rt).outcomes
    assert outcome.code == SendCode.UNCLEAR, "the relay is down, and nobody else was told"
    mine(stage, GWEI, blocks=1)
    with runtime_on(stage, relay) as rt:
        assert [o.code for o in execute(rt).outcomes] == [SendCode.UNCLEAR]
    mine(stage, GWEI, blocks=1)
    with runtime_on(stage, relay) as rt:
        assert [o.code for o in execute(rt).outcomes] == [SendCode.ACCEPTED]


def test_a_reorg_deeper_than_what_we_count_as_final_halts(stage: DevnetStage) -> None:
    decided(stage)
    before = control.snapshot(stage.rpc)
    with runtime_on(stage, ONE) as rt:
        execute(rt)
    mine(stage, GWEI, blocks=3)
    reconciled(stage)
    control.revert(stage.rpc, before)
    mine(stage, 2 * GWEI, blocks=4)
    reconciled(stage)
    (source,) = [s for s in stage.store.sources() if s.kind is SourceKind.LEDGER]
    assert source.level is Level.HALT_ALL
    assert Code.ERR_REORG_DEEP in source.reason or Code.ERR_LEDGER_MISMATCH in source.reason


def decided(stage: DevnetStage, settings: dict[str, str] | None = None) -> None:
    stage.step()
    with runtime_on(stage, {**ONE, **(settings or {})}) as rt:
        scan(rt)
        assert decide(rt).orders == 1


def stuck(stage: DevnetStage, settings: dict[str, str] | None = None) -> Order:
    """An entry whose fee is below the price of every block since."""
    decided(stage, settings)
    with runtime_on(stage, ONE) as rt:
        (outcome,) = execute(rt).outcomes
        assert outcome.code == SendCode.ACCEPTED
    mine(stage, DEAR, blocks=2)
    (order,) = stage.store.open()
    return order


def bought(stage: DevnetStage) -> None:
    decided(stage)
    with runtime_on(stage, ONE) as rt:
        execute(rt)
    mine(stage, GWEI, blocks=3)
    reconciled(stage)
    assert stage.mined_transactions() == 1


def mine(stage: DevnetStage, base_fee_wei: int, *, blocks: int) -> None:
    for _ in range(blocks):
        time_s = control.head(stage.rpc).timestamp_s + BLOCK_S
        control.mine_at(stage.rpc, time_s, base_fee_wei)


def reconciled(stage: DevnetStage) -> ReconcileReport:
    with runtime_on(stage, ONE) as rt:
        return reconcile(rt)


def ended(stage: DevnetStage, order: Order) -> OrderState:
    found = stage.store.order(order.id)
    assert found is not None
    return found.state
