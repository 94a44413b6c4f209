"""The stage of `botctl chaos`: a chain, a database and a clock of its own, and ways to break them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from botctl.core.chaos.scenario import Action
from botctl.core.units import Address
from botctl.ports.clock import Clock
from botctl.ports.runtime import Log, Runtime
from botctl.ports.store import Store


class ChaosStage(Protocol):
    @property
    def store(self) -> Store:
        """For looking; struck like everybody's where storage is struck."""

    @property
    def bot(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def interval_ms(self) -> int: ...
    @property
    def clock(self) -> Clock:
        """Ours, wrong where a scenario shifted it."""

    @property
    def traps(self) -> frozenset[Address]: ...
    def advance(self, seconds: int) -> None:
        """Time passes, the crowd trades, blocks are mined."""

    def runtime(self, log: Log) -> AbstractContextManager[Runtime]:
        """What a command of this moment would open."""

    def telling(self, rt: Runtime, log: Log) -> AbstractContextManager[object]:
        """What a command of the loop does around its flow: alerts leave when it has ended."""

    def attempt(self, work: Callable[[], object]) -> str:
        """Do it; the code it ended with, "" when it ended well. A mistake of ours begins UNEXPECTED."""

    def crash(self, work: Callable[[Runtime], object], log: Log) -> None:
        """Do `work` in a process that is killed on the way."""

    @property
    def crashes(self) -> bool:
        """Whether the next command is to be killed."""

    def apply(self, action: Action) -> None: ...
    def mined_transactions(self) -> int:
        """How many transactions of the bot's wallet the chain has."""
