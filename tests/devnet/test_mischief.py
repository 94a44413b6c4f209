"""What the world may do on the embedded chain: each of it happens as it says, and is mined."""

from botctl.adapters.devnet import control, mischief
from botctl.adapters.devnet.deploy import TRADERS
from botctl.adapters.devnet.plan import TRAP_KINDS
from botctl.core.units import Address
from tests.support.chain import Chain

BLOCK_S = 12
FREE = 13  # an account that nobody on this chain uses
HELD = ("AURA", "CEDAR")


def mine(chain: Chain) -> None:
    control.mine_at(chain.rpc, control.head(chain.rpc).timestamp_s + BLOCK_S)


def weth_of(chain: Chain, pair: Address) -> int:
    return control.balance_of(chain.rpc, chain.deployment.weth, pair)


def test_a_fork_is_longer_ends_at_the_same_time_and_has_forgotten_what_was_mined(
    chain: Chain,
) -> None:
    who = control.accounts(chain.rpc)[FREE]
    mine(chain)
    before = control.head(chain.rpc)
    sent = chain.rpc.call("eth_sendTransaction", {"from": who, "to": who})
    mine(chain)
    mine(chain)
    was = control.head(chain.rpc)
    mischief.reorg(chain.rpc, 2)
    now = control.head(chain.rpc)
    assert (now.number, now.timestamp_s) == (was.number + 1, was.timestamp_s)
    same = chain.rpc.call("eth_getBlockByNumber", hex(before.number), False)
    assert isinstance(same, dict)
    assert same["hash"] == before.hash
    assert chain.rpc.call("eth_getTransactionReceipt", sent) is None
    assert control.nonce(chain.rpc, who) == 0


def test_liquidity_is_pulled_from_the_markets_that_are_named_burned_or_not(chain: Chain) -> None:
    markets = [chain.deployment.market(name) for name in (*HELD, "MIRAGE")]
    other = chain.deployment.market("HALO")
    before = [weth_of(chain, market.pair) for market in (*markets, other)]
    mischief.pull_liquidity(chain.rpc, chain.deployment, markets, 6_500)
    after = [weth_of(chain, market.pair) for market in (*markets, other)]
    left = [now * 10_000 // was for was, now in zip(before, after, strict=True)]
    assert all(3_499 <= share <= 3_501 for share in left[:-1])
    assert left[-1] == 10_000


def test_the_crowd_sells_what_it_has_and_the_price_falls(chain: Chain) -> None:
    market = chain.deployment.market("AURA")
    before = weth_of(chain, market.pair)
    mischief.dump(chain.rpc, chain.deployment, [market], 10_000)
    assert weth_of(chain, market.pair) < before * 9 // 10
    holders = control.accounts(chain.rpc)[TRADERS]
    assert [control.balance_of(chain.rpc, market.token, who) for who in holders] == [0] * 12


def test_traps_of_every_kind_are_launched_with_a_pool(chain: Chain) -> None:
    found = mischief.launch_traps(chain.rpc, chain.deployment, 7)
    assert {market.plan.contract for market in found} == set(TRAP_KINDS)
    assert [weth_of(chain, one.pair) for one in found] == [
        one.plan.quote_liquidity_wei for one in found
    ]


def test_a_stolen_nonce_is_used_up(chain: Chain) -> None:
    wallet = control.accounts(chain.rpc)[FREE]
    mischief.steal_nonce(chain.rpc, wallet)
    mine(chain)
    assert control.nonce(chain.rpc, wallet) == 1
