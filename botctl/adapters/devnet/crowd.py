"""A seeded crowd that trades on the embedded chain through the real router, block by block."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Final

from botctl.adapters.devnet import control
from botctl.adapters.devnet.crowd_view import CrowdView, crowd_view
from botctl.adapters.devnet.curves import price_bps
from botctl.adapters.devnet.deploy import CREATOR, TRADERS, DemoMarket, Deployment
from botctl.adapters.devnet.desk import Desk, Trade
from botctl.adapters.devnet.outbox import Outbox
from botctl.adapters.devnet.plan import Behaviour
from botctl.adapters.evm.rpc import Rpc
from botctl.core.units import BPS_ONE

BLOCKS: Final = 5
BLOCK_S: Final = 12
RUG_AFTER_STEPS: Final = 12
MARKETS_PER_BLOCK_MAX: Final = 40  # more would not fit a block of 30 million gas
LAG_BLOCKS_MAX: Final = 10  # markets of one behaviour start apart
JITTER_BPS: Final = 25
JITTER_PAST_BPS: Final = 100
# How often a market is traded at all in a block, in percent.
ACTIVITY: Final = {Behaviour.SILENT: 2, Behaviour.QUIET: 50, Behaviour.BAIT: 60}
ACTIVITY_USUAL: Final = 80


class Crowd:
    """Same chain and same seed before, same chain after. A step reads balances, allowances and
    nonces anew, so neither the bot's trades nor a revert to a snapshot confuse it; what it does
    remember is how many blocks it made. A trade of its own that reverts is just a lost trade.

    `before_block` is called with each block's place in its step, from 0, before it is mined: what it
    sends goes into that block too.
    """

    def __init__(
        self,
        rpc: Rpc,
        deployment: Deployment,
        seed: int,
        *,
        rug_after_steps: int = RUG_AFTER_STEPS,
        before_block: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._seed = seed
        accounts = control.accounts(rpc)
        self._creator = accounts[CREATOR]
        self._traders = accounts[TRADERS]
        self._steps_to_rug = rug_after_steps
        self._before_block = before_block
        self._blocks_past = 0
        self._blocks_live = 0

    def history(self, steps: int, blocks: int = BLOCKS, seconds_per_block: int = BLOCK_S) -> None:
        """Past volume around the launch prices; the behaviours begin with the first `step`."""
        for _ in range(steps):
            view = self._view()
            outbox = self._outbox(view)
            for ahead in range(1, blocks + 1):
                rng = Random(f"{self._seed} past {self._blocks_past}")
                self._trade(view.desks, outbox, rng, live=False)
                self._mine(outbox, view.at.timestamp_s + ahead * seconds_per_block)
                self._blocks_past += 1

    def step(self, blocks: int = BLOCKS, seconds_per_block: int = BLOCK_S) -> None:
        """Mines exactly `blocks` blocks, with whatever else is in the pool. The rug is pulled in
        the first block of step `rug_after_steps`.
        """
        view = self._view()
        outbox = self._outbox(view)
        self._steps_to_rug -= 1
        if self._steps_to_rug == 0:
            self._pull(view.desks, outbox)
        for ahead in range(1, blocks + 1):
            rng = Random(f"{self._seed} live {self._blocks_live}")
            self._trade(view.desks, outbox, rng, live=True)
            self._before_block(ahead - 1)
            self._mine(outbox, view.at.timestamp_s + ahead * seconds_per_block)
            self._blocks_live += 1

    def join(self, markets: Sequence[DemoMarket]) -> None:
        """Trade these too, from the next step on."""
        self._deployment = replace(self._deployment, markets=(*self._deployment.markets, *markets))

    def _view(self) -> CrowdView:
        return crowd_view(self._rpc, self._deployment, self._creator, self._traders)

    def _outbox(self, view: CrowdView) -> Outbox:
        return Outbox(self._deployment, view.nonces, view.approved)

    def _mine(self, outbox: Outbox, timestamp_s: int) -> None:
        outbox.send(self._rpc)
        control.mine_at(self._rpc, timestamp_s)

    def _trade(self, desks: Sequence[Desk], outbox: Outbox, rng: Random, *, live: bool) -> None:
        for desk in rng.sample(desks, min(MARKETS_PER_BLOCK_MAX, len(desks))):
            if rng.randrange(100) < ACTIVITY.get(desk.behaviour, ACTIVITY_USUAL):
                wanted_bps = self._live_bps(desk, rng) if live else _past_bps(rng)
                for trade in desk.trades(wanted_bps, rng):
                    self._order(trade, outbox)

    def _order(self, trade: Trade, outbox: Outbox) -> None:
        who, market = self._traders[trade.trader], self._deployment.markets[trade.market]
        if trade.is_buy:
            outbox.buy(who, market, trade.amount)
        else:
            outbox.sell(who, market, trade.amount)

    def _live_bps(self, desk: Desk, rng: Random) -> int:
        lag = Random(f"{self._seed} lag {desk.market}").randrange(LAG_BLOCKS_MAX)
        wanted = price_bps(desk.behaviour, max(0, self._blocks_live - lag))
        return wanted + rng.randint(-JITTER_BPS, JITTER_BPS)

    def _pull(self, desks: Sequence[Desk], outbox: Outbox) -> None:
        for desk in desks:
            if desk.behaviour is Behaviour.RUG:
                market = self._deployment.markets[desk.market]
                lp = control.balance_of(self._rpc, market.pair, self._creator)
                outbox.pull(self._creator, market, lp)
                desk.quote = 0  # nobody trades it any more


def _past_bps(rng: Random) -> int:
    return BPS_ONE + rng.randint(-JITTER_PAST_BPS, JITTER_PAST_BPS)
