"""scan: complete, pinned, bounded in round trips, and unharmed by odd tokens, reorgs and outages."""

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.devnet.plan import DEMO_PLAN
from botctl.core.codes import Code
from botctl.core.errors import OperatorError, TransientError
from botctl.core.facts import Detection
from botctl.core.reasons import Kind, Reason
from botctl.flows.decide import decide
from botctl.flows.scan import scan
from botctl.ports.runtime import Runtime
from botctl.ports.store import LedgerFilter
from botctl.wiring.stage import DevnetStage
from tests.support.staged import runtime_on


def detections(rt: Runtime) -> dict[str, Detection]:
    due = rt.store.due()
    assert due is not None
    found = (rt.codec.read_detection(row.body) for row in due[1])
    return {d.market.pair: d for d in found}


def by_contract(stage: DevnetStage, contract: str) -> str:
    return next(m.pair for m in stage.deployment.markets if m.plan.contract == contract)


def test_every_market_is_found_once_with_its_facts(stage: DevnetStage) -> None:
    with runtime_on(stage) as rt:
        report = scan(rt)
        seen = detections(rt)
    assert report.found.new_markets == report.markets == len(DEMO_PLAN)
    assert len(seen) == len(DEMO_PLAN)
    for market in stage.deployment.markets:
        detection = seen[market.pair]
        assert detection.market.token == market.token
        assert detection.facts.reserve_quote
        assert detection.market.created_s is not None
        assert detection.long.buys + detection.long.sells >= detection.short.buys
        assert detection.long.traders <= detection.long.buys + detection.long.sells


def test_malformed_tokens_are_facts_and_not_crashes(stage: DevnetStage) -> None:
    with runtime_on(stage) as rt:
        scan(rt)
        seen = detections(rt)
    assert seen[by_contract(stage, "NoDecimals")].market.decimals is None
    assert seen[by_contract(stage, "Bytes32Symbol")].market.symbol == "STONE"
    assert seen[by_contract(stage, "RevertingName")].market.name is None
    assert (seen[by_contract(stage, "AbsurdSupply")].facts.token_supply or 0) >= 2**255


def test_a_token_without_code_is_refused_and_the_others_are_decided(stage: DevnetStage) -> None:
    with runtime_on(stage) as rt:
        scan(rt)
    victim = stage.deployment.market("AURA")
    stage.rpc.call("anvil_setCode", victim.token, "0x")
    stage.step()
    with runtime_on(stage) as rt:
        scan(rt)
        assert detections(rt)[victim.pair].facts.token_code_hash is None
        decide(rt)
        newest = next(iter(rt.store.rows(LedgerFilter(pair=victim.pair, limit=1))))
    assert (newest.kind, newest.reason) == (Kind.FAIL, Reason.INV_ROUTE_OK)
    assert newest.detail.startswith("token has no code")


def test_round_trips_do_not_grow_with_the_markets(stage: DevnetStage) -> None:
    without_tiers = {"EXECUTION__GATE": "false"}
    with runtime_on(stage, {"SCAN__MARKETS_MAX": "2", **without_tiers}) as rt:
        scan(rt)
    trips = []
    for most in ("2", "24"):
        stage.step()
        with runtime_on(stage, {"SCAN__MARKETS_MAX": most, **without_tiers}) as rt:
            trips.append(scan(rt).round_trips)
    assert max(trips) - min(trips) <= 1  # one request asks for the senders of new swaps, if any
    assert max(trips) <= 8


def test_round_trips_do_not_grow_with_the_markets_that_all_tiers_look_at(
    stage: DevnetStage,
) -> None:
    with runtime_on(stage) as rt:
        scan(rt)
    trips, asked = [], []
    for most in ("1", "10"):
        stage.step()
        settings = {"SCAN__TIERS_MAX": most, "SCAN__TIERS_AGE_MAX_MS": "0"}
        with runtime_on(stage, settings) as rt:
            trips.append(scan(rt).round_trips)
            asked.append(sum(seen.tiers is not None for seen in detections(rt).values()))
    assert asked[0] == 1
    assert asked[1] > 3
    assert max(trips) - min(trips) <= 2  # a proxy among them is read a step deeper
    assert max(trips) <= 22


