"""One seed, one list of actions. Each seed has its own mix of faults: some do without most of them."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from botctl.core.permission import Level
from botctl.sim.episodes import EPISODES
from botctl.sim.plan import Act, Action, Hit, Strike
from botctl.sim.rules import CONFIRMATIONS
from botctl.sim.world import PROCESSES

ACTIONS: Final = (5, 16)  # how many, at least and at most
NESTED: Final = 2  # commands within commands that can be struck
CALLS: Final = 30  # a strike falls on one of the first calls; many commands make fewer
NAMED_SHARE: Final = 0.5  # of strikes: they fall on a call that matters, instead of any
NAMED: Final = (
    "sender.send", "sender.send", "sender.send", "signer.sign", "store.sign", "store.bump",
    "store.move", "store.move", "store.settle", "store.sent", "store.add", "store.lease",
    "store.release", "store.set_next", "store.slots", "node.sightings", "node.nonces", "node.wallet",
)  # fmt: skip
HITS: Final = tuple(Hit)
EPISODE_SHARE: Final = 0.5  # of seeds
FAULT_SHARE: Final = 0.4  # of the kinds of faults, in one seed

WORK: Final = {Act.DECIDE: 5, Act.EXECUTE: 7, Act.RECONCILE: 6, Act.MINE: 6}
FAULTS: Final = {
    Act.REPEAT: 2,
    Act.REPAIR: 1,
    Act.EMPTY: 2,
    Act.REORG: 2,
    Act.REORG_MINING: 2,
    Act.REORG_LOSING: 1,
    Act.LAG: 2,
    Act.FEE: 2,
    Act.PRICE: 2,
    Act.EVICT: 2,
    Act.DELAY: 2,
    Act.CLOCK: 1,
    Act.KILL: 1,
}
ELSEWHERE: Final = {Act.FOREIGN: 1, Act.FOREIGN_TAKES: 1}
RARE: Final = 0.1  # of all seeds: what ends in a halt hides what comes after it
EMPTY_HANDED: Final = (Action(Act.DECIDE, 0), Action(Act.DECIDE, 1))
# Two tokens are held, so that the next decision about them is to sell.
HOLDING: Final = (
    *EMPTY_HANDED,
    Action(Act.EXECUTE),
    Action(Act.MINE, CONFIRMATIONS),
    Action(Act.RECONCILE),
    Action(Act.DECIDE, 0),
)
COMMANDS: Final = frozenset({Act.EXECUTE, Act.RECONCILE, Act.REPAIR})
# What may happen inside a command of another process.
MEANWHILE: Final = (
    Act.EXECUTE, Act.EXECUTE, Act.RECONCILE, Act.MINE, Act.REORG, Act.DELAY, Act.EVICT, Act.FOREIGN,
    Act.DECIDE, Act.KILL, Act.LAG, Act.FEE,
)  # fmt: skip
REORGS: Final = frozenset({Act.REORG, Act.REORG_MINING, Act.REORG_LOSING})
SHALLOW: Final = tuple(range(1, CONFIRMATIONS))
AMOUNTS: Final[Mapping[Act, Sequence[int]]] = {
    Act.MINE: (1, 1, 1, 2, 3),
    Act.EMPTY: (1, 2, 4),
    Act.REORG: SHALLOW,
    Act.REORG_MINING: SHALLOW,
    Act.REORG_LOSING: SHALLOW,
    Act.LAG: (0, 1, 2, 3),
    Act.FEE: (1, 10, 10, 40, 90, 300),
    Act.PRICE: (9_000, 9_900, 10_100, 12_000),
    Act.DELAY: (2, 13, 45, 200),
    Act.CLOCK: (-300, -20, 0, 0, 5, 40, 240),
    Act.KILL: (Level.ALLOW_ALL, Level.EXITS_ONLY, Level.HALT_ALL),
}
MARKET_NUMBERS: Final = (0, 1, 2)


class Scenario:
    """The draws of one seed."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        faults = {act: n for act, n in FAULTS.items() if self._rng.random() < FAULT_SHARE}
        self._foreign = self._rng.random() < RARE
        self._deep = self._rng.random() < RARE
        weights = WORK | faults | (ELSEWHERE if self._foreign else {})
        self._acts = list(weights)
        self._weights = list(weights.values())
        self._strikes = self._rng.choice((0.0, 0.3, 0.6, 0.9))  # how often a command is struck
        self._start = self._rng.choice((EMPTY_HANDED, HOLDING))
        self.private_blocks = self._rng.choice((0, 0, 0, 2))

    def actions(self) -> list[Action]:
        count = self._rng.randint(*ACTIONS)
        acts = self._rng.choices(self._acts, self._weights, k=count)
        actions = [*self._start, *(self._action(act, depth=NESTED) for act in acts)]
        if self._rng.random() < EPISODE_SHARE:
            at = self._rng.randint(len(self._start), len(actions))
            actions[at:at] = self._rng.choice(EPISODES)(self._rng)
        return actions

    def _action(self, act: Act, *, depth: int) -> Action:
        who = self._rng.randrange(PROCESSES)
        strikes = self._struck(depth) if act in COMMANDS and depth else ()
        return Action(act, self._amount(act), who, strikes)

    def _struck(self, depth: int) -> tuple[Strike, ...]:
        if self._rng.random() >= self._strikes:
            return ()
        return tuple(self._strike(depth) for _ in range(self._rng.choice((1, 1, 1, 2))))

    def _strike(self, depth: int) -> Strike:
        hit = self._rng.choice(HITS)
        on, at = "", self._rng.randint(1, CALLS)
        if self._rng.random() < NAMED_SHARE:
            on, at = self._rng.choice(NAMED), self._rng.choice((1, 1, 2, 3))
        if hit is not Hit.MEANWHILE:
            return Strike(at, hit, on=on)
        act = self._rng.choice(MEANWHILE)
        if act is Act.FOREIGN and not self._foreign:
            act = Act.EXECUTE
        return Strike(at, hit, self._action(act, depth=depth - 1), on)

    def _amount(self, act: Act) -> int:
        if act in REORGS and self._deep:
            return self._rng.randint(1, CONFIRMATIONS + 2)
        return self._rng.choice(AMOUNTS.get(act, MARKET_NUMBERS))
