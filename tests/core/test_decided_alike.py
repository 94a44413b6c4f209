"""What shortcuts for the usual market must not lose sight of."""

import pytest

from botctl.core.deciding import decide_cycle
from botctl.core.deciding.cycle import Moment
from botctl.core.invariants import OF_MARKET
from botctl.core.invariants.rule import evaluate
from botctl.core.measures import measures
from tests.support.builders import (
    ETHER,
    NOW_MS,
    POLICY,
    TOKEN,
    WORLD,
    address,
    make_case,
    make_detection,
    make_holdings,
    make_inputs,
    make_world,
)


def test_what_a_token_has_cost_already_counts_though_its_market_has_no_live_order() -> None:
    holdings = make_holdings(exposure_wei=ETHER // 20, token_exposure_wei=((TOKEN, ETHER // 20),))
    other = make_detection(pair=address(0xA1), token=address(0xB1))
    decided = decide_cycle(
        Moment(NOW_MS, WORLD, ()), [make_detection(), other], holdings, POLICY, approve_gas=0
    )
    first = decided[0].inputs.books.token_exposure_wei
    assert (first - decided[1].inputs.books.token_exposure_wei) == ETHER // 20


def test_a_pool_without_quote_has_no_value_on_paper() -> None:
    assert measures(WORLD, make_detection(reserve_quote=0)).fdv_usd is None
    assert measures(WORLD, make_detection(reserve_quote=0)).liquidity_usd == 0


STEPS: tuple[tuple[str, dict[str, object], dict[str, object]], ...] = (
    ("router has no code", {"router_code_hash": None}, {}),
    ("factory has no code", {"factory_code_hash": None}, {}),
    ("token has no code", {}, {"token_code_hash": None}),
    ("pair has no code", {}, {"pair_code_hash": None}),
    ("pair of another factory", {}, {"factory": address(9)}),
    ("quote is not the native token", {}, {"quote": address(9)}),
    ("router code differs", {"router_code_hash": "0x"}, {}),
    ("factory code differs", {"factory_code_hash": "0x"}, {}),
    ("pair code differs", {}, {"pair_code_hash": "0x"}),
)


@pytest.mark.parametrize("first", range(len(STEPS)))
def test_of_several_faults_of_a_route_the_first_is_named(first: int) -> None:
    world: dict[str, object] = {}
    seen: dict[str, object] = {}
    for _, of_world, of_market in reversed(STEPS[first:]):
        world |= of_world
        seen |= of_market
    case = make_case(
        inputs=make_inputs(world=make_world(**world), detection=make_detection(**seen))
    )
    assert evaluate(OF_MARKET, case)[0].actual == STEPS[first][0]
