"""Codes and launchers of many tokens from a node without a network: what is asked, and what a fault ends."""

from collections.abc import Sequence
from typing import Final

import pytest

from botctl.adapters.devnet import artifacts
from botctl.adapters.evm.abi import unhexed
from botctl.adapters.evm.code_chain import STEPS_MAX, address_in, chains
from botctl.adapters.evm.launchers import launchers
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.codes import Code
from botctl.core.errors import BotError
from botctl.core.facts import BlockRef
from botctl.core.sellability.code_facts import CHAIN_MAX
from botctl.core.sellability.proxies import BEACON_SLOT
from botctl.core.units import Address, Hash32
from tests.evm.fake_rpc import FakeRpc

AT: Final = BlockRef(7, Hash32("0x" + "11" * 32), Hash32("0x" + "22" * 32), 1_700_000_000, 5)
PLAIN: Final = artifacts.ours("PlainToken").runtime
LOGIC: Final = Address("0x" + "c0" * 20)
LOUD: Final = Address("0x" + "10" * 20)
FACTORY: Final = Address("0x" + "fa" * 20)
BEACON: Final = Address("0x" + "be" * 20)
# Asks the beacon in EIP-1967's slot, then runs what it told.
BEACON_PROXY: Final = (
    f"0x635c60da1b5f5260205f6004601c7f{BEACON_SLOT:064x}545afa505f5f365f5f375f5f365f5f515af4"
)


def clone_of(address: Address) -> str:
    return f"0x363d3d373d3d3d363d73{address[2:]}5af43d82803e903d91602b57fd5bf3"


def token(index: int) -> Address:
    return Address(f"0x{index + 1:040x}")


def where(params: Sequence[object]) -> str:
    return str(params[0])


def test_a_thousand_clones_share_one_code_and_two_requests() -> None:
    rpc = FakeRpc(lambda _, params: PLAIN if where(params) == LOGIC else clone_of(LOGIC))
    tokens = [token(index) for index in range(1_000)]
    found = chains(rpc, tokens, AT)
    assert [len(batch) for batch in rpc.batches] == [1_000, 1]
    assert {found[each].codes[1] for each in tokens} == {unhexed(PLAIN)}


def test_clones_of_clones_end_at_the_longest_chain() -> None:
    def answer(_: str, params: Sequence[object]) -> object:
        return clone_of(token(int(where(params), 16)))

    rpc = FakeRpc(answer)
    found = chains(rpc, [token(0)], AT)
    assert len(found[token(0)].codes) == CHAIN_MAX
    assert rpc.round_trips <= STEPS_MAX


def beacons(said: RpcFault) -> FakeRpc:
    """One token behind a beacon in storage that fails, and one that is plain."""

    def answer(method: str, params: Sequence[object]) -> object:
        if method == "eth_call":
            return said
        if method == "eth_getStorageAt":
            return "0x" + BEACON[2:].rjust(64, "0")
        return BEACON_PROXY if where(params) == token(0) else PLAIN

    return FakeRpc(answer)


@pytest.mark.parametrize(
    "said",
    [
        RpcFault(3, "execution reverted: rate limit exceeded"),
        RpcFault(-32000, "execution reverted: header not found"),
        RpcFault(-32015, "VM execution error: too many requests"),
        RpcFault(-32000, "out of gas"),
    ],
)
def test_a_beacon_that_fails_ends_its_own_walk_whatever_it_says(said: RpcFault) -> None:
    rpc = beacons(said)
    found = chains(rpc, [token(0), token(1)], AT)
    assert [batch[0][0] for batch in rpc.batches] == [
        "eth_getCode",
        "eth_getStorageAt",
        "eth_call",
    ]
    assert len(found[token(0)].codes) == 1
    assert found[token(0)].named[0] == BEACON
    assert found[token(1)].codes == (unhexed(PLAIN),)


def test_the_nodes_own_trouble_is_not_a_beacons() -> None:
    with pytest.raises(BotError) as raised:
        chains(beacons(RpcFault(429, "too many requests")), [token(0), token(1)], AT)
    assert raised.value.code is Code.ERR_RPC_RATE_LIMITED


def test_a_code_that_the_node_cannot_give_is_the_nodes_trouble() -> None:
    rpc = FakeRpc(lambda _, params: RpcFault(-32000, "no") if where(params) == token(1) else PLAIN)
    with pytest.raises(BotError) as raised:
        chains(rpc, [token(0), token(1)], AT)
    assert raised.value.code is Code.ERR_RPC_FAULT


def test_an_address_is_that_of_the_first_whole_word() -> None:
    word = bytes(12) + bytes.fromhex(LOGIC[2:])
    assert address_in(word) == address_in(word + b"\x01" * 32) == LOGIC
    assert address_in(word[:-1]) is None
    assert address_in(bytes(32)) is None


def opening(pair: Address, tx: str) -> dict[str, str]:
    return {"data": f"0x{pair[2:].rjust(64, '0')}{1:064x}", "transactionHash": tx}


def test_launchers_cost_two_requests_and_each_block_and_transaction_is_asked_once() -> None:
    tx, gone = "0x" + "a1" * 32, "0x" + "a2" * 32
    first, second, third = token(0), token(1), token(2)

    def answer(method: str, params: Sequence[object]) -> object:
        if method == "eth_getTransactionByHash":
            return {"from": LOUD} if where(params) == tx else None
        asked = params[0]
        assert isinstance(asked, dict)
        assert asked["address"] == FACTORY
        in_block = {"0x5": [opening(first, tx), opening(second, tx)], "0x6": [opening(third, gone)]}
        return in_block[asked["fromBlock"]]

    rpc = FakeRpc(answer)
    asked = [(first, 5), (second, 5), (third, 6), (third, 5)]
    assert launchers(rpc, FACTORY, asked) == (LOUD, LOUD, None, None)
    assert [len(batch) for batch in rpc.batches] == [2, 2]


def test_nobody_asks_for_the_launchers_of_no_pair() -> None:
    rpc = FakeRpc(lambda *_: None)
    assert launchers(rpc, FACTORY, []) == ()
    assert rpc.round_trips == 0
