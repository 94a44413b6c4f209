"""When nothing can be heard: how long to wait, and when to give up.

Silence is waited out for ever: the network comes back by itself. Two things do not mend themselves: a
token that is refused, and somebody else who listens with it.
"""

from dataclasses import dataclass
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import OperatorError, TransientError
from botctl.ports.chat import Deaf, Heard
from botctl.ports.runtime import Log

PAUSE_MS: Final = {Deaf.SILENT: 1_000, Deaf.LIMITED: 1_000, Deaf.CONFLICT: 5_000, Deaf.TOKEN: 5_000}
PAUSE_MS_MAX: Final = 60_000
DOUBLINGS_MAX: Final = 6
CONFLICT_MS_MAX: Final = 600_000  # a second poller that is meant to go is gone after ten minutes
TOKEN_TRIES_MAX: Final = 3  # one that was good before: a captive portal answers 401 and 404 too
WEEK_MS: Final = 6 * 86_400_000  # a day less than Telegram keeps counting on without any update


@dataclass(slots=True)
class Listening:
    """`well`: something was heard since the start."""

    log: Log
    well: bool = False
    until_ms: int = 0  # not listening before
    _deaf: Deaf | None = None
    _times: int = 0
    _since_ms: int = 0

    def take(self, heard: Heard, now_ms: int) -> None:
        """Raises ERR_CHAT_TOKEN (78) and ERR_CHAT_CONFLICT (75) when waiting mends nothing."""
        if heard.deaf is None:
            if self._deaf is not None:
                self.log.info("chat heard again", after_ms=now_ms - self._since_ms)
            self.well, self._deaf, self._times = True, None, 0
            return
        if heard.deaf is not self._deaf:
            self._deaf, self._times, self._since_ms = heard.deaf, 0, now_ms
        self._times += 1
        self._give_up(heard, now_ms)
        pause_ms = PAUSE_MS[heard.deaf] << min(self._times - 1, DOUBLINGS_MAX)
        self.until_ms = now_ms + max(heard.wait_ms, min(pause_ms, PAUSE_MS_MAX))
        self.log.warning(
            "chat not heard", why=heard.deaf, said=heard.said, again_in_ms=self.until_ms - now_ms
        )

    def _give_up(self, heard: Heard, now_ms: int) -> None:
        if heard.deaf is Deaf.TOKEN and (not self.well or self._times == TOKEN_TRIES_MAX):
            say = "Telegram refuses the token: copy it again from @BotFather into chat.token"
            raise OperatorError(Code.ERR_CHAT_TOKEN, say)
        if heard.deaf is Deaf.CONFLICT and now_ms - self._since_ms >= CONFLICT_MS_MAX:
            say = "another program listens with this bot's token: stop it, or give each its own"
            raise TransientError(Code.ERR_CHAT_CONFLICT, say, said=heard.said)
