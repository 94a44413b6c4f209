"""How each attack is carried out: the transactions that its maker sends."""

from typing import Final

from botctl.adapters.devnet import artifacts, calldata, control
from botctl.adapters.devnet.deploy import DemoMarket, Deployment
from botctl.adapters.devnet.outbox import pull_data
from botctl.adapters.devnet.villain import FIRST_WEI, Villain
from botctl.adapters.evm import abi
from botctl.adapters.evm.rpc import Rpc
from botctl.core.raid import AttackKind
from botctl.core.units import BPS_ONE, Address, share_floor

WORD: Final = abi.blob(b"botctl hostile demo")  # as in Door.sol
TAX_FIRST_BPS: Final = 700  # a first step that a holder can still leave at
TAX_WHOLE_BPS: Final = 9_900
CREEP_BPS: Final = 25  # a block
PRINTED_BPS: Final = 5_000  # of the supply
CRASH_BPS: Final = 9_000  # of what the villain has
TURNED_BLOCKS: Final = 25  # from other code to closed sales, where there is a warning
PULL_FIRST_BPS: Final = 6_000
FUSE_BLOCKS: Final = 60  # from the lit fuse to the end of sales; the gate looks further ahead


class Doors:
    """`maker` launched the markets and has their LP; `villain` has a share of every token."""

    def __init__(
        self, rpc: Rpc, on: Deployment, wallet: Address, maker: Villain, villain: Villain
    ) -> None:
        self._rpc = rpc
        self._on = on
        self._wallet = wallet
        self._maker = maker
        self._villain = villain
        self._locker: Address | None = None

    def open_locker(self) -> Address:
        self._locker = self._maker.create(artifacts.ours("LpLocker").creation)
        return self._locker

    def lock(self, market: DemoMarket) -> None:
        """All LP that the maker has of it."""
        assert self._locker is not None
        lp = control.balance_of(self._rpc, market.pair, self._maker.address)
        words = (abi.address(self._locker), abi.uint(lp))
        self._maker.send(market.pair, calldata.call("transfer(address,uint256)", *words))

    def strike(self, kind: AttackKind, market: DemoMarket, *, at_once: bool) -> None:
        """`at_once`: without the first step that leaves a holder time to go."""
        match kind:
            case AttackKind.PULL:
                self._pull(market, BPS_ONE if at_once else PULL_FIRST_BPS)
            case AttackKind.UNLOCK:
                self._release(market)
            case AttackKind.UPGRADE:
                self._turn(market, at_once=at_once)
            case AttackKind.CRASH:
                self._crash(market)
            case AttackKind.MINT:
                self._print(market)
            case _:
                named = market.plan.contract == "OwnedTrap"
                call = self._owners(kind) if named else self._hidden(kind, at_once=at_once)
                self._maker.send(market.token, call)

    def finish(self, kind: AttackKind, market: DemoMarket) -> AttackKind | None:
        """What a first step was the warning of, some cycles later; None: there is no second."""
        if kind is AttackKind.UNLOCK or kind is AttackKind.PULL:
            self._pull(market, BPS_ONE)
            return AttackKind.PULL
        if kind is AttackKind.TAX and market.plan.contract != "OwnedTrap":
            self._maker.send(market.token, self._hidden(kind, at_once=True))
            return AttackKind.TAX
        if kind is AttackKind.MINT:
            self._crash(market)
            return AttackKind.CRASH
        return None

    def _hidden(self, kind: AttackKind, *, at_once: bool) -> str:
        if kind is AttackKind.TAX:
            flat = TAX_WHOLE_BPS if at_once else TAX_FIRST_BPS
            return calldata.call("raise(bytes,uint256,uint256)", WORD, abi.uint(flat), abi.uint(0))
        if kind is AttackKind.CREEP:
            each = abi.uint(CREEP_BPS)
            return calldata.call("raise(bytes,uint256,uint256)", WORD, abi.uint(0), each)
        if kind is AttackKind.BLACKLIST:
            return calldata.call("bar(bytes,address)", WORD, abi.address(self._wallet))
        blocks = FUSE_BLOCKS if kind is AttackKind.BOMB else 0
        return calldata.call("stop(bytes,uint256)", WORD, abi.uint(blocks))

    def _owners(self, kind: AttackKind) -> str:
        """The same under the names that everybody knows."""
        if kind is AttackKind.TAX:
            return calldata.call("setSellTax(uint256)", abi.uint(TAX_WHOLE_BPS))
        if kind is AttackKind.BLACKLIST:
            return calldata.call("blacklist(address)", abi.address(self._wallet))
        assert kind is AttackKind.PAUSE
        return calldata.call("pause()")

    def _print(self, market: DemoMarket) -> None:
        to = abi.address(self._villain.address)
        value = abi.uint(share_floor(market.plan.supply, PRINTED_BPS))
        if market.plan.contract == "OwnedTrap":
            call = calldata.call("mint(address,uint256)", to, value)
        else:
            call = calldata.call("print(bytes,address,uint256)", WORD, to, value)
        self._maker.send(market.token, call)

    def _turn(self, market: DemoMarket, *, at_once: bool) -> None:
        closing = control.head(self._rpc).number + (0 if at_once else TURNED_BLOCKS)
        creation = artifacts.ours("TurnedToken").creation + abi.uint(closing)
        logic = self._maker.create(creation)
        call = calldata.call("turn(bytes,address)", WORD, abi.address(logic))
        self._maker.send(market.token, call)

    def _release(self, market: DemoMarket) -> int:
        """The LP that leaves the locker for its maker."""
        assert self._locker is not None
        lp = control.balance_of(self._rpc, market.pair, self._locker)
        if lp:
            ends = (abi.address(market.pair), abi.address(self._maker.address))
            call = calldata.call("release(bytes,address,address)", WORD, *ends)
            self._maker.send(self._locker, call)
        return lp

    def _pull(self, market: DemoMarket, bps: int) -> None:
        """All that the maker has of the LP, what is locked freed in the same block."""
        lp = control.balance_of(self._rpc, market.pair, self._maker.address)
        lp += self._release(market)
        self._maker.approve(market.pair, self._on.router)
        data = pull_data(self._maker.address, market, share_floor(lp, bps))
        self._maker.send(self._on.router, data)

    def _crash(self, market: DemoMarket) -> None:
        owned = control.balance_of(self._rpc, market.token, self._villain.address)
        self._villain.approve(market.token, self._on.router)
        amount = share_floor(owned, CRASH_BPS)
        self._villain.sell(self._on, market, amount, price_wei=FIRST_WEI)
