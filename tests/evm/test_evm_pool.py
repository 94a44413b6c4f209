"""Several providers behind one Rpc, each a proxy in front of a real node that fails in its own way."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.evm.blocks import head
from botctl.adapters.evm.pool import PooledRpc
from botctl.adapters.evm.retry import Patience, RetryingRpc
from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.rpc_errors import RpcFault, RpcFaultError
from botctl.core.codes import Code
from botctl.core.errors import BotError, OperatorError, TransientError
from botctl.core.providers import ProviderState
from tests.core.test_providers import LIMITS as CORE_LIMITS
from tests.evm.fake_node import FakeNode, Say, fault, http, results
from tests.support.chain import Chain
from tests.support.providers import Provider, provider

NOW_MS = 1_800_000_000_000

# However busy this machine is, no provider counts as slow.
LIMITS = replace(CORE_LIMITS, fast_ms=60_000)


class Field:
    """Three providers of one chain, and the pool over them. Its clock stands until it is moved."""

    def __init__(self, providers: Sequence[Provider], *, timeout_ms: int = 5_000) -> None:
        self.a, self.b, self.c = providers
        self.now_ms = NOW_MS
        self.rpcs = [
            JsonRpc(each.url, name=name, timeout_ms=timeout_ms)
            for name, each in zip("abc", providers, strict=True)
        ]
        self.pool = self.another()

    def another(self) -> PooledRpc:
        return PooledRpc(self.rpcs, LIMITS, now_ms=lambda: self.now_ms)

    @property
    def asked(self) -> tuple[int, int, int]:
        return len(self.a.asked), len(self.b.asked), len(self.c.asked)

    def state(self, name: str) -> ProviderState:
        return next(state for state in self.pool.states() if state.name == name)

    def pin(self) -> None:
        """To the head, as the first provider has it."""
        found = head(self.pool.members[0])
        self.pool.pin(found.block, self.pool.members[0])
        for each in (self.a, self.b, self.c):
            each.asked.clear()


@pytest.fixture
def field(chain: Chain) -> Iterator[Field]:
    with ExitStack() as stack:
        made = Field([stack.enter_context(provider(chain.anvil.url)) for _ in range(3)])
        yield made
        made.pool.close()


BROKEN: dict[str, tuple[Code, dict[str, object]]] = {
    "it hangs up": (Code.ERR_RPC_GARBAGE, {"down": True}),
    "it answers garbage": (Code.ERR_RPC_GARBAGE, {"say": (200, {}, b"<html>")}),
    "it is overloaded": (Code.ERR_RPC_UNREACHABLE, {"say": (503, {}, b"")}),
    "it limits us": (Code.ERR_RPC_RATE_LIMITED, {"say": (429, {"Retry-After": "7"}, b"")}),
    "it refuses our key": (Code.ERR_RPC_REFUSED, {"say": (401, {}, b"")}),
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("pinned", [False, True])
def test_a_read_fails_over_within_the_same_call(field: Field, how: str, pinned: bool) -> None:
    code, broken = BROKEN[how]
    if pinned:
        field.pin()
    for name, value in broken.items():
        setattr(field.a, name, value)
    assert field.pool.call("eth_chainId") == "0x7a69"
    assert field.pool.name == "b"
    assert field.asked[1:] == (1, 0)
    assert dict(field.state("a").errors) == {code: 1}


def test_after_a_failover_the_cycle_stays_where_it_went(field: Field) -> None:
    field.pin()
    field.a.down = True
    field.pool.call("eth_chainId")
    field.a.down = False
    before = len(field.a.asked)
    field.pool.batch([("eth_chainId", ()), ("eth_blockNumber", ())])
    assert (field.pool.name, len(field.a.asked)) == ("b", before)
    assert field.b.asked[-1] == ["eth_chainId", "eth_blockNumber"]  # asked for the pin only once


def test_a_provider_without_the_pinned_block_does_not_take_over(field: Field) -> None:
    field.b.lag(1)
    field.pin()
    field.a.down = True
    assert field.pool.call("eth_chainId") == "0x7a69"
    assert (field.pool.name, len(field.b.asked)) == ("c", 1)


def test_a_provider_with_another_block_there_does_not_take_over(field: Field) -> None:
    field.b.lie("hash", "0x" + "ab" * 32)
    field.pin()
    field.a.down = True
    field.pool.call("eth_chainId")
    assert field.pool.name == "c"


def test_when_nobody_else_has_the_block_the_cycle_ends_with_its_own_code(field: Field) -> None:
    field.b.lag(1)
    field.c.lie("hash", "0x" + "ab" * 32)
    field.pin()
    field.a.down = True
    with pytest.raises(TransientError) as caught:
        field.pool.call("eth_chainId")
    assert caught.value.code is Code.ERR_PIN_LOST
    assert caught.value.facts["without"] == "b,c"
    assert caught.value.facts["why"] == Code.ERR_RPC_GARBAGE


def test_a_dead_provider_costs_three_calls_and_then_rests(field: Field) -> None:
    """Failover time in calls: each call is answered, the first three also knock at the dead one."""
    field.a.down = True
    knocks = []
    for _ in range(5):
        before = field.state("a").requests
        assert field.pool.call("eth_chainId") == "0x7a69"
        knocks.append(field.state("a").requests - before)
    assert knocks == [1, 1, 1, 0, 0]
    field.a.down = False
    field.now_ms += LIMITS.cooldown_ms
    field.pool.call("eth_chainId")
    assert field.pool.name == "a"  # well again, and first in the settings


def test_when_all_rest_they_are_asked_all_the_same(field: Field) -> None:
    for each in (field.a, field.b, field.c):
        each.down = True
    for _ in range(3):
        with pytest.raises(TransientError):
            field.pool.call("eth_chainId")
    field.c.down = False
    assert field.pool.call("eth_chainId") == "0x7a69"
    assert field.pool.name == "c"


def test_a_told_pause_is_kept(field: Field) -> None:
    field.a.say = (429, {"Retry-After": "7"}, b"")
    field.pool.call("eth_chainId")
    field.a.say = None
    asked = len(field.a.asked)
    field.now_ms += 6_999
    field.pool.call("eth_chainId")
    assert len(field.a.asked) == asked
    field.now_ms += 1
    field.pool.call("eth_chainId")
    assert len(field.a.asked) == asked + 1


def test_when_all_asked_us_to_stay_away_nobody_is_asked(field: Field) -> None:
    for each, seconds in ((field.a, "30"), (field.b, "7"), (field.c, "60")):
        each.say = (429, {"Retry-After": seconds}, b"")
    with pytest.raises(TransientError):
        field.pool.call("eth_chainId")
    with pytest.raises(TransientError) as caught:
        field.pool.call("eth_chainId")
    assert caught.value.code is Code.ERR_RPC_RATE_LIMITED
    assert field.asked == (1, 1, 1)
    assert (caught.value.facts["provider"], caught.value.facts["retry_after_ms"]) == ("b", 7_000)


def test_what_a_node_says_about_our_question_is_the_answer_and_nobody_else_is_asked(
    field: Field,
) -> None:
    field.a.alter = lambda *_: RpcFault(3, "execution reverted", "0x")
    with pytest.raises(RpcFaultError, match="reverted"):
        field.pool.call("eth_blockNumber")
    assert field.asked == (1, 0, 0)
    assert field.state("a").errors == ()


ITEMS = {
    "its limit": RpcFault(-32005, "limit exceeded"),
    "its history": RpcFault(-32000, "missing trie node abc"),
    "its methods": RpcFault(-32601, "the method is not available"),
}


@pytest.mark.parametrize("why", ITEMS)
def test_items_that_fail_for_the_nodes_own_reason_are_asked_elsewhere_and_only_they(
    field: Field, why: str
) -> None:
    field.a.alter = lambda method, _params, result: (
        ITEMS[why] if method == "eth_gasPrice" else result
    )
    field.pin()
    calls = [("eth_chainId", ()), ("eth_gasPrice", ()), ("eth_blockNumber", ())]
    answers = field.pool.batch(calls)
    assert not [answer for answer in answers if isinstance(answer, RpcFault)]
    assert field.b.asked == [["eth_getBlockByNumber", "eth_gasPrice"]]
    assert (len(field.c.asked), field.pool.name) == (0, "a")


def test_an_item_that_nobody_can_answer_keeps_its_fault(field: Field) -> None:
    for each in (field.a, field.b, field.c):
        each.alter = lambda *_: ITEMS["its methods"]
    assert field.pool.batch([("eth_gasPrice", ())]) == [
        RpcFault(-32601, "the method is not available", None)
    ]
    assert field.asked == (1, 1, 1)


def test_a_batch_refused_as_too_large_is_split_and_stays_split(field: Field) -> None:
    field.pin()
    field.a.batch_max = 3
    calls = [("eth_chainId", ())] * 10
    assert field.pool.batch(calls) == ["0x7a69"] * 10
    assert [len(request) for request in field.a.asked] == [10, 5, 2, 2, 2, 2, 2]
    field.a.asked.clear()
    field.pool.batch(calls)
    assert [len(request) for request in field.a.asked] == [2] * 5
    assert field.asked[1:] == (0, 0)


def test_a_batch_too_large_by_its_http_status_is_split_too() -> None:
    too_large = Say(http(b"", "413 Content Too Large"))
    with FakeNode(too_large, results(lambda _: 1), results(lambda _: 1)) as node:
        assert node.rpc().batch([("a", ()), ("b", ())]) == [1, 1]


RATES = {
    "a header": (Say(http(b"", "429 Slow Down", "Retry-After: 30")), 30_000),
    "a date, which is not understood": (
        Say(http(b"", "429 Slow Down", "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT")),
        None,
    ),
    "a fault's data": (
        fault(-32005, "daily request count exceeded", {"rate": {"backoff_seconds": 1.5}}),
        1_500,
    ),
    "a vendor's code": (fault(-32029, "Rate limit exceeded"), None),
    "words alone": (fault(-32000, "50/second request limit reached - reduce calls"), None),
}


@pytest.mark.parametrize("how", RATES)
def test_a_rate_limit_is_known_however_it_is_said(how: str) -> None:
    say, wait_ms = RATES[how]
    with FakeNode(say) as node:
        pool = PooledRpc([node.rpc()], LIMITS, now_ms=lambda: NOW_MS)
        with pytest.raises(BotError) as caught:
            pool.call("m")
    assert caught.value.code is Code.ERR_RPC_RATE_LIMITED
    (state,) = pool.states()
    told = 0 if wait_ms is None else NOW_MS + wait_ms
    guessed = NOW_MS + LIMITS.limited_ms if wait_ms is None else 0
    assert (state.limited_until_ms, state.cooldown_until_ms) == (told, guessed)


def test_too_many_results_are_no_rate_limit() -> None:
    say = fault(-32005, "query returned more than 10000 results")
    with FakeNode(say) as node, pytest.raises(RpcFaultError) as caught:
        node.rpc().call("eth_getLogs")
    assert caught.value.code is Code.ERR_RPC_FAULT


def test_a_refused_key_of_the_only_provider_is_for_a_person(field: Field) -> None:
    field.a.say = (401, {}, b"")
    pool = PooledRpc(field.rpcs[:1], LIMITS, now_ms=lambda: NOW_MS)
    with pytest.raises(OperatorError):
        pool.call("eth_chainId")


def test_what_one_process_learned_the_next_one_knows(field: Field) -> None:
    field.a.down = True
    for _ in range(3):
        field.pool.call("eth_chainId")
    kept = {state.name: state for state in field.pool.states()}
    before = len(field.a.asked)
    nxt = PooledRpc(field.rpcs, LIMITS, now_ms=lambda: field.now_ms, kept=lambda: kept)
    assert not nxt.asked  # nothing to keep yet
    nxt.call("eth_chainId")
    assert (nxt.name, len(field.a.asked), nxt.asked) == ("b", before, True)
    assert nxt.states()[0] == kept["a"]


def test_retries_around_the_pool_ask_everybody_again(field: Field) -> None:
    for each in (field.a, field.b, field.c):
        each.down = True
    waited: list[int] = []

    def wait(ms: int) -> None:
        waited.append(ms)
        field.c.down = False

    rpc = RetryingRpc(field.pool, Patience(3, 100, 100), pause_ms=wait, chance=lambda: 0.0)
    assert rpc.call("eth_chainId") == "0x7a69"
    assert (rpc.name, waited) == ("c", [50])


def test_a_new_block_during_the_cycle_moves_nobody(field: Field, chain: Chain) -> None:
    field.pin()
    control.mine_at(chain.rpc, control.head(chain.rpc).timestamp_s + 12)
    field.a.down = True
    assert field.pool.call("eth_chainId") == "0x7a69"
    assert field.pool.name == "b"
