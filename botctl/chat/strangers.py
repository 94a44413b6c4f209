"""People who are not allowed: counted, told their id when they greet, and nothing else.

Answers to them are few, so that a crowd of strangers takes no room from those who are allowed.
"""

from dataclasses import dataclass, field
from typing import Final

from botctl.ports.chat import Asked, Pressed
from botctl.ports.runtime import Log

COUNTER: Final = "chat_strangers_total"
MINUTE_MS: Final = 60_000
ANSWERS_A_MINUTE: Final = 5
LINES_A_MINUTE: Final = 5  # of the log; the counter has all of them


@dataclass(slots=True)
class Strangers:
    log: Log
    unstored: int = 0  # since the counter was last written
    _told: dict[int, int] = field(default_factory=dict)  # whom, when
    _logged_ms: list[int] = field(default_factory=list)

    def seen(self, update: Asked | Pressed, now_ms: int) -> None:
        self.unstored += 1
        self._logged_ms = [at for at in self._logged_ms if now_ms - at < MINUTE_MS]
        if len(self._logged_ms) < LINES_A_MINUTE:
            self._logged_ms.append(now_ms)
            self.log.warning("chat stranger", user_id=update.user_id, chat_id=update.chat_id)

    def may_be_told(self, user_id: int, now_ms: int) -> bool:
        """Once a minute each, and a few a minute in all."""
        self._told = {who: at for who, at in self._told.items() if now_ms - at < MINUTE_MS}
        if user_id in self._told or len(self._told) >= ANSWERS_A_MINUTE:
            return False
        self._told[user_id] = now_ms
        return True
