"""The crowd: the same seed makes the same chain, and behaviours that a bot can meet."""

from collections.abc import Iterator

import msgspec
import pytest

from botctl.adapters.devnet import control
from botctl.adapters.devnet.control import Transaction
from botctl.adapters.devnet.crowd import Crowd
from botctl.adapters.devnet.crowd_view import crowd_view
from botctl.adapters.devnet.desk import Desk
from botctl.adapters.devnet.outbox import Outbox
from botctl.adapters.devnet.plan import Behaviour
from botctl.adapters.evm import selectors
from botctl.adapters.evm.hashing import hash32
from botctl.core.errors import BotError
from botctl.core.units import BPS_ONE
from tests.support.chain import Chain, put_back, started

STEPS = 14
BURN = hash32(b"Burn(address,uint256,uint256,address)")


def prices_bps(chain: Chain) -> dict[str, int]:
    """Of the launch price, by symbol; zero once the liquidity is gone."""
    return {
        chain.deployment.markets[desk.market].plan.symbol: price_bps(desk) for desk in desks(chain)
    }


def desks(chain: Chain) -> tuple[Desk, ...]:
    creator, *traders = control.accounts(chain.rpc)[:13]
    return crowd_view(chain.rpc, chain.deployment, creator, traders).desks


def price_bps(desk: Desk) -> int:
    if desk.quote * 10 < desk.launch_quote:
        return 0
    return desk.quote * desk.launch_token * BPS_ONE // (desk.token * desk.launch_quote)


class Log(msgspec.Struct):
    address: str
    topics: list[str]


class Receipt(msgspec.Struct, rename={"sender": "from", "block": "blockNumber"}):
    status: str
    sender: str
    block: str
    logs: list[Log]


def receipts(chain: Chain, since: int) -> Iterator[Receipt]:
    for number in range(since + 1, control.head(chain.rpc).number + 1):
        found = chain.rpc.call("eth_getBlockReceipts", hex(number))
        yield from msgspec.convert(found, list[Receipt])


@pytest.fixture(scope="module")
def played() -> Iterator[tuple[Chain, list[dict[str, int]]]]:
    with started() as chain:
        crowd = Crowd(chain.rpc, chain.deployment, seed=11)
        crowd.history(2)
        told = []
        for _ in range(STEPS):
            crowd.step()
            told.append(prices_bps(chain))
        yield chain, told


def test_the_same_seed_makes_the_same_chain() -> None:
    heads = []
    for _ in range(2):
        with started() as chain:
            crowd = Crowd(chain.rpc, chain.deployment, seed=3)
            crowd.history(2)
            crowd.step()
            heads.append(control.head(chain.rpc))
    assert heads[0] == heads[1]


def test_another_seed_makes_another_chain(chain: Chain) -> None:
    heads = []
    for seed in (1, 2):
        with put_back(chain):
            Crowd(chain.rpc, chain.deployment, seed).step(blocks=2)
            heads.append(control.head(chain.rpc).hash)
    assert heads[0] != heads[1]


def test_a_step_mines_exactly_its_blocks_at_their_times(chain: Chain) -> None:
    before = control.head(chain.rpc)
    Crowd(chain.rpc, chain.deployment, seed=1).step(blocks=3, seconds_per_block=7)
    after = control.head(chain.rpc)
    assert after.number == before.number + 3
    assert after.timestamp_s == before.timestamp_s + 21


def test_every_block_has_trades_of_many_traders(chain: Chain) -> None:
    before = control.head(chain.rpc).number
    Crowd(chain.rpc, chain.deployment, seed=1).history(6)
    swaps = [
        receipt
        for receipt in receipts(chain, before)
        if any(log.topics[0] == selectors.SWAP for log in receipt.logs)
    ]
    assert {control.number(swap.block) - before for swap in swaps} == set(range(1, 31))
    assert len({swap.sender for swap in swaps}) == 12


