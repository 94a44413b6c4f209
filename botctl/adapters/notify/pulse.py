"""The dead-man's pulse: a GET that a service outside waits for, and misses when we are dead."""

from dataclasses import dataclass, field

from botctl.adapters.notify.http import Request, UnsentError, exchange
from botctl.adapters.notify.verdict import verdict
from botctl.ports.alerts import Delivery, Taken


@dataclass(frozen=True, slots=True)
class HttpPulse:
    """A Pulse, in the way of healthchecks.io: any GET is a sign of life."""

    url: str = field(repr=False)

    def beat(self, *, timeout_ms: int) -> Delivery:
        try:
            return verdict(exchange(Request("GET", self.url), timeout_ms=timeout_ms))
        except UnsentError as error:
            return Delivery(Taken.LATER, str(error))
