"""Many orders in one run: what is ours is read once, and every one still counts for the next."""

from collections import Counter
from dataclasses import replace
from typing import cast

import pytest

from botctl.core.lifecycle import OrderState
from botctl.core.orders import OrderKind
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.reasons import Reason
from botctl.flows.decide import decide
from botctl.flows.execute import execute
from botctl.flows.nonces import noop_at
from botctl.flows.reconcile import reconcile
from botctl.flows.scan import scan
from botctl.flows.signer import checked_signer
from botctl.ports.runtime import Runtime
from botctl.ports.store import Store
from botctl.wiring.stage import DevnetStage
from tests.flows.test_line import LOOSE, drift
from tests.support.staged import runtime_on

MANY = 40
SEVERAL = {
    "EXECUTION__SELECT_BEST": "4",
    "BANDS": LOOSE,
    "RISK__POSITIONS_MAX": "20",
    "RISK__EXPOSURE_MAX_WEI": "5 ether",
}
READ_ONCE = ("open", "holdings")


class Counting:
    """Counts what is asked of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> object:
        self.asked[name] += 1
        return getattr(self._store, name)


class PowerCut(Exception):  # noqa: N818  not an error of ours: the machine is gone
    pass


def counting(rt: Runtime) -> tuple[Runtime, Counting]:
    counted = Counting(rt.store)
    return replace(rt, store=cast(Store, counted)), counted


def signed_and_never_sent(rt: Runtime, many: int) -> None:
    """No-ops in a gap; before each is submitted the machine dies."""

    class Dies(Counting):
        def move(self, *_: object) -> None:
            raise PowerCut

    mortal = replace(rt, store=cast(Store, Dies(rt.store)))
    head, signer = rt.txs.head(), checked_signer(rt)
    first = rt.store.lease(
        rt.identity.wallet, holder="test", chain_nonce=0, now_ms=rt.clock.now_ms(), ttl_ms=1
    )
    assert first is not None
    rt.store.release(first)
    row = rt.store.nonce(rt.identity.wallet)
    assert row is not None
    drift(rt, many)
    lease = rt.store.lease(
        rt.identity.wallet, holder="test", chain_nonce=0, now_ms=rt.clock.now_ms(), ttl_ms=60_000
    )
    assert lease is not None
    for nonce in range(row.next, row.next + many):
        with pytest.raises(PowerCut):
            noop_at(mortal, lease, signer, head, nonce)
    rt.store.release(lease)


def test_forty_orders_cost_no_more_readings_of_our_books_than_four(stage: DevnetStage) -> None:
    asked = []
    for many in (4, MANY):
        with runtime_on(stage, SEVERAL) as rt:
            signed_and_never_sent(rt, many)
            counted_rt, counted = counting(rt)
            assert execute(counted_rt).sent == many
            asked.append({name: counted.asked[name] for name in READ_ONCE})
        for _ in range(3):
            stage.step()
        with runtime_on(stage, SEVERAL) as rt:
            reconcile(rt)
            assert rt.store.open() == ()
    assert asked[0] == asked[1]


def test_several_entries_of_one_run_read_the_holdings_once(stage_on: DevnetStage) -> None:
    stage = stage_on
    several = entries(stage)
    with runtime_on(stage, SEVERAL) as rt:
        counted_rt, counted = counting(rt)
        assert execute(counted_rt).sent == several
    assert counted.asked["holdings"] == 1


def test_each_entry_that_is_signed_counts_for_the_next_and_one_refused_does_not(
    stage_on: DevnetStage,
) -> None:
    stage, most = stage_on, 2
    several = entries(stage)
    with runtime_on(stage, SEVERAL | {"RISK__POSITIONS_MAX": str(most)}) as rt:
        report = execute(rt)
    assert (report.sent, report.refused) == (most, several - most)
    refused = [o.code for o in report.outcomes if o.state is OrderState.FAILED]
    assert refused == [Reason.INV_EXPOSURE_OK] * (several - most)


def test_a_switch_pulled_between_two_signatures_stops_the_second(stage: DevnetStage) -> None:
    """What is kept for a run are our books, never what is permitted."""

    class PulledAfterOne(Counting):
        def sign(self, *values: object) -> object:
            made = self._store.sign(*values)  # type: ignore[arg-type]
            self._store.set_source(
                PermissionSource(SourceKind.KILL, Level.EXITS_ONLY, "stop", "me", 1)
            )
            return made

    several = entries(stage)
    with runtime_on(stage, SEVERAL) as rt:
        report = execute(replace(rt, store=cast(Store, PulledAfterOne(rt.store))))
    assert (report.sent, report.refused) == (1, several - 1)


def entries(stage: DevnetStage) -> int:
    stage.step()
    with runtime_on(stage, SEVERAL) as rt:
        scan(rt)
        several = decide(rt).orders
        assert several > 2, "enough to tell"
        assert {order.kind for order in rt.store.open()} == {OrderKind.SWAP}
    return several
