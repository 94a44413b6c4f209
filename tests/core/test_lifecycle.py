"""The table of moves, by its whole cross product."""

from itertools import product

import pytest

from botctl.core.codes import Code
from botctl.core.errors import CorruptError
from botctl.core.lifecycle import MOVES, OPEN, TERMINAL, OrderEvent, OrderState, move

EVERY = sorted(product(OrderState, OrderEvent))
ENDS = {
    OrderState.CONFIRMED,
    OrderState.FAILED,
    OrderState.CANCELED,
    OrderState.REPLACED,
    OrderState.DROPPED,
}
HAS_BYTES_OUT = {OrderState.SUBMITTED, OrderState.PENDING, OrderState.MINED}


@pytest.mark.parametrize(("state", "event"), [pair for pair in EVERY if pair in MOVES])
def test_every_move_in_the_table_is_made(state: OrderState, event: OrderEvent) -> None:
    assert move(state, event) is MOVES[state, event]


@pytest.mark.parametrize(("state", "event"), [pair for pair in EVERY if pair not in MOVES])
def test_every_move_not_in_the_table_is_refused_as_our_own_mistake(
    state: OrderState, event: OrderEvent
) -> None:
    with pytest.raises(CorruptError) as caught:
        move(state, event)
    assert caught.value.code is Code.ERR_ILLEGAL_MOVE
    assert caught.value.facts == {"state": state, "event": event}


def test_terminal_is_what_no_move_leaves() -> None:
    assert TERMINAL == ENDS
    assert set(OrderState) == OPEN | TERMINAL
    assert not OPEN & TERMINAL


@pytest.mark.parametrize("state", sorted(OPEN))
def test_every_open_state_can_come_to_an_end(state: OrderState) -> None:
    assert _reachable(state) & TERMINAL


def test_every_state_can_be_reached_and_every_event_is_used() -> None:
    assert _reachable(OrderState.CREATED) | {OrderState.CREATED} == set(OrderState)
    assert {event for _, event in MOVES} == set(OrderEvent)


def test_what_a_node_may_have_is_never_refused_or_dropped() -> None:
    given_up = {OrderState.DROPPED}
    assert not [pair for pair, to in MOVES.items() if pair[0] in HAS_BYTES_OUT and to in given_up]
    assert {state for state, event in MOVES if event is OrderEvent.REFUSE} == {OrderState.CREATED}


def test_only_what_was_mined_can_be_confirmed_or_buried_as_reverted() -> None:
    buried = {OrderEvent.BURY_OK, OrderEvent.BURY_REVERTED}
    assert {state for state, event in MOVES if event in buried} == {OrderState.MINED}


def test_a_reorg_leads_back_to_pending_and_the_same_bytes_may_go_out_again() -> None:
    state = move(OrderState.MINED, OrderEvent.SEE_REORG)
    assert state is OrderState.PENDING
    state = move(state, OrderEvent.LOSE_SIGHT)
    assert move(state, OrderEvent.SUBMIT) is OrderState.SUBMITTED


def _reachable(start: OrderState) -> set[OrderState]:
    found: set[OrderState] = set()
    todo = {start}
    while todo:
        state = todo.pop()
        following = {to for (source, _), to in MOVES.items() if source is state} - found
        found |= following
        todo |= following
    return found
