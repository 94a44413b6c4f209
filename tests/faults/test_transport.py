"""Each toggle through the real client on a real node: what our codes say, and when it is over."""

from collections.abc import Iterator

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.evm.agreement import AgreeingReader, Agreement
from botctl.adapters.evm.endpoint import endpoint
from botctl.adapters.evm.gather import Gathering
from botctl.adapters.evm.http import HttpTransport
from botctl.adapters.evm.pool import PooledRpc
from botctl.adapters.evm.reader import EvmMarketReader
from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.wallet import EvmTxReader
from botctl.adapters.faults.switch import FaultSwitch
from botctl.adapters.faults.transport import FaultyTransport, Manners
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.sources import HeadRules
from botctl.core.units import ZERO_ADDRESS
from botctl.ports.chain import MarketQuery, SurveyRequest
from tests.core.test_providers import LIMITS
from tests.support.chain import Chain

TIMEOUT_MS = 5_000
BLOCK_S = 12


class Toggled:
    """Toggles that a test sets by hand; and the pauses that were asked for."""

    def __init__(self, chain: Chain) -> None:
        self.chosen: dict[str, object] = {}
        self.paused_ms: list[int] = []
        self._chain = chain
        self._open: list[JsonRpc] = []

    def rpc(self, provider: int = 1) -> JsonRpc:
        url = self._chain.anvil.url
        real = HttpTransport(endpoint(url), timeout_ms=TIMEOUT_MS)
        manners = Manners(provider, TIMEOUT_MS, self.paused_ms.append)
        made = JsonRpc(url, name=f"node {provider}", transport=FaultyTransport(real, self, manners))  # type: ignore[arg-type]
        self._open.append(made)
        return made

    def now(self) -> object:
        return FaultSwitch(self.chosen).now()

    def close(self) -> None:
        for rpc in self._open:
            rpc.close()


@pytest.fixture
def faults(chain: Chain) -> Iterator[Toggled]:
    toggled = Toggled(chain)
    yield toggled
    toggled.close()


@pytest.mark.parametrize(
    ("toggle", "code"),
    [
        ("https_block", Code.ERR_RPC_TIMEOUT),
        ("rpc_drop_rate", Code.ERR_RPC_TIMEOUT),
        ("rpc_lost_rate", Code.ERR_RPC_TIMEOUT),
        ("rpc_garbage_rate", Code.ERR_RPC_GARBAGE),
        ("rpc_truncate_rate", Code.ERR_RPC_GARBAGE),
        ("rpc_limit_rate", Code.ERR_RPC_RATE_LIMITED),
    ],
)
def test_each_failure_has_its_code_and_is_over_at_once(
    faults: Toggled, toggle: str, code: Code
) -> None:
    rpc = faults.rpc()
    faults.chosen[toggle] = True if toggle == "https_block" else 1
    with pytest.raises(TransientError) as failed:
        rpc.call("eth_chainId")
    assert failed.value.code is code
    faults.chosen.clear()
    assert rpc.call("eth_chainId") == "0x7a69"


def test_what_is_lost_arrived_and_what_is_dropped_did_not(faults: Toggled, chain: Chain) -> None:
    rpc = faults.rpc()
    for toggle, blocks in (("rpc_drop_rate", 0), ("rpc_lost_rate", 1)):
        before = control.head(chain.rpc).number
        faults.chosen = {toggle: 1}
        with pytest.raises(TransientError):
            rpc.call("evm_mine")
        assert control.head(chain.rpc).number - before == blocks


def test_a_share_strikes_its_share_and_the_same_seed_the_same_requests(faults: Toggled) -> None:
    faults.chosen = {"rpc_drop_rate": 0.5, "seed": 3}
    told = [[_answers(rpc) for _ in range(40)] for rpc in (faults.rpc(), faults.rpc())]
    assert told[0] == told[1]
    assert 8 < told[0].count(True) < 32


def test_a_delay_is_drawn_from_its_range_and_ends_where_patience_does(faults: Toggled) -> None:
    rpc = faults.rpc()
    faults.chosen = {"delay_ms": "500..1500"}
    for _ in range(5):
        rpc.call("eth_chainId")
    assert len(set(faults.paused_ms)) > 1
    assert all(500 <= ms <= 1_500 for ms in faults.paused_ms)
    faults.chosen = {"delay_ms": "6000..7000"}
    with pytest.raises(TransientError) as failed:
        rpc.call("eth_chainId")
    assert failed.value.code is Code.ERR_RPC_TIMEOUT
    assert faults.paused_ms[-1] == TIMEOUT_MS