def test_what_a_bot_sent_is_mined_with_the_crowds_next_block(chain: Chain) -> None:
    bot = control.accounts(chain.rpc)[-1]
    method, params = Transaction(bot, 0, "0x", to=bot).request()
    sent = chain.rpc.call(method, *params)
    before = control.head(chain.rpc).number
    Crowd(chain.rpc, chain.deployment, seed=1).step()
    receipt = chain.rpc.call("eth_getTransactionReceipt", sent)
    assert isinstance(receipt, dict)
    assert control.number(receipt["blockNumber"]) == before + 1


def test_a_crowd_goes_on_after_the_chain_was_put_back(chain: Chain) -> None:
    crowd = Crowd(chain.rpc, chain.deployment, seed=5)
    with put_back(chain):
        crowd.step()
    before = control.head(chain.rpc).number
    crowd.step()
    assert control.head(chain.rpc).number == before + 5


def test_a_dead_node_is_an_error_and_not_a_quiet_market() -> None:
    with started() as chain:
        crowd = Crowd(chain.rpc, chain.deployment, seed=1)
        chain.anvil.kill()
        with pytest.raises(BotError):
            crowd.step()


def test_hardly_any_trade_of_the_crowd_fails(played: tuple[Chain, list[dict[str, int]]]) -> None:
    chain, _ = played
    statuses = [receipt.status for receipt in receipts(chain, 30)]
    assert len(statuses) > 1_000
    assert statuses.count("0x0") * 50 < len(statuses)


@pytest.mark.parametrize(
    ("symbol", "low_bps", "high_bps"),
    [
        ("AURA", 9_800, 14_700),  # pump: take profit
        ("BOLT", 6_800, 10_200),  # dump: stop loss
        ("IRIS", 7_600, 13_700),  # pump, then dump: a trailing stop
        ("CEDAR", 9_000, 10_900),  # chop
        ("HALO", 9_800, 12_900),  # drift
        ("FLINT", 9_900, 10_100),  # quiet
        ("LURE", 9_900, 11_200),  # bait: only ever up
    ],
)
def test_a_price_does_what_its_behaviour_says(
    played: tuple[Chain, list[dict[str, int]]], symbol: str, low_bps: int, high_bps: int
) -> None:
    seen = [prices[symbol] for prices in played[1]]
    assert low_bps <= min(seen)
    assert max(seen) <= high_bps
    assert max(seen) - min(seen) >= (high_bps - low_bps) // 2 or symbol == "FLINT"


def test_the_rug_looks_healthy_until_its_liquidity_is_pulled(
    played: tuple[Chain, list[dict[str, int]]],
) -> None:
    chain, told = played
    (rug,) = (m.plan.symbol for m in chain.deployment.markets if m.plan.behaviour is Behaviour.RUG)
    prices = [prices[rug] for prices in told]
    assert all(price > 9_500 for price in prices[:11])
    assert prices[11:] == [0, 0, 0]


def test_nobody_trades_what_was_pulled(played: tuple[Chain, list[dict[str, int]]]) -> None:
    chain, _ = played
    pair = chain.deployment.market("MIRAGE").pair
    logs = [log for r in receipts(chain, 30) for log in r.logs if log.address == pair]
    topics = [log.topics[0] for log in logs]
    burned = topics.index(BURN)
    assert selectors.SWAP in topics[:burned]
    assert selectors.SWAP not in topics[burned:]


def test_a_block_holds_its_transactions_in_the_order_sent(chain: Chain) -> None:
    """Also across senders: what a trade brings depends on the ones before it."""
    traders = control.accounts(chain.rpc)[1:13]
    outbox = Outbox(chain.deployment, dict.fromkeys(traders, 0), frozenset())
    order = [*reversed(traders), *traders, *reversed(traders)]
    for who in order:
        outbox.buy(who, chain.deployment.market("HALO"), 10**15)
    before = control.head(chain.rpc)
    outbox.send(chain.rpc)
    control.mine_at(chain.rpc, before.timestamp_s + 12)
    assert [receipt.sender for receipt in receipts(chain, before.number)] == order