def test_a_scan_set_that_is_cut_keeps_the_price_reference(stage: DevnetStage) -> None:
    with runtime_on(stage, {"SCAN__MARKETS_MAX": "2"}) as rt:
        report = scan(rt)
        assert stage.deployment.reference_pair in detections(rt)
    assert report.markets == 2


def test_a_reorg_forgets_the_markets_and_swaps_of_the_lost_branch(stage: DevnetStage) -> None:
    with runtime_on(stage) as rt:
        scan(rt)
        before = rt.store.windows(10**9, 10**9, 10**9)
    snapshot = control.snapshot(stage.rpc)
    stage.step()
    with runtime_on(stage) as rt:
        scan(rt)
        assert rt.store.windows(10**9, 10**9, 10**9) != before
    control.revert(stage.rpc, snapshot)
    head = control.head(stage.rpc)
    for ahead in range(1, 7):  # another branch, and a longer one
        control.mine_at(stage.rpc, head.timestamp_s + ahead * 13)
    with runtime_on(stage) as rt:
        report = scan(rt)
        assert report.found.rolled_back_to == head.number
        assert rt.store.windows(10**9, 10**9, 10**9) == before


def test_a_watched_pair_is_scanned_although_no_log_told_of_it(stage: DevnetStage) -> None:
    start = control.head(stage.rpc).number
    watched = stage.deployment.market("CEDAR").pair
    settings = {"SCAN__START_BLOCK": str(start), "SCAN__WATCHLIST": f'["{watched}"]'}
    with runtime_on(stage, settings) as rt:
        scan(rt)
        seen = detections(rt)
    assert set(seen) == {watched, stage.deployment.reference_pair}
    assert seen[watched].market.created_s is None


def test_the_wrong_chain_stops_before_anything_is_read(stage: DevnetStage) -> None:
    with runtime_on(stage, {"CHAIN__CHAIN_ID": "1"}) as rt, pytest.raises(OperatorError) as caught:
        scan(rt)
    assert caught.value.code is Code.ERR_CHAIN_ID_MISMATCH
    assert rt.store.latest() is None


def test_an_empty_chain_says_which_setting_to_correct(stage: DevnetStage) -> None:
    nowhere = {"VENUE__FACTORY": "0x" + "12" * 20}
    with runtime_on(stage, nowhere) as rt, pytest.raises(OperatorError) as caught:
        scan(rt)
    assert caught.value.code is Code.ERR_CHAIN_EMPTY
    assert "venue.factory" in caught.value.say


def test_an_unreachable_node_is_tried_again_later(stage: DevnetStage) -> None:
    dead = {"CHAIN__URLS": '["http://127.0.0.1:9"]'}
    with runtime_on(stage, dead) as rt, pytest.raises(TransientError) as caught:
        scan(rt)
    assert caught.value.code is Code.ERR_RPC_UNREACHABLE


def test_a_clock_behind_the_chain_is_a_finding_and_no_entry_passes(stage: DevnetStage) -> None:
    stage.step()
    with runtime_on(stage, late_ms=-600_000) as rt:
        report = scan(rt)
        decided = decide(rt)
    assert report.findings == (Code.ERR_CLOCK_BEHIND,)
    assert {line.reason for line in decided.lines} == {
        Reason.INV_HEALTH_OK
    }  # comes first in the list
    with runtime_on(stage) as rt:
        rows = list(rt.store.rows(LedgerFilter(limit=None)))
    assert rows
    assert all(Reason.INV_BLOCK_FRESH in row.failed.split(",") for row in rows)
    assert decided.orders == 0
