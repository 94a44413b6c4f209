"""Logs: everything of a range once, whatever the provider's limits and whoever wrote nonsense."""

from collections.abc import Sequence

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.evm import logs as logs_module
from botctl.adapters.evm.events import log_of, pair_created, swap, transfer
from botctl.adapters.evm.logs import Span, decoded, logs, spans
from botctl.adapters.evm.rpc_errors import RpcFault, RpcFaultError
from botctl.adapters.evm.selectors import PAIR_CREATED, SWAP, TRANSFER
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.units import UINT256_MAX, Address
from tests.evm.fake_rpc import FakeRpc

PAIR = Address("0x" + "ab" * 20)
ONE = Address("0x" + "01" * 20)
TWO = Address("0x" + "02" * 20)
UINTS = st.integers(0, UINT256_MAX)
HASH = "0x" + "33" * 32


def topic(who: str) -> str:
    return "0x" + "00" * 12 + who[2:]


def wire(event: str = SWAP, data: bytes = bytes(128), **changed: object) -> dict[str, object]:
    return {
        "address": PAIR,
        "topics": [event, topic(ONE), topic(TWO)],
        "data": "0x" + data.hex(),
        "blockNumber": "0x10",
        "blockHash": HASH,
        "logIndex": "0x2",
        "transactionHash": "0x" + "44" * 32,
        "removed": False,
        **changed,
    }


@given(UINTS, UINTS, UINTS, UINTS)
def test_a_swap_is_read_with_where_it_stands(in0: int, in1: int, out0: int, out1: int) -> None:
    data = encode(["uint256"] * 4, [in0, in1, out0, out1])
    read = swap(log_of(wire(data=data)), ONE)
    assert (read.in0, read.in1, read.out0, read.out1) == (in0, in1, out0, out1)
    assert (read.pair, read.trader, read.block_number, read.log_index) == (PAIR, ONE, 16, 2)
    assert (read.block_hash, read.tx_hash) == (HASH, "0x" + "44" * 32)


def test_a_new_pair_is_read() -> None:
    data = encode(["address", "uint256"], [PAIR, 9])
    read = pair_created(log_of(wire(PAIR_CREATED, data)), TWO)
    assert (read.pair, read.token0, read.token1) == (PAIR, ONE, TWO)
    assert (read.block_number, read.block_hash, read.launcher) == (16, HASH, TWO)


@given(UINTS)
def test_a_transfer_is_read(amount: int) -> None:
    read = transfer(log_of(wire(TRANSFER, encode(["uint256"], [amount]))))
    assert read == (PAIR, ONE, TWO, amount)


