"""The one place where faults meet the traffic: a Transport in front of the real one."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from botctl.adapters.evm.quantity import quantity
from botctl.adapters.evm.transport import GarbageError, Reply, Transport
from botctl.adapters.faults.lag import Call, Lag, answered, asked
from botctl.adapters.faults.lies import other_hash, other_reserves
from botctl.adapters.faults.switch import FaultSwitch
from botctl.core.faults import FaultToggles, Range
from botctl.core.units import BPS_ONE

OK: Final = 200
LIMITED: Final = Reply(429, b'{"error":"too many requests"}')
GARBAGE: Final = b"<html><body>502 Bad Gateway</body></html>"
BLOCKED: Final = "a fault on purpose: nothing leaves this machine"


@dataclass(frozen=True, slots=True)
class Manners:
    """`provider` counts from 1, as in rpc_provider; `pause_ms` waits for real.

    `salt` goes with the seed: processes that start after one another must not meet the same faults.
    """

    provider: int
    timeout_ms: int
    pause_ms: Callable[[int], None]
    salt: int = 0


class FaultyTransport:
    """Does what is switched on at the moment of each request; with nothing on, only passes it on."""

    def __init__(self, real: Transport, switch: FaultSwitch, manners: Manners) -> None:
        self._real, self._switch, self._manners = real, switch, manners
        self._rng = Random(f"{switch.now().seed} {manners.provider} {manners.salt}")
        self._lag = Lag(self._head)

    def post(self, body: bytes) -> Reply:
        on = self._switch.now()
        if on.is_quiet:
            return self._real.post(body)
        self._wait(on.delay_ms)
        if on.https_block:
            raise TimeoutError(BLOCKED)
        if not on.meets(self._manners.provider):
            return self._real.post(body)
        return self._met(on, body)

    def close(self) -> None:
        self._real.close()

    def _met(self, on: FaultToggles, body: bytes) -> Reply:
        """First what keeps the request from arriving, then what happens to its answer."""
        if self._strikes(on.rpc_drop_rate):
            raise TimeoutError("a fault on purpose: the request was dropped")
        if self._strikes(on.rpc_limit_rate):
            return LIMITED
        reply = self._altered(on, body)
        if self._strikes(on.rpc_lost_rate):
            raise TimeoutError("a fault on purpose: the answer was lost")
        if self._strikes(on.rpc_garbage_rate):
            return Reply(OK, GARBAGE)
        if self._strikes(on.rpc_truncate_rate):
            raise GarbageError("a fault on purpose: the answer broke off")
        return reply

    def _altered(self, on: FaultToggles, body: bytes) -> Reply:
        last = self._lag.last_block(on)
        if last is None and not on.rpc_disagree and not on.rpc_quote_skew_bps:
            return self._real.post(body)
        question: Call | list[Call] = json.loads(body)
        calls = question if isinstance(question, list) else [question]
        told = calls if last is None else [asked(call, last) for call in calls]
        sent = told if isinstance(question, list) else told[0]
        reply = self._real.post(json.dumps(sent).encode())
        return reply if reply.status != OK else _lied(on, last, calls, reply)

    def _head(self) -> int:
        ask = b'{"jsonrpc":"2.0","id":0,"method":"eth_blockNumber","params":[]}'
        return quantity(json.loads(self._real.post(ask).body)["result"])

    def _strikes(self, share_bps: int) -> bool:
        """Draws nothing for a share of 0, so that one toggle does not move another's dice."""
        return share_bps > 0 and self._rng.randrange(BPS_ONE) < share_bps

    def _wait(self, delay: Range) -> None:
        if delay.most_ms == 0:
            return
        wait_ms = self._rng.randint(delay.least_ms, delay.most_ms)
        self._manners.pause_ms(min(wait_ms, self._manners.timeout_ms))
        if wait_ms >= self._manners.timeout_ms:
            raise TimeoutError("a fault on purpose: too slow")


def _lied(on: FaultToggles, last: int | None, calls: list[Call], reply: Reply) -> Reply:
    """Answers are matched to their questions by id, as a batch may come in any order."""
    by_id = {call.get("id"): call for call in calls}
    answer: Call | list[Call] = json.loads(reply.body)
    several = answer if isinstance(answer, list) else [answer]
    told = [_lie(on, last, by_id[one["id"]], one) for one in several if one.get("id") in by_id]
    return Reply(OK, json.dumps(told if isinstance(answer, list) else told[0]).encode())


def _lie(on: FaultToggles, last: int | None, call: Call, answer: Call) -> Call:
    if "result" not in answer:
        return answer
    result = answer["result"]
    if last is not None:
        result = answered(call, result, last)
    if on.rpc_disagree:
        result = other_hash(call, result)
    if on.rpc_quote_skew_bps:
        result = other_reserves(call, result, on.rpc_quote_skew_bps)
    return {**answer, "result": result}
