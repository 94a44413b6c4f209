"""Where no channel is set: alerts stand in the log, which somebody may watch."""

from dataclasses import dataclass
from typing import Final

from botctl.ports.alerts import Delivery, Letter, Taken
from botctl.ports.runtime import Log

CHANNEL: Final = "log"


@dataclass(frozen=True, slots=True)
class LogNotifier:
    log: Log
    channel: str = CHANNEL

    def send(self, letter: Letter, *, timeout_ms: int) -> Delivery:
        del timeout_ms  # a line does not wait
        self.log.warning("alert", key=letter.key, saying=letter.saying, text=letter.text)
        return Delivery(Taken.SENT, "logged")
