"""The head that several providers agree on, each a proxy in front of a real node."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.evm.agreement import AgreeingReader, Agreement
from botctl.adapters.evm.gather import Gathering
from botctl.adapters.evm.pool import PooledRpc
from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.wallet import EvmTxReader
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.sources import HeadRules
from botctl.core.units import Address
from tests.core.test_providers import LIMITS as CORE_LIMITS
from tests.support.chain import END_S, Chain
from tests.support.providers import Provider, provider

NOBODY = Address("0x" + "99" * 20)
BOASTED = hex(10**9)

# However busy this machine is, no provider counts as slow.
LIMITS = replace(CORE_LIMITS, fast_ms=60_000)


class Field:
    """Providers a, b and c over one chain; its clock stands at the chain's end until it is moved."""

    def __init__(self, providers: Sequence[Provider], *, needed: int = 0) -> None:
        self.a, self.b, self.c = providers
        self.providers = tuple(providers)
        self.now_ms = END_S * 1_000
        self.rpcs = [
            JsonRpc(each.url, name=name, timeout_ms=5_000)
            for name, each in zip("abc", providers, strict=True)
        ]
        self.deadline_ms = 20_000
        self.use(3, needed)

    def use(self, count: int, needed: int = 0, lag_blocks_max: int = 1) -> None:
        self.pool = PooledRpc(self.rpcs[:count], LIMITS, now_ms=lambda: self.now_ms)
        rules = HeadRules(needed or count, lag_blocks_max, age_max_ms=60_000, ahead_max_ms=15_000)
        gathering = Gathering(self.deadline_ms, at_once_max=5)
        agreement = Agreement(31337, rules, gathering, lambda: self.now_ms)
        self.reader = AgreeingReader(self.pool, self.pool, agreement)

    def told(self) -> tuple[int, str]:
        found = self.reader.head()
        return found.sources_agreeing, found.sources_say

    @property
    def reads(self) -> list[int]:
        """Requests of each since the head was asked for."""
        return [len(each.asked) for each in self.providers]

    def forget(self) -> None:
        for each in self.providers:
            each.asked.clear()


@pytest.fixture
def field(chain: Chain) -> Iterator[Field]:
    with ExitStack() as stack:
        made = Field([stack.enter_context(provider(chain.anvil.url)) for _ in range(3)])
        yield made
        made.pool.close()


def newest(chain: Chain) -> int:
    return control.head(chain.rpc).number


def test_all_agree_in_one_request_each(field: Field, chain: Chain) -> None:
    found = field.reader.head()
    assert (found.sources_configured, found.sources_agreeing, found.sources_needed) == (3, 3, 3)
    assert (found.sources_say, found.block.number) == ("", newest(chain))
    assert field.reads == [1, 1, 1]


def test_a_cycle_reads_from_one_provider_only(field: Field, chain: Chain) -> None:
    found = field.reader.head()
    field.forget()
    assert field.reader.is_canonical(found.block)
    assert field.reader.pairs_created(chain.deployment.factory, 0, found.block.number)
    assert field.reads == [3, 0, 0]  # the block, the logs, and who sent them


def test_one_block_of_lag_is_met_at_the_older_block(field: Field, chain: Chain) -> None:
    control.mine_at(chain.rpc, END_S + 12)
    field.b.lag(1)
    found = field.reader.head()
    assert (found.block.number, found.sources_agreeing) == (newest(chain) - 1, 3)
    assert field.reader.is_canonical(found.block)


def test_who_lags_further_does_not_agree_and_is_named(field: Field, chain: Chain) -> None:
    field.a.lag(4)
    found = field.reader.head()
    assert (found.block.number, found.sources_agreeing) == (newest(chain), 2)
    assert found.sources_say == "ERR_SOURCES_DISAGREE: a is 4 blocks behind"
    assert found.provider != "a"  # the freshest is read


def test_without_tolerance_one_block_is_lag(field: Field, chain: Chain) -> None:
    field.use(2, lag_blocks_max=0)
    field.b.lag(1)
    found = field.reader.head()
    assert (found.block.number, found.sources_agreeing) == (newest(chain), 1)
    assert found.sources_say == "ERR_SOURCES_DISAGREE: b is 1 blocks behind"


