"""Bounded, jittered retries of reads and same-bytes sends.

A loop of our own: importing tenacity takes 25 to 35 ms, a third of a whole cold cycle.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import RpcFault, fault_error
from botctl.core.codes import Code
from botctl.core.errors import TransientError

T = TypeVar("T")

WORTH_ANOTHER_TRY: Final = frozenset(
    {
        Code.ERR_RPC_UNREACHABLE,
        Code.ERR_RPC_TIMEOUT,
        Code.ERR_RPC_RATE_LIMITED,
        Code.ERR_RPC_GARBAGE,
        Code.ERR_PIN_LOST,  # by then the cycle's own provider may be back
    }
)


@dataclass(frozen=True, slots=True)
class Patience:
    tries_max: int
    pause_ms: int  # before the second try; doubles before each further one
    pause_ms_max: int

    def pauses_ms(self) -> Iterator[int]:
        for retry in range(self.tries_max - 1):
            yield min(self.pause_ms << retry, self.pause_ms_max)


class RetryingRpc:
    """An Rpc that asks again. `chance` is uniform in [0, 1): clients must not retry in step."""

    def __init__(
        self,
        rpc: Rpc,
        patience: Patience,
        *,
        pause_ms: Callable[[int], None],
        chance: Callable[[], float],
    ) -> None:
        self._rpc = rpc
        self._patience = patience
        self._pause_ms = pause_ms
        self._chance = chance

    @property
    def name(self) -> str:
        return self._rpc.name

    @property
    def round_trips(self) -> int:
        return self._rpc.round_trips

    def call(self, method: str, *params: object) -> object:
        return self._retried(lambda: self._rpc.call(method, *params))

    def batch(self, calls: Sequence[Call]) -> list[object]:
        """Items that a provider rate-limited are asked again alone."""
        answers = self._retried(lambda: self._rpc.batch(calls))
        for pause_ms in self._patience.pauses_ms():
            again = [i for i, answer in enumerate(answers) if _is_limited(answer)]
            if not again:
                break
            self._wait(pause_ms)
            for i, answer in zip(again, self._rpc.batch([calls[i] for i in again]), strict=True):
                answers[i] = answer
        return answers

    def close(self) -> None:
        self._rpc.close()

    def _retried(self, work: Callable[[], T]) -> T:
        for pause_ms in self._patience.pauses_ms():
            try:
                return work()
            except TransientError as error:
                if error.code not in WORTH_ANOTHER_TRY:
                    raise
            self._wait(pause_ms)
        return work()

    def _wait(self, pause_ms: int) -> None:
        self._pause_ms(pause_ms // 2 + int(pause_ms * self._chance() / 2))


def _is_limited(answer: object) -> bool:
    return isinstance(answer, RpcFault) and fault_error(answer).code is Code.ERR_RPC_RATE_LIMITED
