"""One market as the crowd sees it while it plans: reserves, who holds what, and the next trades."""

from dataclasses import dataclass
from math import isqrt
from random import Random
from typing import Final

from botctl.adapters.devnet.plan import Behaviour
from botctl.core.amm import amount_out
from botctl.core.units import BPS_ONE

MOVE_BPS_MAX: Final = (
    600  # of the reserve, in one block: no curve needs more, and no bot expects it
)
MOVE_BPS_MIN: Final = 10  # a smaller gap to the wanted price is left alone
NOISE_BPS: Final = (2, 20)  # of the reserve: trades that mean nothing, as most do
SPLIT_BPS_MIN: Final = 50  # a larger move is shared by two traders
SELLABLE_BPS: Final = 9_500  # of what a trader seems to hold: fees may have taken a part
ALIVE_DIVISOR: Final = 10  # below a tenth of its launch liquidity a market was pulled
SELLERS_NONE: Final = frozenset({Behaviour.BAIT})


@dataclass(frozen=True, slots=True)
class Trade:
    market: int  # index in the deployment
    trader: int  # index in the crowd
    is_buy: bool
    amount: int  # wei of a buy, smallest token units of a sell


@dataclass(slots=True)
class Desk:
    """Mutable: each planned trade moves it as the pair will, so that the next one is sized well."""

    market: int
    behaviour: Behaviour
    launch_token: int
    launch_quote: int
    token: int  # reserves
    quote: int
    held: list[int]  # tokens of each trader

    def trades(self, wanted_bps: int, rng: Random) -> list[Trade]:
        """What moves the price towards `wanted_bps` of the launch price, and some noise."""
        if self.quote * ALIVE_DIVISOR < self.launch_quote:
            return []
        gap_bps = self._gap_bps(wanted_bps)
        if abs(gap_bps) < MOVE_BPS_MIN:
            return self._noise(rng)
        return self._shared(max(-MOVE_BPS_MAX, min(MOVE_BPS_MAX, gap_bps)), rng)

    def _gap_bps(self, wanted_bps: int) -> int:
        """How much of the quote reserve must come in (or go out, below zero) for that price.

        Price is quote / token and quote x token stays, so the quote goes with the price's root.
        """
        product = self.token * self.quote
        wanted = isqrt(product * self.launch_quote * wanted_bps // (self.launch_token * BPS_ONE))
        return (wanted - self.quote) * BPS_ONE // self.quote

    def _shared(self, move_bps: int, rng: Random) -> list[Trade]:
        if abs(move_bps) < SPLIT_BPS_MIN:
            return self._trade(move_bps, rng)
        first = move_bps * rng.randint(30, 70) // 100
        return self._trade(first, rng) + self._trade(move_bps - first, rng)

    def _noise(self, rng: Random) -> list[Trade]:
        """Both ways, in either order, as one alone would be a trend."""
        size_bps = rng.randint(*NOISE_BPS)
        sign = rng.choice((1, -1))
        return self._trade(sign * size_bps, rng) + self._trade(-sign * size_bps, rng)

    def _trade(self, move_bps: int, rng: Random) -> list[Trade]:
        if move_bps > 0:
            return [self._buy(self.quote * move_bps // BPS_ONE, rng)]
        if self.behaviour in SELLERS_NONE:
            return []
        return self._sell(self.token * -move_bps // BPS_ONE, rng)

    def _buy(self, amount: int, rng: Random) -> Trade:
        trader = rng.randrange(len(self.held))
        got = amount_out(amount, self.quote, self.token)
        self.quote, self.token = self.quote + amount, self.token - got
        self.held[trader] += got
        return Trade(self.market, trader, is_buy=True, amount=amount)

    def _sell(self, amount: int, rng: Random) -> list[Trade]:
        able = [i for i, held in enumerate(self.held) if self._sellable(held) >= amount]
        trader = rng.choice(able) if able else self.held.index(max(self.held))
        amount = min(amount, self._sellable(self.held[trader]))
        if amount == 0:
            return []
        got = amount_out(amount, self.token, self.quote)
        self.quote, self.token = self.quote - got, self.token + amount
        self.held[trader] -= amount
        return [Trade(self.market, trader, is_buy=False, amount=amount)]

    def _sellable(self, held: int) -> int:
        return held * SELLABLE_BPS // BPS_ONE
