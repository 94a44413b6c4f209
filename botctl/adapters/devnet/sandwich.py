"""Sandwiches our waiting trades: reads them in the node's pool, trades before and after each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from botctl.adapters.devnet import control
from botctl.adapters.devnet.deploy import DemoMarket, Deployment
from botctl.adapters.devnet.villain import FIRST_WEI, LAST_WEI, Villain
from botctl.adapters.evm import abi, selectors
from botctl.adapters.evm.rpc import Rpc
from botctl.core.amm import amount_out
from botctl.core.intent import Side
from botctl.core.raid import Sandwich
from botctl.core.units import Address, Hash32, share_floor

GREEDY_PERCENT: Final = 25  # how often more is wanted than our bound gives: ours then reverts
GREED: Final = 3
KEPT_BPS: Final = 9_900  # of what was bought, sold again: the rest hides rounding
SEARCH_STEPS: Final = 100
WORD: Final = 32
SELECTOR: Final = 4


@dataclass(frozen=True, slots=True)
class Waiting:
    """A swap of ours that is in the pool; `amount` in wei of a buy, in token units of a sell."""

    tx_hash: Hash32
    side: Side
    market: DemoMarket
    amount: int
    min_out: int


def waiting(rpc: Rpc, wallet: Address, deployment: Deployment) -> Iterator[Waiting]:
    """As every node shows it to whoever asks."""
    content = rpc.call("txpool_content")
    assert isinstance(content, dict)
    by_token = {market.token: market for market in deployment.markets}
    for sender, slots in content["pending"].items():
        if str(sender).lower() == wallet:
            for fields in slots.values():
                yield from _swap(fields, by_token)


def _swap(fields: Mapping[str, str], by_token: Mapping[Address, DemoMarket]) -> Iterator[Waiting]:
    data = abi.unhexed(fields["input"])
    words = [int.from_bytes(data[at : at + WORD], "big") for at in range(SELECTOR, len(data), WORD)]
    tx_hash = Hash32(fields["hash"])
    # The path's two hops are the last words: the token is the second of a buy, the first of a sell.
    if data[:SELECTOR].hex() == selectors.BUY:
        market = by_token[_address(words[-1])]
        yield Waiting(tx_hash, Side.BUY, market, control.number(fields["value"]), words[0])
    elif data[:SELECTOR].hex() == selectors.SELL:
        yield Waiting(tx_hash, Side.SELL, by_token[_address(words[-2])], words[0], words[1])


def _address(word: int) -> Address:
    return Address(f"0x{word:040x}")


def largest_stake(amount: int, min_out: int, reserve_in: int, reserve_out: int) -> int:
    """The most that can be traded our way before us so that we still get `min_out`; 0 if nothing."""
    low, high = 0, reserve_in
    for _ in range(SEARCH_STEPS):
        stake = (low + high + 1) // 2
        moved_in, moved_out = reserve_in + stake, amount_out(stake, reserve_in, reserve_out)
        if amount_out(amount, moved_in, reserve_out - moved_out) >= min_out:
            low = stake
        else:
            high = stake - 1
    return low


def sandwich(
    rpc: Rpc, on: Deployment, villain: Villain, ours: Waiting, rng: Random
) -> Sandwich | None:
    """Both trades into the block that ours waits for; None where the attacker has nothing to trade."""
    market = ours.market
    token = control.balance_of(rpc, market.token, market.pair)
    quote = control.balance_of(rpc, on.weth, market.pair)
    if not token or not quote:
        return None
    greed = GREED if rng.randrange(100) < GREEDY_PERCENT else 1
    villain.approve(market.token, on.router)
    if ours.side is Side.BUY:
        stake = largest_stake(ours.amount, ours.min_out, quote, token) * greed
        bought = amount_out(stake, quote, token)
        if not bought:
            return None
        villain.buy(on, market, stake, price_wei=FIRST_WEI)
        villain.sell(on, market, share_floor(bought, KEPT_BPS), price_wei=LAST_WEI)
    else:
        owned = control.balance_of(rpc, market.token, villain.address)
        stake = min(owned, largest_stake(ours.amount, ours.min_out, token, quote) * greed)
        got = amount_out(stake, token, quote)
        if not got:
            return None
        villain.sell(on, market, stake, price_wei=FIRST_WEI)
        villain.buy(on, market, got, price_wei=LAST_WEI)
    return Sandwich(ours.tx_hash, market.pair, ours.side, ours.min_out, None)
