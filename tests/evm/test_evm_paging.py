"""Pages of a question: one batch, halved where a page fails, honest about nodes that cannot."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.evm.paging import Pages, Plain, Question, ask_all
from botctl.adapters.evm.rpc_errors import RpcFault, RpcFaultError
from botctl.core.codes import Code
from botctl.core.errors import OperatorError, TransientError
from tests.evm.fake_rpc import FakeRpc

REVERTED = RpcFault(3, "execution reverted", "0xf09263d6")


def read(raw: bytes, page: Sequence[int]) -> list[int]:
    if len(raw) != len(page):
        raise ValueError("another length")
    return list(raw)


def question(page_max: int, *, isolates: bool = True) -> Question[int, int]:
    return Question(
        page_max=page_max,
        ask=lambda page: ("q", list(page)),
        read=read,
        alone=(lambda item, _fault: -item) if isolates else None,
    )


def echo(_method: str, page: Sequence[object]) -> object:
    return "0x" + bytes(item for item in page if isinstance(item, int)).hex()


@given(st.lists(st.integers(1, 255), max_size=60), st.integers(1, 9))
def test_all_pages_travel_in_one_batch_and_keep_their_order(items: list[int], size: int) -> None:
    rpc = FakeRpc(echo)
    pages = Pages(question(size), items)
    ask_all(rpc, pages)
    assert pages.rows() == items
    assert [len(batch) for batch in rpc.batches] == ([-(-len(items) // size)] if items else [])


@given(st.sets(st.integers(1, 200), max_size=5), st.integers(1, 64))
def test_culprits_are_isolated_and_everyone_else_is_answered(culprits: set[int], size: int) -> None:
    def answer(method: str, page: Sequence[object]) -> object:
        return REVERTED if culprits & set(page) else echo(method, page)

    rpc = FakeRpc(answer)
    items = list(range(1, 201))
    pages = Pages(question(size), items)
    ask_all(rpc, pages)
    assert pages.rows() == [-item if item in culprits else item for item in items]
    assert rpc.round_trips <= 8  # log2 of the largest page, and one


def test_a_page_too_large_for_the_nodes_gas_is_asked_in_halves() -> None:
    rpc = FakeRpc(lambda m, page: REVERTED if len(page) > 20 else echo(m, page))
    pages = Pages(question(50, isolates=False), list(range(100)))
    ask_all(rpc, pages)
    assert pages.rows() == list(range(100))
    assert [len(batch) for batch in rpc.batches] == [2, 4, 8]


def test_a_question_that_isolates_nobody_fails_with_its_culprit() -> None:
    rpc = FakeRpc(lambda m, page: REVERTED if 7 in page else echo(m, page))
    with pytest.raises(RpcFaultError):
        ask_all(rpc, Pages(question(10, isolates=False), list(range(20))))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (RpcFault(-32000, "missing trie node"), Code.ERR_NODE_PRUNED),
        (RpcFault(-32000, "header not found"), Code.ERR_CHAIN_REORGED),
        (RpcFault(-32001, "Resource not found"), Code.ERR_CHAIN_REORGED),
        (RpcFault(429, "slow"), Code.ERR_RPC_RATE_LIMITED),
    ],
)
def test_the_nodes_own_trouble_is_not_blamed_on_an_item(fault: RpcFault, code: Code) -> None:
    rpc = FakeRpc(lambda _m, _page: fault)
    with pytest.raises(TransientError) as caught:
        ask_all(rpc, Pages(question(10), list(range(20))))
    assert caught.value.code is code
    assert rpc.round_trips == 1


@pytest.mark.parametrize(
    "answer",
    [
        "0x",  # the node took the parameter and ignored it
        RpcFault(-32602, "too many arguments, want at most 2"),
        RpcFault(-32602, "Invalid params"),
        RpcFault(-32000, "state override is not supported"),
    ],
)
def test_a_node_that_lends_no_code_is_named_as_such(answer: object) -> None:
    with pytest.raises(OperatorError) as caught:
        ask_all(FakeRpc(lambda _m, _page: answer), Pages(question(10), [1]))
    assert caught.value.code is Code.ERR_NODE_NO_OVERRIDE


@pytest.mark.parametrize("answer", [None, 7, "words", "0x01", "0xzz"])
def test_an_answer_of_the_wrong_shape_is_garbage(answer: object) -> None:
    with pytest.raises(TransientError) as caught:
        ask_all(FakeRpc(lambda _m, _page: answer), Pages(question(10), [1, 2]))
    assert caught.value.code is Code.ERR_RPC_GARBAGE


def test_plain_calls_travel_along_in_the_first_round() -> None:
    rpc = FakeRpc(lambda method, page: echo(method, page) if method == "q" else method)
    pages, plain = Pages(question(2), [1, 2, 3]), Plain(("a", []), ("b", []))
    ask_all(rpc, pages, plain)
    assert (pages.rows(), plain.answers) == ([1, 2, 3], ["a", "b"])
    assert [len(batch) for batch in rpc.batches] == [4]


def test_a_fault_among_plain_calls_is_raised() -> None:
    with pytest.raises(RpcFaultError, match="method=a"):
        ask_all(FakeRpc(lambda _m, _p: REVERTED), Plain(("a", [])))


def test_nothing_to_ask_is_no_round_trip() -> None:
    rpc = FakeRpc(echo)
    ask_all(rpc, Pages(question(2), []), Plain())
    assert rpc.round_trips == 0