def test_a_frozen_node_knows_nothing_newer_and_thaws(faults: Toggled, chain: Chain) -> None:
    reader = EvmMarketReader(faults.rpc())
    faults.chosen = {"rpc_stale_head": True}
    frozen = reader.head().block
    mine(chain, 3)
    assert reader.head().block == frozen
    assert reader.blocks([frozen.number, frozen.number + 1]) == (frozen, None)
    faults.chosen.clear()
    assert reader.head().block.number == frozen.number + 3


def test_a_lagging_node_follows_at_its_distance(faults: Toggled, chain: Chain) -> None:
    rpc = faults.rpc()
    reader, wallet = EvmMarketReader(rpc), control.accounts(chain.rpc)[0]
    faults.chosen = {"rpc_stale_blocks": 2}
    before = control.nonce(chain.rpc, wallet)
    sent = {"from": wallet, "to": wallet}
    tx_hash = str(chain.rpc.call("eth_sendTransaction", sent))
    mine(chain, 1)
    txs = EvmTxReader(rpc, wallet)
    assert reader.head().block.number == control.head(chain.rpc).number - 2
    (count,) = txs.nonces(wallet)
    assert (count.mined, count.pending) == (before, before)
    assert [s.known for s in txs.sightings([tx_hash])] == [False]  # type: ignore[list-item]
    mine(chain, 2)
    assert [s.receipt is not None for s in txs.sightings([tx_hash])] == [True]  # type: ignore[list-item]


def test_one_provider_of_two_on_another_fork_is_no_agreement(faults: Toggled, chain: Chain) -> None:
    now_ms = control.head(chain.rpc).timestamp_s * 1_000
    pool = PooledRpc([faults.rpc(1), faults.rpc(2)], LIMITS, now_ms=lambda: now_ms)
    rules = HeadRules(2, lag_blocks_max=1, age_max_ms=60_000, ahead_max_ms=15_000)
    gathering = Gathering(TIMEOUT_MS, at_once_max=2)
    agreement = Agreement(31337, rules, gathering, lambda: now_ms)
    reader = AgreeingReader(pool, pool, agreement)
    assert reader.head().sources_agreeing == 2
    faults.chosen = {"rpc_disagree": True, "rpc_provider": 2}
    assert reader.head().sources_agreeing == 1
    assert faults.rpc(1).call("eth_chainId") == faults.rpc(2).call("eth_chainId")


def test_skewed_reserves_are_told_of_every_market_and_nothing_else_changes(
    faults: Toggled, chain: Chain
) -> None:
    deployment = chain.deployment
    reader = EvmMarketReader(faults.rpc())
    head = reader.head().block
    request = SurveyRequest(
        markets=[MarketQuery(m.pair, m.token, deployment.weth, None) for m in deployment.markets],
        wallet=ZERO_ADDRESS,
        factory=deployment.factory,
        router=deployment.router,
        native=deployment.weth,
        lockers=(),
    )
    true = reader.survey(request, head)
    faults.chosen = {"rpc_quote_skew_bps": -1_500}
    skewed = reader.survey(request, head)
    for was, now in zip(true.markets, skewed.markets, strict=True):
        assert was.facts.reserve_quote is not None
        assert now.facts.reserve_quote == was.facts.reserve_quote * 8_500 // 10_000
        assert now.facts.reserve_token == was.facts.reserve_token
        assert now.facts.pair_quote_balance == was.facts.pair_quote_balance
    assert skewed.router_code_hash == true.router_code_hash


def test_a_batch_keeps_its_answers_with_their_questions(faults: Toggled) -> None:
    faults.chosen = {"rpc_stale_blocks": 1}
    rpc = faults.rpc()
    number, chain_id = rpc.batch([("eth_blockNumber", ()), ("eth_chainId", ())])
    assert int(str(number), 16) == EvmMarketReader(rpc).head().block.number
    assert chain_id == "0x7a69"


def mine(chain: Chain, blocks: int) -> None:
    for _ in range(blocks):
        control.mine_at(chain.rpc, control.head(chain.rpc).timestamp_s + BLOCK_S)


def _answers(rpc: JsonRpc) -> bool:
    try:
        rpc.call("eth_chainId")
    except TransientError:
        return False
    return True
