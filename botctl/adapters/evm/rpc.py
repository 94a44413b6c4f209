"""JSON-RPC over a Transport: one POST a batch, answers matched by id, failures told by our codes."""

from collections.abc import Sequence
from itertools import count
from typing import Final, Protocol, TypeAlias, TypeVar

import msgspec

from botctl.adapters.evm.endpoint import BadUrlError, Endpoint, endpoint
from botctl.adapters.evm.http import HttpTransport
from botctl.adapters.evm.rpc_errors import (
    BatchTooLargeError,
    RpcFault,
    fault_error,
    is_too_large,
    printable,
    status_error,
    unusable,
)
from botctl.adapters.evm.transport import GarbageError, Reply, Transport
from botctl.core.codes import Code
from botctl.core.errors import OperatorError, TransientError
from botctl.core.telemetry.tracer import Provided

TIMEOUT_MS: Final = 10_000
BATCH_MAX: Final = 200  # geth takes 1,000; hosted providers 100 to 1,000
OK: Final = 200
BAD_REQUEST: Final = 400  # some nodes send their faults with this status

Call: TypeAlias = tuple[str, Sequence[object]]
T = TypeVar("T")


class Rpc(Protocol):
    """What readers need of a node; retries and failover are Rpcs made of Rpcs."""

    @property
    def name(self) -> str:
        """Who answers; of several, who answered last."""

    @property
    def round_trips(self) -> int:
        """HTTP requests made so far."""

    def call(self, method: str, *params: object) -> object:
        """The result. Raises a BotError, for a fault an `RpcFaultError`."""

    def batch(self, calls: Sequence[Call]) -> list[object]:
        """One result or `RpcFault` a call, in the order of the calls. Raises a BotError."""

    def close(self) -> None: ...


class _Error(msgspec.Struct):
    code: int = 0
    message: str = ""
    data: object = None


class _Answer(msgspec.Struct):
    id: int | str | None = None
    result: object = msgspec.UNSET  # null is an answer (no such receipt), absence is not
    error: _Error | None = None


_ONE: Final = msgspec.json.Decoder(_Answer)
_MANY: Final = msgspec.json.Decoder(list[_Answer])
_ENCODER: Final = msgspec.json.Encoder()


class JsonRpc:
    """An Rpc over one connection. Not for use by two threads at once.

    Errors and logs name the provider by `name` or host only: paths, queries and user names of
    a URL are where API keys live.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_ms: int = TIMEOUT_MS,
        name: str = "",
        batch_max: int = BATCH_MAX,
        transport: Transport | None = None,
    ) -> None:
        to = _endpoint(url)
        self.name = name or to.host
        self.round_trips = 0
        self.calls = 0
        self.errors = 0  # requests that brought no usable answer
        self.bytes_in = 0
        self.bytes_out = 0
        self._to = to
        self._batch_max = batch_max
        self._transport = transport or HttpTransport(to, timeout_ms=timeout_ms)
        self._ids = count(1)

    def call(self, method: str, *params: object) -> object:
        call_id = next(self._ids)
        self.calls += 1
        body = self._post(_ENCODER.encode(_request(call_id, method, params)))
        result = self._result(self._decoded(_ONE, body), call_id)
        if isinstance(result, RpcFault):
            raise fault_error(result, provider=self.name, method=method)
        return result

    def batch(self, calls: Sequence[Call]) -> list[object]:
        """A page refused as too large is halved, and no later one is larger than what was taken."""
        results: list[object] = []
        while len(results) < len(calls):
            page = calls[len(results) : len(results) + self._batch_max]
            try:
                results += self._page(page)
            except BatchTooLargeError:
                if len(page) == 1:
                    raise  # by its status: not even one call passes
                self._batch_max = len(page) // 2
        return results

    def provided(self) -> Provided:
        """What has gone over this connection so far; bodies alone, without headers."""
        return Provided(
            self.name, self.round_trips, self.calls, self.errors, self.bytes_in, self.bytes_out
        )

    def close(self) -> None:
        self._transport.close()

    def _page(self, calls: Sequence[Call]) -> list[object]:
        ids = [next(self._ids) for _ in calls]
        self.calls += len(calls)
        requests = [
            _request(i, method, params) for i, (method, params) in zip(ids, calls, strict=True)
        ]
        body = self._post(_ENCODER.encode(requests))
        if body[:1] == b"{":  # the page was refused as a whole
            raise self._refused_page(self._decoded(_ONE, body), len(calls))
        answers = {answer.id: answer for answer in self._decoded(_MANY, body)}
        if len(answers) != len(ids) or any(i not in answers for i in ids):
            raise unusable(self.name, "the answers of a batch are not those asked for")
        return [self._result(answers[i], i) for i in ids]

    def _refused_page(self, answer: _Answer, calls: int) -> TransientError:
        if answer.error is None:
            return unusable(self.name, "one answer to a batch")
        fault = self._fault(answer.error)
        if calls > 1 and is_too_large(fault):
            return BatchTooLargeError(Code.ERR_RPC_FAULT, fault.message, provider=self.name)
        return fault_error(fault, provider=self.name, method="batch")

    def _result(self, answer: _Answer, call_id: int) -> object:
        if answer.error is not None:
            return self._fault(answer.error)
        if answer.id != call_id:
            raise unusable(self.name, "the answer to another question")
        if answer.result is msgspec.UNSET:
            raise unusable(self.name, "neither result nor error")
        return answer.result

    def _fault(self, error: _Error) -> RpcFault:
        return RpcFault(error.code, printable(error.message, self._to.secrets), error.data)

    def _decoded(self, decoder: msgspec.json.Decoder[T], body: bytes | bytearray) -> T:
        try:
            return decoder.decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            self.errors += 1
            raise unusable(self.name, "not JSON-RPC") from None

    def _post(self, body: bytes) -> bytes | bytearray:
        self.round_trips += 1
        self.bytes_out += len(body)
        try:
            reply = self._exchanged(body)
        except TransientError:
            self.errors += 1
            raise
        self.bytes_in += len(reply.body)
        if reply.status not in (OK, BAD_REQUEST):
            self.errors += 1
            raise status_error(reply.status, self.name, reply.retry_after)
        return reply.body

    def _exchanged(self, body: bytes) -> Reply:
        try:
            return self._transport.post(body)
        except TimeoutError as error:
            raise TransientError(Code.ERR_RPC_TIMEOUT, provider=self.name) from error
        except GarbageError as error:
            raise unusable(self.name, str(error)) from error
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise TransientError(Code.ERR_RPC_UNREACHABLE, why, provider=self.name) from error


def _request(call_id: int, method: str, params: Sequence[object]) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": call_id, "method": method, "params": params}


def _endpoint(url: str) -> Endpoint:
    try:
        return endpoint(url)
    except BadUrlError as error:
        raise OperatorError(Code.ERR_CONFIG_INVALID, str(error)) from None
