"""One provider of a pool: its connection, and a record of how every request went."""

from collections.abc import Callable, Sequence
from threading import Thread
from time import monotonic_ns
from typing import Final, TypeVar

from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import RpcFault, RpcFaultError, fault_error, told_wait_ms
from botctl.core.codes import Code
from botctl.core.errors import BotError
from botctl.core.providers import (
    Outcome,
    ProviderLimits,
    ProviderState,
    after_call,
    after_head,
)
from botctl.core.units import Hash32

NS_PER_MS: Final = 1_000_000
T = TypeVar("T")


class Member:
    """An Rpc. `state` is written by whichever thread asks, and that is one at a time."""

    def __init__(self, rpc: Rpc, limits: ProviderLimits, now_ms: Callable[[], int]) -> None:
        self._rpc = rpc
        self._limits = limits
        self._now_ms = now_ms
        self.state = ProviderState(rpc.name)
        self._closing = False
        self.busy: Thread | None = None  # with an answer that nobody waits for any more

    @property
    def name(self) -> str:
        return self.state.name

    @property
    def round_trips(self) -> int:
        return self._rpc.round_trips

    @property
    def is_free(self) -> bool:
        return self.busy is None or not self.busy.is_alive()

    def call(self, method: str, *params: object) -> object:
        return self._recorded(1, lambda: self._rpc.call(method, *params))

    def batch(self, calls: Sequence[Call]) -> list[object]:
        return self._recorded(len(calls), lambda: self._rpc.batch(calls))

    def ask(self, calls: Sequence[Call]) -> list[object]:
        """A single call goes out as one, which every node understands."""
        if len(calls) > 1:
            return self.batch(calls)
        ((method, params),) = calls
        try:
            return [self.call(method, *params)]
        except RpcFaultError as error:
            return [error.fault]

    def blame(self, code: Code) -> None:
        self._record(Outcome(0, 0, code))

    def has_head(self, number: int, block_hash: Hash32) -> None:
        self.state = after_head(self.state, number, block_hash, self._now_ms())

    def release(self) -> None:
        """By the thread that asked, once it has its answer."""
        self.busy = None
        if self._closing:
            self._rpc.close()

    def close(self) -> None:
        """While a late answer is being read, its thread closes the connection afterwards."""
        self._closing = True
        if self.is_free:
            self._rpc.close()

    def _recorded(self, calls: int, work: Callable[[], T]) -> T:
        """A fault is an answer, unless it is about our rate."""
        started_ns = monotonic_ns()
        try:
            answer = work()
        except BotError as error:
            self._record(_failed(error, calls, _ms_since(started_ns)))
            raise
        limited = _limited(answer) if isinstance(answer, list) else None
        ms = _ms_since(started_ns)
        self._record(Outcome(ms, calls) if limited is None else _told(limited, calls, ms))
        return answer

    def _record(self, outcome: Outcome) -> None:
        self.state = after_call(self.state, outcome, self._now_ms(), self._limits)


def _failed(error: BotError, calls: int, ms: int) -> Outcome:
    if isinstance(error, RpcFaultError) and error.code is not Code.ERR_RPC_RATE_LIMITED:
        return Outcome(ms, calls)
    return Outcome(ms, calls, error.code, told_wait_ms(error))


def _limited(answers: list[object]) -> RpcFault | None:
    """The first item that was refused for our rate."""
    faults = (answer for answer in answers if isinstance(answer, RpcFault))
    return next((f for f in faults if fault_error(f).code is Code.ERR_RPC_RATE_LIMITED), None)


def _told(fault: RpcFault, calls: int, ms: int) -> Outcome:
    return Outcome(ms, calls, Code.ERR_RPC_RATE_LIMITED, told_wait_ms(fault))


def _ms_since(started_ns: int) -> int:
    return (monotonic_ns() - started_ns) // NS_PER_MS