MALFORMED = {
    "another event": wire(TRANSFER),
    "a topic short": wire(topics=[SWAP, topic(ONE)]),
    "a topic too many": wire(topics=[SWAP, topic(ONE), topic(TWO), topic(TWO)]),
    "no topics": wire(topics=[]),
    "data short": wire(data=bytes(127)),
    "data long": wire(data=bytes(160)),
    "dirty topic": wire(topics=[SWAP, "0x" + "ff" * 32, topic(TWO)]),
    "topic cut": wire(topics=[SWAP, "0x00", topic(TWO)]),
    "pending": wire(blockNumber=None, blockHash=None),
    "no hash": {k: v for k, v in wire().items() if k != "transactionHash"},
    "number as number": wire(blockNumber=16),
    "odd hex": wire() | {"data": "0x1"},
    "address cut": wire(address="0xab"),
    "not an object": "log",
    "null": None,
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_log_is_refused_with_a_reason(kind: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        swap(log_of(MALFORMED[kind]), ONE)


def test_malformed_foreign_and_removed_logs_are_skipped_and_counted() -> None:
    answers = [
        *(wire(), wire(address=ONE), wire(removed=True)),
        *(MALFORMED["pending"], MALFORMED["null"]),
    ]
    found = logs(FakeRpc(lambda _m, _p: answers), SWAP, [Span(1, 20, [PAIR])])
    assert [log.address for log in found.logs] == [PAIR]
    assert found.skipped == 4


def test_logs_come_in_the_order_of_the_chain() -> None:
    places = [("0x11", "0x0"), ("0x10", "0xa"), ("0x10", "0x9")]
    answers = [wire(blockNumber=number, logIndex=index) for number, index in places]
    found = logs(FakeRpc(lambda _m, _p: answers), SWAP, [Span(1, 20, [PAIR])])
    assert [(log.block_number, log.index) for log in found.logs] == [(16, 9), (16, 10), (17, 0)]


def test_what_cannot_be_decoded_does_not_hide_the_rest() -> None:
    readable = [log_of(wire()), log_of(wire(data=bytes(32))), log_of(wire(logIndex="0x3"))]
    assert [each.log_index for each in decoded(readable, lambda log: swap(log, ONE))] == [2, 3]


class Provider:
    """Has one log a block and gives at most `most` of them, like a hosted node."""

    def __init__(self, most: int, refusal: RpcFault) -> None:
        self._most = most
        self._refusal = refusal

    def answer(self, _method: str, params: Sequence[object]) -> object:
        (asked,) = params
        assert isinstance(asked, dict)
        first, last = int(asked["fromBlock"], 16), int(asked["toBlock"], 16)
        if last - first + 1 > self._most:
            return self._refusal
        return [wire(blockNumber=hex(number)) for number in range(first, last + 1)]


# Infura, Alchemy, QuickNode, geth and erigon, a public node.
RANGE_REFUSALS = [
    RpcFault(-32005, "query returned more than 10000 results"),
    RpcFault(-32602, "Log response size exceeded. You can make eth_getLogs requests with up to"),
    RpcFault(-32614, "eth_getLogs is limited to a 10,000 range"),
    RpcFault(-32000, "query exceeds max results 20000"),
    RpcFault(-32000, "exceed maximum block range: 5000"),
    RpcFault(-32000, "query timeout exceeded"),
]


@pytest.mark.parametrize("refusal", RANGE_REFUSALS)
def test_a_range_too_rich_is_halved_until_it_fits(refusal: RpcFault) -> None:
    rpc = FakeRpc(Provider(7, refusal).answer)
    found = logs(rpc, SWAP, [Span(1, 100, [PAIR])])
    assert [log.block_number for log in found.logs] == list(range(1, 101))
    assert rpc.round_trips == 5


def test_a_single_block_that_is_too_rich_is_an_error_not_a_gap() -> None:
    rpc = FakeRpc(Provider(0, RANGE_REFUSALS[0]).answer)
    with pytest.raises(RpcFaultError):
        logs(rpc, SWAP, [Span(1, 4, [PAIR])])


@pytest.mark.parametrize(
    "fault",
    [
        RpcFault(-32000, "boom"),
        RpcFault(429, "too many requests, limit"),
        RpcFault(-32000, "missing trie node"),
    ],
)
def test_other_troubles_are_not_answered_with_more_questions(fault: RpcFault) -> None:
    rpc = FakeRpc(lambda _m, _p: fault)
    with pytest.raises(RpcFaultError):
        logs(rpc, SWAP, [Span(1, 100, [PAIR])])
    assert rpc.round_trips == 1


def test_logs_that_are_no_list_are_garbage() -> None:
    with pytest.raises(TransientError) as caught:
        logs(FakeRpc(lambda _m, _p: "0x"), SWAP, [Span(1, 1, [PAIR])])
    assert caught.value.code is Code.ERR_RPC_GARBAGE


@given(st.integers(0, 30), st.integers(0, 40), st.integers(0, 25))
def test_pages_cover_every_block_and_address_once(first: int, length: int, count: int) -> None:
    addresses = [Address(f"0x{i:040x}") for i in range(count)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs_module, "RANGE_MAX", 7)
        patch.setattr(logs_module, "ADDRESSES_MAX", 4)
        pages = spans(addresses, first, first + length - 1)
    covered = [
        (number, who)
        for page in pages
        for number in range(page.first, page.last + 1)
        for who in page.addresses
    ]
    expected = [(n, who) for n in range(first, first + length) for who in addresses]
    assert sorted(covered) == sorted(expected)
    assert all(page.last - page.first < 7 and len(page.addresses) <= 4 for page in pages)


def test_all_pages_are_one_round_trip() -> None:
    rpc = FakeRpc(lambda _m, _p: [])
    many = [Address(f"0x{i:040x}") for i in range(1_200)]
    logs(rpc, SWAP, spans(many, 1, 6_000))
    assert [len(batch) for batch in rpc.batches] == [9]
