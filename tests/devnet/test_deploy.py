"""The deployed chain is the real Uniswap with the planned markets on it."""

from botctl.adapters.devnet import artifacts, calldata, control
from botctl.adapters.devnet.plan import DEMO_PLAN, UINT256_HALF, Behaviour, bench_plan
from botctl.adapters.evm import abi
from botctl.adapters.evm.hashing import hash32, keccak256
from botctl.adapters.evm.lens import Lens
from botctl.core.units import ZERO_ADDRESS, Address, share_floor
from botctl.ports.chain import MarketQuery
from tests.support.chain import END_S, Chain, asked, started

# UniswapV2Library.pairFor carries this; a factory built in any other way would make other pairs.
INIT_CODE_HASH = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"


def test_the_pairs_init_code_is_the_one_the_router_computes_addresses_with() -> None:
    init_code = bytes.fromhex(artifacts.creation_of(*artifacts.PAIR)[2:])
    assert hash32(init_code) == INIT_CODE_HASH


def test_every_pair_is_where_the_router_looks_for_it(demo_chain: Chain) -> None:
    deployment = demo_chain.deployment
    for market in deployment.markets:
        ends = sorted((market.token, deployment.weth))
        salt = keccak256(bytes.fromhex("".join(end[2:] for end in ends)))
        tail = bytes.fromhex("ff" + deployment.factory[2:]) + salt
        found = keccak256(tail + bytes.fromhex(INIT_CODE_HASH[2:]))[-20:]
        assert market.pair == Address("0x" + found.hex())


def test_the_reported_code_hashes_are_those_of_the_code_there(demo_chain: Chain) -> None:
    rpc, deployment = demo_chain.rpc, demo_chain.deployment
    assert deployment.factory_code_hash == hash32(control.code(rpc, deployment.factory))
    assert deployment.router_code_hash == hash32(control.code(rpc, deployment.router))
    for market in deployment.markets:
        assert deployment.pair_code_hash == hash32(control.code(rpc, market.pair))


def test_every_market_is_as_planned(demo_chain: Chain) -> None:
    deployment = demo_chain.deployment
    queries = [MarketQuery(m.pair, m.token, deployment.weth, None) for m in deployment.markets]
    lens = Lens(control.head(demo_chain.rpc))
    for market, facts in zip(
        deployment.markets,
        asked(demo_chain.rpc, lens.markets((), ZERO_ADDRESS), queries),
        strict=True,
    ):
        plan = market.plan
        assert facts.reserve_quote == plan.quote_liquidity_wei
        assert facts.reserve_token == plan.token_liquidity
        assert facts.token_supply == plan.supply
        assert (facts.owner == ZERO_ADDRESS) is plan.renounced
        assert facts.lp_supply is not None
        assert facts.lp_locked is not None
        burned = share_floor(facts.lp_supply, plan.lp_burned_bps)
        assert abs(facts.lp_locked - burned) <= 1_000  # the pair itself burns the first thousand


def test_every_market_has_its_planned_age(demo_chain: Chain) -> None:
    deployment, rpc = demo_chain.deployment, demo_chain.rpc
    assert control.head(rpc).timestamp_s == END_S
    found = rpc.call("eth_getLogs", {"address": deployment.factory, "fromBlock": "0x0"})
    assert isinstance(found, list)
    born = {str(log["data"])[26:66]: control.number(log["blockTimestamp"]) for log in found}
    for market in deployment.markets:
        age_s = END_S - born[market.pair[2:]]
        assert 0 <= market.plan.age_s - age_s < 5  # launches of one age are a second apart


def test_the_demo_plan_has_what_the_demo_shows() -> None:
    assert len(DEMO_PLAN) == 24
    assert len({plan.symbol for plan in DEMO_PLAN}) == 24
    assert sum(plan.behaviour is Behaviour.BAIT for plan in DEMO_PLAN) == 5
    assert sum(plan.behaviour is Behaviour.RUG for plan in DEMO_PLAN) == 1
    assert any(plan.supply == UINT256_HALF for plan in DEMO_PLAN)


def test_a_bench_chain_has_as_many_markets_as_asked_for() -> None:
    plan = bench_plan(220)
    with started(plan) as chain:
        assert (
            len(chain.deployment.markets) == len({m.pair for m in chain.deployment.markets}) == 220
        )
        ask = {"to": chain.deployment.factory, "data": calldata.call("allPairsLength()")}
        assert int.from_bytes(abi.unhexed(chain.rpc.call("eth_call", ask, "latest")), "big") == 220