LIES: dict[str, tuple[Callable[[Provider], None], str]] = {
    "another hash": (
        lambda p: p.lie("hash", "0x" + "ab" * 32),
        "ERR_SOURCES_DISAGREE: a has another block",
    ),
    "a block far ahead": (lambda p: p.lie("number", BOASTED), "ERR_SOURCES_DISAGREE: a is"),
    "another chain": (
        lambda p: setattr(
            p, "alter", lambda method, _, result: "0x1" if method == "eth_chainId" else result
        ),
        "ERR_SOURCES_DISAGREE: a gives no answer (ERR_CHAIN_ID_MISMATCH)",
    ),
    "a head of the wrong shape": (
        lambda p: p.lie("timestamp", "yesterday"),
        "ERR_SOURCES_DISAGREE: a gives no answer (ERR_RPC_GARBAGE)",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_liar_is_outvoted_named_and_not_read(field: Field, lie: str, chain: Chain) -> None:
    tell, say = LIES[lie]
    tell(field.a)
    found = field.reader.head()
    assert found.sources_agreeing == 2
    assert found.sources_say.startswith(say)
    assert (found.block.number, found.chain_id) == (newest(chain), 31337)
    assert found.provider in {"b", "c"}
    field.forget()
    field.reader.is_canonical(found.block)
    assert field.reads[0] == 0


def test_with_two_providers_a_lie_is_a_disagreement(field: Field) -> None:
    field.use(2)
    field.b.lie("hash", "0x" + "ab" * 32)
    agreeing, say = field.told()
    assert agreeing == 1
    assert say.startswith("ERR_SOURCES_DISAGREE: b has another block")


def test_enough_may_be_fewer_than_all(field: Field) -> None:
    field.use(3, needed=2)
    field.c.down = True
    found = field.reader.head()
    assert (found.sources_agreeing, found.sources_needed) == (2, 2)
    assert found.sources_say == "ERR_SOURCES_DISAGREE: c gives no answer (ERR_RPC_GARBAGE)"


def test_only_one_answer_is_single_sourced(field: Field) -> None:
    field.a.down = field.b.down = True
    assert field.told() == (
        1,
        "ERR_SINGLE_SOURCED: a gives no answer (ERR_RPC_GARBAGE);"
        " b gives no answer (ERR_RPC_GARBAGE)",
    )


def test_a_stale_head_on_all_is_said(field: Field) -> None:
    field.now_ms += 10 * 60_000
    agreeing, say = field.told()
    assert agreeing == 3
    assert say.startswith("ERR_HEAD_STALE: the newest head is block ")


def test_a_provider_that_is_silent_costs_the_deadline_once_and_not_a_sum(field: Field) -> None:
    """Two never answer; the third does, and its answer counts when the time is up for both."""
    field.deadline_ms = 300
    field.use(3)
    field.a.held = field.b.held = threading.Event()
    asked = field.reader.head()
    assert (asked.provider, asked.sources_agreeing) == ("c", 1)
    assert "a gives no answer (ERR_RPC_TIMEOUT)" in asked.sources_say
    assert "b gives no answer (ERR_RPC_TIMEOUT)" in asked.sources_say
    assert [member.name for member in field.pool.order()] == ["c"]  # nobody uses their connections
    assert [dict(s.errors) for s in field.pool.states()][:2] == [{"ERR_RPC_TIMEOUT": 1}] * 2
    field.a.held.set()


def test_everybody_down_raises_what_the_first_says(field: Field) -> None:
    for each in field.providers:
        each.down = True
    with pytest.raises(TransientError) as caught:
        field.reader.head()
    assert caught.value.code is Code.ERR_RPC_GARBAGE


def test_another_chain_everywhere_is_told_with_its_number(field: Field) -> None:
    for each in field.providers:
        each.alter = lambda method, _, result: "0x1" if method == "eth_chainId" else result
    assert field.reader.head().chain_id == 1


def test_another_chain_while_ours_is_away_is_no_persons_business(field: Field) -> None:
    field.use(2)
    field.a.down = True
    field.b.alter = lambda method, _, result: "0x1" if method == "eth_chainId" else result
    with pytest.raises(TransientError) as caught:
        field.reader.head()
    assert caught.value.code is Code.ERR_RPC_GARBAGE


def test_answers_of_the_wrong_shape_fail_over_too(field: Field, chain: Chain) -> None:
    found = field.reader.head()
    field.a.alter = lambda *_: "nonsense"
    created = field.reader.pairs_created(chain.deployment.factory, 0, found.block.number)
    assert len(created) == len(chain.deployment.markets)
    assert field.pool.name == "b"


def test_reserves_come_from_somebody_else_at_the_same_block_in_one_request(
    field: Field, chain: Chain
) -> None:
    found = field.reader.head()
    market = chain.deployment.market("CEDAR")
    field.forget()
    said = field.reader.reserves_elsewhere([market.pair, NOBODY], found.block)
    assert said is not None
    plan = market.plan
    (reserves, nothing) = said.reserves
    assert reserves is not None
    assert set(reserves) == {plan.token_liquidity, plan.quote_liquidity_wei}
    assert (nothing, said.provider, field.reads) == (None, "b", [0, 1, 0])


def test_a_second_that_fails_is_replaced_by_a_third_and_then_by_a_code(
    field: Field, chain: Chain
) -> None:
    found, pair = field.reader.head(), chain.deployment.market("CEDAR").pair
    field.b.down = True
    said = field.reader.reserves_elsewhere([pair], found.block)
    assert said is not None
    assert said.provider == "c"
    field.c.down = True
    nobody = field.reader.reserves_elsewhere([pair], found.block)
    assert nobody is not None
    assert nobody.say.startswith("ERR_SINGLE_SOURCED: b gives no answer (ERR_RPC_GARBAGE); c")


def test_one_provider_has_no_second_word(field: Field) -> None:
    field.use(1)
    found = field.reader.head()
    assert field.reader.reserves_elsewhere([NOBODY], found.block) is None
    assert (found.sources_configured, found.sources_agreeing, found.provider) == (1, 1, "a")


def test_nonces_are_counted_by_every_provider_that_answers(field: Field) -> None:
    txs = EvmTxReader(field.pool, NOBODY, field.pool.others, field.reader.head)
    txs.head()
    assert [count.provider for count in txs.nonces(NOBODY)] == ["a", "b", "c"]
    field.a.down = True
    assert [count.provider for count in txs.nonces(NOBODY)] == ["b", "c"]
    field.b.say = (401, {}, b"")
    assert {count.provider for count in txs.nonces(NOBODY)} == {"c"}


def test_the_readers_head_is_that_of_the_pinned_provider(field: Field) -> None:
    found = field.reader.head()
    assert replace(found, sources_agreeing=1).provider == field.pool.name
