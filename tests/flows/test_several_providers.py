"""Whole cycles over three providers of one chain, of which some lie, lag, limit or are gone."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from botctl.core.lifecycle import OrderState
from botctl.core.reasons import Kind, Reason
from botctl.flows.decide import decide
from botctl.flows.execute import ExecuteReport, execute
from botctl.flows.reconcile import reconcile
from botctl.flows.scan import scan
from botctl.ports.store import LedgerFilter
from botctl.wiring.stage import DevnetStage
from tests.support.providers import Provider, provider
from tests.support.staged import runtime_on

GET_RESERVES = "0x0902f1ac"
SEND = "eth_sendRawTransaction"


class Field:
    def __init__(self, stage: DevnetStage, providers: list[Provider]) -> None:
        self.stage = stage
        self.providers = providers
        self.a, self.b, self.c = providers

    def settings(self, **more: str) -> Mapping[str, str]:
        urls = [each.url for each in self.providers]
        return {"CHAIN__URLS": json.dumps(urls), "PROVIDERS__FAST_MS": "60000", **more}

    def entered(self, **more: str) -> list[str]:
        """The reasons of the decisions to buy or to skip, newest cycle only."""
        self.stage.step()
        with runtime_on(self.stage, self.settings(**more)) as rt:
            cycle_id = scan(rt).cycle_id
            decide(rt)
        assert cycle_id is not None
        rows = self.stage.store.rows(LedgerFilter(cycle_id=cycle_id, limit=None))
        return [row.reason for row in rows if row.kind in (Kind.BUY, Kind.SKIP)]

    def sent(self, **more: str) -> ExecuteReport:
        with runtime_on(self.stage, self.settings(**more)) as rt:
            return execute(rt)


@pytest.fixture
def field(stage: DevnetStage) -> Iterator[Field]:
    with ExitStack() as stack:
        yield Field(stage, [stack.enter_context(provider(stage.url)) for _ in range(3)])


def bought(reasons: list[str]) -> int:
    return reasons.count(Reason.ENTRY_SELECTED)


def test_when_all_agree_it_enters_and_every_node_gets_the_bytes_once(field: Field) -> None:
    assert bought(field.entered()) == 3
    report = field.sent()
    assert report.sent == 3
    for each in field.providers:
        assert len(sends_to(each)) == 3  # by Broadcast; the pool sends nothing again
    field.stage.step()
    with runtime_on(field.stage, field.settings()) as rt:
        reconcile(rt)
    states = {order.state for order in field.stage.store.recent(None)}
    assert states <= {OrderState.MINED, OrderState.CONFIRMED}


def sends_to(each: Provider) -> list[list[str]]:
    return [request for request in each.asked if SEND in request]


@pytest.mark.parametrize("trouble", ["another block", "gone", "behind"])
def test_no_entry_is_decided_while_a_provider_stands_apart(field: Field, trouble: str) -> None:
    if trouble == "another block":
        field.b.lie("hash", "0x" + "ab" * 32)
    elif trouble == "gone":
        field.b.down = True
    else:
        field.b.lag(3)
    reasons = field.entered()
    assert bought(reasons) == 0
    assert Reason.INV_SOURCES_AGREE in reasons
    row = next(
        row
        for row in field.stage.store.rows(LedgerFilter(limit=None))
        if row.reason == Reason.INV_SOURCES_AGREE
    )
    name = field.b.url.removeprefix("http://")
    assert row.detail.startswith("2 agree; ERR_SOURCES_DISAGREE: " + name)


def test_the_first_provider_may_be_gone_when_two_are_enough(field: Field) -> None:
    field.a.down = True
    assert bought(field.entered(PROVIDERS__AGREE_MIN="2")) == 3
    assert field.sent(PROVIDERS__AGREE_MIN="2").sent == 3


def test_a_scan_names_its_finding(field: Field) -> None:
    field.a.down = field.c.down = True
    field.stage.step()
    with runtime_on(field.stage, field.settings()) as rt:
        assert scan(rt).findings == ("ERR_SINGLE_SOURCED",)


def lies_about_reserves(method: str, params: list[object], result: object) -> object:
    asked = params[0] if params else None
    if method == "eth_call" and isinstance(asked, dict) and asked.get("data") == GET_RESERVES:
        return "0x" + f"{7:064x}" * 3
    return result


def test_other_reserves_at_a_second_provider_refuse_the_entry_before_it_is_signed(
    field: Field,
) -> None:
    assert bought(field.entered()) == 3
    field.b.alter = field.c.alter = lies_about_reserves
    report = field.sent()
    assert (report.sent, report.refused) == (0, 3)
    codes = {outcome.code for outcome in report.outcomes}
    assert codes == {Reason.INV_SOURCES_AGREE}
    assert all("ERR_SOURCES_DISAGREE: reserves here" in one.detail for one in report.outcomes)
    assert not any(sends_to(each) for each in field.providers)


def test_an_exit_goes_on_whatever_the_others_say(field: Field) -> None:
    assert bought(field.entered()) == 3
    assert field.sent().sent == 3
    for _ in range(4):
        field.stage.step()
        with runtime_on(field.stage, field.settings()) as rt:
            reconcile(rt)
    field.b.alter = lies_about_reserves
    field.c.lie("hash", "0x" + "ab" * 32)
    held = {"EXITS__HOLD_MAX_S": "1"}
    field.stage.step()
    with runtime_on(field.stage, field.settings(**held)) as rt:
        scan(rt)
        decide(rt)
    report = field.sent(**held)
    sells = [one for one in report.outcomes if one.side == "sell"]
    assert len([one for one in sells if one.state is OrderState.PENDING]) >= 3
    assert not [one for one in report.outcomes if one.side == "buy" and is_out(one.state)]


def is_out(state: OrderState) -> bool:
    return state in {OrderState.PENDING, OrderState.SUBMITTED}


def test_what_one_command_learned_the_next_one_knows(field: Field) -> None:
    name = field.a.url.removeprefix("http://")
    field.a.down = True
    more = {"PROVIDERS__FAILURES_MAX": "1"}
    field.stage.step()
    with runtime_on(field.stage, field.settings(**more)) as rt:
        scan(rt)
    kept = field.stage.store.providers()[name]
    assert dict(kept.errors) == {"ERR_RPC_GARBAGE": 1}
    asked = len(field.a.asked)
    field.stage.step()
    with runtime_on(field.stage, field.settings(**more)) as rt:
        scan(rt)
        states = {state.name: state for state in rt.providers()}
    assert len(field.a.asked) == asked  # it rests
    assert states[name].cooldown_until_ms == kept.cooldown_until_ms


def test_a_provider_that_fails_in_the_middle_of_a_scan_costs_nothing(field: Field) -> None:
    """The cycle begins on a, and a is gone after its first answer to a survey."""
    head_only = {"eth_chainId", "eth_getBlockByNumber", "eth_maxPriorityFeePerGas"}

    def dies(method: str, _params: list[object], result: object) -> object:
        field.a.down = field.a.down or method not in head_only
        return result

    field.a.alter = dies
    field.stage.step()
    with runtime_on(field.stage, field.settings()) as rt:
        report = scan(rt)
    assert (report.findings, report.markets) == ((), 24)
    assert field.a.down
