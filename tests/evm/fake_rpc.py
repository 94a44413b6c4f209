"""An Rpc without a network: each call is answered by a function, and remembered."""

from collections.abc import Callable, Sequence

from botctl.adapters.evm.rpc import Call
from botctl.adapters.evm.rpc_errors import RpcFault, fault_error


class FakeRpc:
    name = "fake"

    def __init__(self, answer: Callable[[str, Sequence[object]], object]) -> None:
        self._answer = answer
        self.batches: list[list[Call]] = []

    @property
    def round_trips(self) -> int:
        return len(self.batches)

    def call(self, method: str, *params: object) -> object:
        (answer,) = self.batch([(method, params)])
        if isinstance(answer, RpcFault):
            raise fault_error(answer)
        return answer

    def batch(self, calls: Sequence[Call]) -> list[object]:
        self.batches.append(list(calls))
        return [self._answer(method, params) for method, params in calls]

    def close(self) -> None:
        pass
