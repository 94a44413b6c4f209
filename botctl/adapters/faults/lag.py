"""A node that stands still or lags: what it is asked and what it answers, cut off at one block."""

from collections.abc import Callable
from typing import Final, TypeAlias

from botctl.core.faults import FROZEN, FaultToggles

Call: TypeAlias = dict[str, object]
NEWEST: Final = frozenset({"latest", "pending"})
BY_NUMBER: Final = "eth_getBlockByNumber"
BY_HASH: Final = frozenset({"eth_getTransactionByHash", "eth_getTransactionReceipt"})


class Lag:
    """Which block is the last one known; remembers where it froze until it is switched off."""

    def __init__(self, head: Callable[[], int]) -> None:
        self._head = head
        self._frozen: int | None = None

    def last_block(self, on: FaultToggles) -> int | None:
        """None: the real head."""
        if on.rpc_stale_head != FROZEN:
            self._frozen = None
        if on.rpc_stale_head is not None and on.rpc_stale_head != FROZEN:
            return on.rpc_stale_head
        if on.rpc_stale_head == FROZEN:
            self._frozen = self._head() if self._frozen is None else self._frozen
            return self._frozen
        return max(0, self._head() - on.rpc_stale_blocks) if on.rpc_stale_blocks else None


def asked(call: Call, last: int) -> Call:
    """The question as that node would understand it: its newest block is an old one."""
    params = call.get("params")
    if not isinstance(params, list):
        return call
    old = [hex(last) if isinstance(p, str) and p in NEWEST else p for p in params]
    return {**call, "params": old}


def answered(call: Call, result: object, last: int) -> object:
    """What it has not seen, it does not know."""
    method = call.get("method")
    if method == "eth_blockNumber":
        return hex(last)
    if method == BY_NUMBER and (number := _number(result, "number")) is not None:
        return None if number > last else result
    if method in BY_HASH:
        mined = _number(result, "blockNumber")
        return result if mined is not None and mined <= last else None
    return result


def _number(result: object, key: str) -> int | None:
    found = result.get(key) if isinstance(result, dict) else None
    return int(found, 16) if isinstance(found, str) else None
