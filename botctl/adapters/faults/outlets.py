"""The same switch before what is no node: explorers and chat, whatever library speaks to them."""

from enum import StrEnum
from random import Random

from botctl.adapters.faults.switch import FaultSwitch
from botctl.adapters.faults.transport import BLOCKED, Manners
from botctl.core.faults import Range


class Outlet(StrEnum):
    EXPLORER = "explorer"
    CHAT = "chat"
    HOOK = "hook"  # only a network that is gone reaches it


class FaultyOutlet:
    """Asked before each request: returns when it may go out, raises what a socket would raise."""

    def __init__(self, outlet: Outlet, switch: FaultSwitch, manners: Manners) -> None:
        self._outlet, self._switch, self._manners = outlet, switch, manners
        self._rng = Random(f"{switch.now().seed} {outlet} {manners.salt}")

    def before_request(self, timeout_ms: int | None = None) -> None:
        """Raises TimeoutError or ConnectionError. `timeout_ms`: of this request, where it has its own."""
        on = self._switch.now()
        if on.https_block:
            raise TimeoutError(BLOCKED)
        if self._outlet is Outlet.HOOK:
            return
        if self._outlet is Outlet.EXPLORER:
            if on.etherscan_timeout:
                raise TimeoutError("a fault on purpose: the explorer does not answer in time")
            return
        if on.telegram_down:
            raise ConnectionRefusedError("a fault on purpose: the chat service is down")
        self._wait(on.telegram_delay_ms, timeout_ms or self._manners.timeout_ms)

    def _wait(self, delay: Range, timeout_ms: int) -> None:
        if delay.most_ms == 0:
            return
        wait_ms = self._rng.randint(delay.least_ms, delay.most_ms)
        self._manners.pause_ms(min(wait_ms, timeout_ms))
        if wait_ms >= timeout_ms:
            raise TimeoutError("a fault on purpose: the chat service is too slow")
