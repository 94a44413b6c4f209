"""All tiers in the scan: asked for the shortlist and for what is held, kept while nothing changed."""

from dataclasses import replace

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.facts import Tiers, World
from botctl.core.reasons import Kind, Reason
from botctl.flows.decide import DecideReport, decide
from botctl.flows.scan import scan
from botctl.ports.runtime import Runtime
from botctl.wiring.stage import DevnetStage
from tests.flows.guarding import (
    OWNER,
    PATIENT,
    Heard,
    assert_replays,
    decided,
    line_of,
    market_of,
    mine,
    put,
    same_but_other,
    traded,
)
from tests.flows.test_scan import detections
from tests.support.staged import runtime_on

ONE_HELD = {**PATIENT, "EXECUTION__SELECT_BEST": "1", "RISK__POSITIONS_MAX": "1"}


def scanned(stage: DevnetStage, settings: dict[str, str], **more: str) -> tuple[str, ...]:
    """The markets whose tiers were asked about in this scan."""
    mine(stage)
    heard = Heard()
    with runtime_on(stage, {**settings, **more}) as rt:
        scan(heard.on(rt))
        decide(rt)
    assert len(heard.asked) <= 1, "one question for all of a scan"
    return heard.asked[0] if heard.asked else ()


def test_the_shortlist_and_what_is_held_are_asked_about_once_while_nothing_changes(
    stage: DevnetStage,
) -> None:
    (bought,) = (x.pair for x in traded(stage, ONE_HELD).lines if x.kind is Kind.BUY)
    first = scanned(stage, ONE_HELD, SCAN__TIERS_AGE_MAX_MS="0")
    assert first[0] == bought, "what is held comes first"
    assert len(first) > 2
    assert not stage.traps & set(first), "what the cheap look refuses needs no closer one"
    assert scanned(stage, ONE_HELD) == ()
    with runtime_on(stage, ONE_HELD) as rt:
        mine(stage)
        scan(rt)
        kept = {pair: seen.tiers for pair, seen in detections(rt).items()}
    assert {pair for pair, tiers in kept.items() if tiers is not None} == set(first)
    assert scanned(stage, ONE_HELD, SCAN__TIERS_AGE_MAX_MS="0") == first, "too old"
    assert_replays(stage)


def test_at_most_so_many_are_asked_about_and_those_held_first(stage: DevnetStage) -> None:
    (bought,) = (x.pair for x in traded(stage, ONE_HELD).lines if x.kind is Kind.BUY)
    two = {"SCAN__TIERS_MAX": "2", "SCAN__TIERS_AGE_MAX_MS": "0"}
    asked = scanned(stage, ONE_HELD, **two)
    assert len(asked) == 2
    assert asked[0] == bought


def test_a_change_of_code_or_owner_asks_anew_and_only_about_that_market(
    stage: DevnetStage,
) -> None:
    (bought,) = (x.pair for x in traded(stage, ONE_HELD).lines if x.kind is Kind.BUY)
    asked = scanned(stage, ONE_HELD, SCAN__TIERS_AGE_MAX_MS="0")
    candidate = asked[1]
    same_but_other(stage, market_of(stage, candidate).token)
    assert scanned(stage, ONE_HELD) == (candidate,)
    put(stage, market_of(stage, bought).token, OWNER, 0xBEEF)
    assert scanned(stage, ONE_HELD) == (bought,)
    assert scanned(stage, ONE_HELD) == ()


def in_trouble(_rt: Runtime, _world: World, _seen: object) -> tuple[Tiers, ...]:
    raise TransientError(Code.ERR_RPC_UNREACHABLE, "the node does not answer")


def blind(stage: DevnetStage, settings: dict[str, str]) -> DecideReport:
    """A cycle in which the node fails when the tiers are asked."""
    mine(stage)
    with runtime_on(stage, settings) as rt:
        scan(replace(rt, tiers=in_trouble))
        return decide(rt)


def test_what_was_not_asked_is_not_entered_and_what_is_held_still_leaves(
    stage: DevnetStage,
) -> None:
    one = {**PATIENT, "EXECUTION__SELECT_BEST": "1", "RISK__POSITIONS_MAX": "4"}
    (bought,) = (x.pair for x in traded(stage, one).lines if x.kind is Kind.BUY)
    late = {**one, "EXITS__HOLD_MAX_S": "1", "SCAN__TIERS_AGE_MAX_MS": "0"}
    report = blind(stage, late)
    leaving = line_of(report, bought)
    assert (leaving.kind, leaving.reason) == (Kind.SELL, Reason.EXIT_TIME)
    assert Kind.BUY not in {line.kind for line in report.lines}
    unasked = [line for line in report.lines if line.reason == Reason.INV_SELLABLE]
    said = [line.kind for line in unasked if line.detail == "not every tier of the gate was asked"]
    assert said == [Kind.SKIP]
    assert_replays(stage)
    mine(stage)
    again = decided(stage, late)
    assert Kind.BUY in {line.kind for line in again.lines}, "the node is back"


def test_nothing_is_kept_of_what_was_not_answered(stage: DevnetStage) -> None:
    with runtime_on(stage, PATIENT) as rt:
        scan(replace(rt, tiers=in_trouble))
        found = detections(rt)
    assert {seen.tiers for seen in found.values()} == {None}
