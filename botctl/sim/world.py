"""The whole simulated world, and what each action does to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from botctl.core.errors import OperatorError, TransientError
from botctl.core.lifecycle import OrderState
from botctl.core.orders import SignedTx, UnsignedTx
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.ports.chain import SendAnswer
from botctl.sim.chain import Chain, Tx
from botctl.sim.clock import HostClock, SerialIds, Time
from botctl.sim.commands import Command, Commands
from botctl.sim.decider import Decider
from botctl.sim.faults import Crash, Seam
from botctl.sim.history import History
from botctl.sim.node import Node
from botctl.sim.plan import Act, Action
from botctl.sim.process import Outside, Process
from botctl.sim.rules import (
    BLOCK_S,
    BOT,
    CHAIN_ID,
    CONFIRMATIONS,
    ELSEWHERE,
    GWEI,
    MARKETS,
    SEND_PLAN,
    TOKENS,
)
from botctl.sim.signer import SimSigner
from botctl.sim.store import SimStore
from botctl.sim.store.tables import Tables
from botctl.sim.wire import encoded

PROCESSES: Final = 3
MS: Final = 1_000
COMMAND_MS: Final = 20  # what a command takes when nothing holds it up
FOREIGN_WEI: Final = 10**15
FOREIGN_FEE_WEI: Final = 5_000 * GWEI
NOT_YET: Final = frozenset({OrderState.CREATED, OrderState.SIGNED, OrderState.DROPPED})


@dataclass(slots=True)
class Excuses:
    """What the scenario did that a ledger cannot survive unaided."""

    foreign: bool = False
    deep: bool = False


class World:
    """One chain, one database, one wallet, and some processes that share them."""

    def __init__(self, commands: Commands, *, private_blocks: int = 0) -> None:
        self.time = Time()
        self.history = History()
        self.excuses = Excuses()
        self.chain = Chain()
        self.node = Node(self.chain)
        self.signer = SimSigner(self.history)
        ids = SerialIds()
        self.tables = Tables(BOT, CHAIN_ID, MARKETS, ids, self.history)
        self.store = SimStore(self.tables)
        self.decider = Decider(self.store, ids)
        plan = replace(SEND_PLAN, private_blocks=private_blocks)
        self.processes = tuple(
            Process(
                number,
                Outside(self.store, self.node, _Watched(self, number), self.signer, ids, plan),
                HostClock(self.time),
                Seam(self, self.history),
            )
            for number in range(PROCESSES)
        )
        self.delivering = False
        self._underway: list[Callable[[], object]] = []
        self._foreign = 0
        self._acts = self._table(commands)

    def play(self, action: Action) -> None:
        self.history.add("act", action.act, action.amount, action.who)
        self._acts[action.act](action)

    def postpone(self, delivery: Callable[[], object]) -> None:
        self._underway.append(delivery)

    def _table(self, commands: Commands) -> dict[Act, Callable[[Action], None]]:
        return {
            Act.DECIDE: self._decide,
            Act.REPEAT: self._repeat,
            Act.EXECUTE: lambda action: self._run(commands.execute, action),
            Act.RECONCILE: lambda action: self._run(commands.reconcile, action),
            Act.REPAIR: lambda action: self._run(commands.repair, action),
            Act.CORRECT: lambda action: self._run(commands.correct, action),
            Act.MINE: lambda action: self._mine(action.amount, full=True),
            Act.EMPTY: lambda action: self._mine(action.amount, full=False),
            Act.REORG: lambda action: self._reorg(action.amount),
            Act.REORG_MINING: lambda action: self._reorg(action.amount, full=True),
            Act.REORG_LOSING: lambda action: self._reorg(action.amount, keep=False),
            Act.FOREIGN: lambda _: self._use_elsewhere(self._free_nonce()),
            Act.FOREIGN_TAKES: lambda _: self._use_elsewhere(self.chain.head.state.nonce),
            Act.LAG: self._lag,
            Act.FEE: self._fee,
            Act.PRICE: self._price,
            Act.EVICT: self._evict,
            Act.DELAY: lambda action: self.time.pass_ms(action.amount * MS),
            Act.CLOCK: self._clock,
            Act.KILL: self._kill,
        }

    def _run(self, command: Command, action: Action) -> None:
        """Until it ends, fails or dies; what it did until then stays."""
        process = self.processes[action.who]
        if process.busy:
            return
        process.begin(action.strikes, halted=self.is_halted())
        self.time.pass_ms(COMMAND_MS)
        try:
            command(process.rt)
        except Crash:
            process.died()
        except (TransientError, OperatorError) as error:
            self.history.add("error", action.act, error.code)
        except Exception as error:  # noqa: BLE001  whatever else a command lets through is a finding
            self.history.add("error", action.act, type(error).__name__)
            self.history.broken.append(f"{action.act} failed: {type(error).__name__}: {error}")
        finally:
            process.busy = False

    def is_halted(self) -> bool:
        return any(s.level is Level.HALT_ALL for s in self.tables.sources.values())

    def _decide(self, action: Action) -> None:
        added = self.decider.decide(action.amount, self.chain.head, self.time.now_ms)
        self.history.add("decided", added)

    def _repeat(self, _: Action) -> None:
        if self.decider.repeat(self.chain.head, self.time.now_ms):
            self.history.broken.append("one intent was taken down twice")

    def _mine(self, blocks: int, *, full: bool) -> None:
        self._deliver()
        for _ in range(blocks):
            self.time.pass_ms(BLOCK_S * MS)
            waiting = self.node.waiting() if full else []
            block = self.chain.mine(waiting, self.time.now_ms // MS)
            self.node.settle()
            held = ",".join(tx.hash for tx in block.txs)
            self.history.add("block", block.ref.number, block.ref.hash, held)

    def _deliver(self) -> None:
        """What left long ago: whether it might was asked then."""
        self.delivering = True
        for delivery in self._underway:
            delivery()
        self._underway.clear()
        self.delivering = False

    def _reorg(self, depth: int, *, keep: bool = True, full: bool = False) -> None:
        """The new branch is longer by one block."""
        lost = self.chain.cut(depth)
        self.excuses.deep |= depth >= CONFIRMATIONS
        if keep:
            for tx in lost:
                if self.node.pool.at(tx.unsigned.nonce) is None:
                    self.node.pool.put(tx)
        self._mine(depth + 1, full=full)

    def _use_elsewhere(self, nonce: int) -> None:
        self.excuses.foreign = True
        self._foreign += 1
        tx = UnsignedTx(
            chain_id=CHAIN_ID,
            nonce=nonce,
            to=ELSEWHERE,
            value_wei=FOREIGN_WEI + self._foreign,
            data=b"",
            gas_limit=21_000,
            fee_max_wei=FOREIGN_FEE_WEI,
            priority_fee_wei=FOREIGN_FEE_WEI // 100,
        )
        signed = encoded(tx)
        self.node.pool.put(Tx(signed.hash, signed.raw, tx))
        self.history.add("foreign", nonce, signed.hash)

    def _free_nonce(self) -> int:
        return self.node.pool.pending_from(self.chain.head.state.nonce)

    def _lag(self, action: Action) -> None:
        self.node.lag_blocks = action.amount

    def _fee(self, action: Action) -> None:
        self.chain.base_fee_wei = action.amount * GWEI

    def _price(self, action: Action) -> None:
        self.chain.move_price(TOKENS[action.who], action.amount)

    def _evict(self, action: Action) -> None:
        known = self.node.pool.nonces()
        if known:
            self.node.pool.forget(known[action.amount % len(known)])

    def _clock(self, action: Action) -> None:
        self.processes[action.who].clock.offset_ms = action.amount * MS

    def _kill(self, action: Action) -> None:
        source = PermissionSource(
            SourceKind.KILL, Level(action.amount), "sim", "operator", self.time.now_ms
        )
        self.store.set_source(source)


class _Watched:
    """The Sender of one process: it notes what leaves, and whether it may."""

    def __init__(self, world: World, number: int) -> None:
        self._world = world
        self._number = number

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:
        world = self._world
        if not world.delivering:
            world.history.broken += self._forbidden(signed)
        answer = world.node.send(signed, public=public)
        world.history.add("sent", signed.hash, answer.code, public)
        return answer

    def _forbidden(self, signed: SignedTx) -> Iterator[str]:
        tables = self._world.tables
        owner = tables.hashes.get(signed.hash)
        if owner is None:
            yield f"bytes left that are not on disk: {signed.hash}"
        elif tables.orders[owner].state in NOT_YET:
            yield f"order {owner} was {tables.orders[owner].state} when its bytes left"
        # Halted when the command began and halted still: a switch may be lifted while it runs.
        if self._world.processes[self._number].halted and self._world.is_halted():
            yield f"bytes left under a hard halt: {signed.hash}"
