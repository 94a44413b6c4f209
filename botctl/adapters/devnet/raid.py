"""The hostile crowd: it sees what we hold and what we send, and turns on both."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from botctl.adapters.devnet import calldata, control
from botctl.adapters.devnet.crowd import BLOCKS, Crowd
from botctl.adapters.devnet.deploy import (
    CREATOR,
    TRADERS,
    DemoMarket,
    Deployment,
    launches_since,
    launching,
)
from botctl.adapters.devnet.doors import FUSE_BLOCKS, Doors
from botctl.adapters.devnet.hindsight import Hindsight
from botctl.adapters.devnet.hostile_plan import (
    LOCKED,
    SEEN_THROUGH,
    doors,
    launch,
)
from botctl.adapters.devnet.sandwich import sandwich, waiting
from botctl.adapters.devnet.villain import Villain
from botctl.adapters.evm import abi
from botctl.adapters.evm.rpc import Rpc
from botctl.core.intent import Side
from botctl.core.raid import Attack, AttackKind, Sandwich
from botctl.core.units import Address

VILLAIN: Final = 13  # the account after the crowd's
# One account for each sandwich of a block: the node drops what follows a cheap transaction of the
# same sender in one block.
SQUEEZERS: Final = slice(14, 20)
SHARES: Final = 6  # of the supply, where one of the crowd has one
HOLDERS: Final = (*(VILLAIN,) * SHARES, *range(SQUEEZERS.start, SQUEEZERS.stop))  # beside the crowd
GAS_OF_BLOCK: Final = 60_000_000
QUIET_STEPS: Final = 2  # the bot comes in before the first attack
SECOND_STEPS: Final = 5  # from a first step to what it warned of
LAUNCH_EVERY: Final = 3
ATTACK_PERCENT: Final = 35  # once every kind was seen on a market that we held
IDLE_PERCENT: Final = 10  # on a market that we do not hold, where there was none to attack
SANDWICH_PERCENT: Final = 60
AT_ONCE_PERCENT: Final = 40


@dataclass(frozen=True, slots=True)
class _Second:
    step: int
    kind: AttackKind
    market: DemoMarket


class Raid:
    """Everything follows from the seed and from what is on the chain. Its blocks are the crowd's.

    An attack on what we hold comes in a later block than the step's first, which holds what we sent:
    so what we held at its end was there when the attack came.
    """

    def __init__(self, rpc: Rpc, on: Deployment, wallet: Address, seed: int) -> None:
        self._rpc, self._on, self._wallet = rpc, on, wallet
        self._rng = Random(f"{seed} raid")
        accounts = control.accounts(rpc)
        self._maker, self._villain = (
            Villain(rpc, accounts[CREATOR]),
            Villain(rpc, accounts[VILLAIN]),
        )
        self._squeezers = [Villain(rpc, who) for who in accounts[SQUEEZERS]]
        self._holders = (*accounts[TRADERS], *(accounts[index] for index in HOLDERS))
        self._doors = Doors(rpc, on, wallet, self._maker, self._villain)
        self._hindsight = Hindsight(rpc, on, wallet)
        self._crowd = Crowd(rpc, on, seed, before_block=self._before_block)
        self._markets = list(on.markets)
        self._known = len(on.markets)
        self._launched = self._steps = 0
        self._attack_at = self._first_block = 0
        self._spent: set[Address] = set()  # pairs that were attacked, once each
        self._seconds: list[_Second] = []
        self._fuses: dict[int, DemoMarket] = {}  # by the block in which it goes off
        self._struck: list[tuple[AttackKind, DemoMarket, int]] = []  # in this step, with its block
        self._squeezed: list[Sandwich] = []
        self._joining: list[DemoMarket] = []
        self._on_held: Counter[AttackKind] = Counter()
        self.made: Counter[AttackKind] = Counter()
        self.launches: Counter[str] = Counter()
        self.attacks: list[Attack] = []  # those on what we held
        self.sandwiches: list[Sandwich] = []

    def begin(self) -> Address:
        """The locker, once it is there and full; the crowd then trades for some blocks."""
        self._rpc.call("evm_setBlockGasLimit", hex(GAS_OF_BLOCK))
        self._maker.begin()
        locker = self._doors.open_locker()
        for market in self._markets:
            if market.plan.symbol.startswith(LOCKED):
                self._doors.lock(market)
        return locker

    def history(self, steps: int) -> None:
        self._crowd.history(steps)

    @property
    def traps(self) -> frozenset[Address]:
        return frozenset(m.pair for m in self._markets if m.plan.contract in SEEN_THROUGH)

    @property
    def markets(self) -> Sequence[DemoMarket]:
        return self._markets

    def step(self) -> None:
        for each in (self._maker, self._villain, *self._squeezers):
            each.begin()
        self._first_block = control.head(self._rpc).number + 1
        self._struck.clear()
        self._squeezed.clear()
        self._attack_at = self._rng.randrange(1, BLOCKS)
        self._crowd.step()
        self._steps += 1
        self._learn_launches()
        self.attacks += self._learned()
        self.sandwiches += [self._filled(each) for each in self._squeezed]

    def strike(self, kind: AttackKind, symbol: str, *, at_once: bool) -> None:
        """One attack of the caller's choice, into the next block that is mined."""
        market = next(m for m in self._markets if m.plan.symbol == symbol)
        for each in (self._maker, self._villain):
            each.begin()
        self._doors.strike(kind, market, at_once=at_once)

    def _before_block(self, index: int) -> None:
        block = self._first_block + index
        if index == 0:
            self._squeeze()
            self._launch()
        if index == self._attack_at and self._steps >= QUIET_STEPS:
            self._attack(block)
        self._spring(block)

    def _squeeze(self) -> None:
        known = replace(self._on, markets=tuple(self._markets))
        seen = list(waiting(self._rpc, self._wallet, known))
        for ours, villain in zip(seen, self._squeezers, strict=False):
            if self._rng.randrange(100) < SANDWICH_PERCENT:
                done = sandwich(self._rpc, self._on, villain, ours, self._rng)
                self._squeezed += [done] if done else []

    def _launch(self) -> None:
        for market in self._joining:
            if market.plan.symbol.startswith(LOCKED):
                self._doors.lock(market)
        self._joining.clear()
        if self._steps % LAUNCH_EVERY:
            return
        plan = launch(self._launched)
        self._maker.send_as(
            launching(
                plan,
                self._maker.address,
                self._maker.next_nonce,
                self._on.launcher,
                self._holders,
            )
        )
        self._launched += 1
        self.launches[plan.contract] += 1

    def _learn_launches(self) -> None:
        opened = launches_since(self._rpc, self._on.launcher, 0)
        first = self._launched - (len(opened) - self._known)
        found = [
            DemoMarket(launch(first + i), each.token, each.pair)
            for i, each in enumerate(opened[self._known :])
        ]
        self._known = len(opened)
        self._markets += found
        self._joining += found
        self._crowd.join(found)

    def _attack(self, block: int) -> None:
        """A second step that is due comes first; else one new attack, on what we hold if there is any."""
        due = [each for each in self._seconds if each.step <= self._steps]
        for each in due:
            self._seconds.remove(each)
            kind = self._doors.finish(each.kind, each.market)
            if kind is not None:
                self._struck.append((kind, each.market, block))
        if not due:
            self._new_attack(block)

    def _new_attack(self, block: int) -> None:
        fresh = [m for m in self._markets if m.pair not in self._spent]
        held = {m.pair for m, owned in zip(fresh, self._owned(fresh), strict=True) if owned}
        choices = [
            (kind, market)
            for market in fresh
            if market.pair in held
            for kind in doors(market.plan) or (AttackKind.CRASH,)
        ]
        unseen = [choice for choice in choices if not self._on_held[choice[0]]]
        if not unseen and self._rng.randrange(100) >= ATTACK_PERCENT:
            choices = []
        if not choices:
            choices = self._idle(fresh, held)
        if choices:
            least = min(self._on_held[kind] for kind, _ in choices)
            self._strike(
                *self._rng.choice([c for c in choices if self._on_held[c[0]] == least]), block
            )

    def _idle(
        self, fresh: Sequence[DemoMarket], held: set[Address]
    ) -> list[tuple[AttackKind, DemoMarket]]:
        if self._rng.randrange(100) >= IDLE_PERCENT:
            return []
        return [(k, m) for m in fresh if m.pair not in held for k in doors(m.plan)]

    def _strike(self, kind: AttackKind, market: DemoMarket, block: int) -> None:
        at_once = self._rng.randrange(100) < AT_ONCE_PERCENT
        self._doors.strike(kind, market, at_once=at_once)
        self._spent.add(market.pair)
        self._struck.append((kind, market, block))
        if kind is AttackKind.BOMB:
            self._fuses[block + FUSE_BLOCKS] = market
        if not at_once or kind is AttackKind.UNLOCK:
            self._seconds.append(_Second(self._steps + SECOND_STEPS, kind, market))

    def _spring(self, block: int) -> None:
        """A bomb is an attack twice: when its fuse is lit, and when it goes off."""
        if block in self._fuses:
            self._struck.append((AttackKind.BOMB, self._fuses[block], block))

    def _owned(self, markets: Sequence[DemoMarket]) -> list[int]:
        ours = abi.address(self._wallet)
        ask = [
            (
                "eth_call",
                [{"to": m.token, "data": calldata.call("balanceOf(address)", ours)}, "latest"],
            )
            for m in markets
        ]
        return [int(str(found), 16) for found in control.all_of(self._rpc, ask)]

    def _learned(self) -> list[Attack]:
        """Of the attacks of this step, those on what we had when they came."""
        found: list[Attack] = []
        for kind, market, block in self._struck:
            self.made[kind] += 1
            quantity = control.balance_of(self._rpc, market.token, self._wallet, at=block - 1)
            if quantity:
                self._on_held[kind] += 1
                found.append(self._attack_of(kind, market, block, quantity))
        return found

    def _attack_of(self, kind: AttackKind, market: DemoMarket, block: int, quantity: int) -> Attack:
        return Attack(
            kind=kind,
            pair=market.pair,
            symbol=market.plan.symbol,
            block=block,
            timestamp_s=control.timestamp_s(self._rpc, block),
            quantity=quantity,
            before_wei=self._hindsight.sale_wei(market, quantity, block - 1),
            after_wei=self._hindsight.sale_wei(market, quantity, block),
        )

    def _filled(self, ours: Sandwich) -> Sandwich:
        token = next(m.token for m in self._markets if m.pair == ours.pair)
        if ours.side is Side.BUY:
            return replace(ours, got=self._hindsight.bought(ours.tx_hash, token))
        return replace(ours, got=self._hindsight.sold_wei(ours.tx_hash))
