"""Asking again: bounded, jittered, and only when asking again can help."""

from collections.abc import Sequence

import pytest

from botctl.adapters.evm.retry import WORTH_ANOTHER_TRY, Patience, RetryingRpc
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.codes import Code
from botctl.core.errors import BotError, OperatorError, TransientError
from tests.evm.fake_rpc import FakeRpc

PATIENCE = Patience(tries_max=4, pause_ms=100, pause_ms_max=300)


class Node:
    """Fails the first `failures` times, with `error`."""

    def __init__(self, failures: int, error: BotError) -> None:
        self.asked = 0
        self._failures = failures
        self._error = error

    def answer(self, _method: str, _params: Sequence[object]) -> object:
        self.asked += 1
        if self.asked <= self._failures:
            raise self._error
        return "0x1"


def retrying(node: Node, pauses: list[int], chance: float = 0.0) -> RetryingRpc:
    return RetryingRpc(
        FakeRpc(node.answer), PATIENCE, pause_ms=pauses.append, chance=lambda: chance
    )


@pytest.mark.parametrize("code", sorted(WORTH_ANOTHER_TRY))
def test_a_passing_trouble_is_outlived(code: Code) -> None:
    pauses: list[int] = []
    assert retrying(Node(3, TransientError(code)), pauses).call("m") == "0x1"
    assert pauses == [50, 100, 150]  # doubled, capped, and half of each when chance is zero


def test_trouble_that_lasts_is_raised_after_the_last_try() -> None:
    node, pauses = Node(99, TransientError(Code.ERR_RPC_TIMEOUT)), list[int]()
    with pytest.raises(TransientError):
        retrying(node, pauses).call("m")
    assert (node.asked, len(pauses)) == (4, 3)


@pytest.mark.parametrize(
    "error",
    [
        OperatorError(Code.ERR_RPC_REFUSED),
        TransientError(Code.ERR_RPC_FAULT),
        TransientError(Code.ERR_NODE_PRUNED),
        TransientError(Code.ERR_CHAIN_REORGED),
    ],
)
def test_what_asking_again_cannot_mend_is_raised_at_once(error: BotError) -> None:
    node, pauses = Node(1, error), list[int]()
    with pytest.raises(type(error)):
        retrying(node, pauses).batch([("m", [])])
    assert (node.asked, pauses) == (1, [])


def test_clients_do_not_retry_in_step() -> None:
    lots = [list[int](), list[int]()]
    for pauses, chance in zip(lots, (0.0, 0.99), strict=True):
        retrying(Node(1, TransientError(Code.ERR_RPC_TIMEOUT)), pauses, chance).call("m")
    assert lots == [[50], [99]]


def test_only_the_rate_limited_items_of_a_batch_are_asked_again() -> None:
    limited = [True]

    def answer(method: str, _params: Sequence[object]) -> object:
        if method == "b" and limited.pop() if limited else False:
            return RpcFault(429, "too many requests")
        return method

    rpc, pauses = FakeRpc(answer), list[int]()
    patient = RetryingRpc(rpc, PATIENCE, pause_ms=pauses.append, chance=lambda: 0.0)
    assert patient.batch([("b", []), ("a", [])]) == ["b", "a"]
    assert [len(batch) for batch in rpc.batches] == [2, 1]
    assert (pauses, patient.round_trips, patient.name) == ([50], 2, "fake")


def test_one_try_means_no_retry() -> None:
    assert list(Patience(tries_max=1, pause_ms=9, pause_ms_max=9).pauses_ms()) == []
