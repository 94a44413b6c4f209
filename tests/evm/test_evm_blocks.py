"""The head, from nodes that suggest a tip and from those that do not."""

from collections.abc import Sequence

import pytest

from botctl.adapters.evm.blocks import TIP_WEI_MIN, head
from botctl.adapters.evm.rpc import Call, JsonRpc
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from tests.evm.fake_node import FakeNode, Say, results
from tests.support.chain import Chain

GWEI = 10**9
SUGGESTS, HISTORY = "eth_maxPriorityFeePerGas", "eth_feeHistory"
BLOCK = {
    "number": "0x7",
    "hash": "0x" + "7" * 64,
    "parentHash": "0x" + "6" * 64,
    "timestamp": "0x5f",
    "baseFeePerGas": hex(GWEI),
}
REFUSALS = [  # geth and reth, Infura, Alchemy, an old node behind a proxy
    RpcFault(-32601, "the method eth_maxPriorityFeePerGas does not exist/is not available"),
    RpcFault(-32601, "Method not found"),
    RpcFault(-32600, "Unsupported method: eth_maxPriorityFeePerGas on this network"),
    RpcFault(-32000, "method is not whitelisted"),
]


def node(**said: object) -> Say:
    """A node of chain 1 at block 7 that says this to the other methods."""
    answers = {"eth_chainId": "0x1", "eth_getBlockByNumber": BLOCK, **said}
    return results(lambda call: answers[str(call["method"])])


def paid(*rewards: int) -> dict[str, object]:
    return {"oldestBlock": "0x1", "reward": [[hex(reward)] for reward in rewards]}


def tip_wei(history: object, refusal: RpcFault = REFUSALS[0]) -> int:
    say = node(**{SUGGESTS: refusal, HISTORY: history})
    with FakeNode(say, say) as fake:
        return head(fake.rpc()).priority_fee_wei


def trouble(**said: object) -> TransientError:
    say = node(**said)
    with FakeNode(say, say) as fake, pytest.raises(TransientError) as caught:
        head(fake.rpc())
    return caught.value


def test_a_suggested_tip_is_taken_in_one_round_trip() -> None:
    with FakeNode(node(**{SUGGESTS: "0x5"})) as fake:
        rpc = fake.rpc()
        found = head(rpc)
        assert (found.priority_fee_wei, found.block.number, rpc.round_trips) == (5, 7, 1)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_node_that_suggests_none_is_asked_once_more_what_was_paid(refusal: RpcFault) -> None:
    say = node(**{SUGGESTS: refusal, HISTORY: paid(*[2 * GWEI] * 20)})
    with FakeNode(say, say) as fake:
        rpc = fake.rpc()
        found = head(rpc)
        assert (found.priority_fee_wei, found.block.number, rpc.round_trips) == (2 * GWEI, 7, 2)


def test_the_tip_is_the_60th_percentile_of_what_was_paid_in_any_order() -> None:
    assert tip_wei(paid(*(n * GWEI for n in (10, 1, 9, 2, 8, 3, 7, 4, 6, 5)))) == 6 * GWEI
    assert tip_wei(paid(3 * GWEI)) == 3 * GWEI


def test_empty_blocks_tell_nothing_about_the_tip() -> None:
    assert tip_wei(paid(0, 0, 0, 0, 2 * GWEI)) == 2 * GWEI


@pytest.mark.parametrize("history", [paid(), paid(0, 0), paid(1), {"reward": [[]]}])
def test_a_tip_is_never_below_what_a_miner_takes(history: object) -> None:
    assert tip_wei(history) == TIP_WEI_MIN


def test_a_node_with_neither_says_which_it_lacks() -> None:
    error = trouble(**{SUGGESTS: REFUSALS[0], HISTORY: REFUSALS[1]})
    assert error.code is Code.ERR_RPC_FAULT
    assert error.facts["method"] == HISTORY


def test_a_node_in_trouble_is_not_one_without_the_method() -> None:
    error = trouble(**{SUGGESTS: RpcFault(429, "too many requests"), HISTORY: paid(GWEI)})
    assert error.code is Code.ERR_RPC_RATE_LIMITED


@pytest.mark.parametrize("history", [None, {}, {"reward": None}, {"reward": [["five"]]}, "0x5"])
def test_a_history_of_the_wrong_shape_is_garbage(history: object) -> None:
    assert trouble(**{SUGGESTS: REFUSALS[0], HISTORY: history}).code is Code.ERR_RPC_GARBAGE


class Unsuggesting:
    """A real node that does not know the method."""

    def __init__(self, rpc: JsonRpc) -> None:
        self.name = rpc.name
        self._rpc = rpc

    @property
    def round_trips(self) -> int:
        return self._rpc.round_trips

    def call(self, method: str, *params: object) -> object:
        return self._rpc.call(method, *params)

    def batch(self, calls: Sequence[Call]) -> list[object]:
        return self._rpc.batch([(m.replace(SUGGESTS, "eth_suggestNothing"), p) for m, p in calls])

    def close(self) -> None:
        self._rpc.close()


def test_a_real_node_without_the_method_tells_a_tip_from_its_history(chain: Chain) -> None:
    suggested, told = head(chain.rpc), head(Unsuggesting(chain.rpc))
    assert told.block == suggested.block
    assert TIP_WEI_MIN <= told.priority_fee_wei <= 10 * GWEI
