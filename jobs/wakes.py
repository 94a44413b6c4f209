"""Cycles between the scheduled ones: when news of the chain starts one, and how often at most."""

from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Final

from botctl.core.codes import Code
from botctl.core.errors import BotError
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.wake import Wake
from botctl.ports.clock import Clock
from botctl.ports.heads import Heard, News
from botctl.ports.runtime import Log
from botctl.ports.store import StateStore
from jobs.timetable import CYCLE, Job

WHO: Final = "heads"  # so that nobody else's pause is lifted
WAKES: Final = {
    Wake.OFF: frozenset[News](),
    Wake.MARKET: frozenset({News.MARKET}),
    Wake.HEAD: frozenset({News.HEAD, News.MARKET}),
}
JOBS: Final = {
    news: replace(CYCLE, name=f"cycle on {news}", cron="", why=f"a new {news} was heard of")
    for news in (News.MARKET, News.HEAD)
}


@dataclass(frozen=True, slots=True)
class Due:
    """A cycle of its own kind of scheduled time: when it was heard of, or could start at the earliest."""

    job: Job
    at_ms: int


class Wakes:
    """`hear` is called on the listener's thread, everything else on the loop's."""

    def __init__(self, wake: Wake, min_ms: int, clock: Clock) -> None:
        self._kinds = WAKES[wake]
        self._min_ms = min_ms
        self._clock = clock
        self._box: SimpleQueue[Heard] = SimpleQueue()
        self._due: Due | None = None
        self._started_ms: int | None = None

    def hear(self, heard: Heard) -> None:
        self._box.put(heard)

    def taken(self) -> list[Heard]:
        """All news since the last time; what asks for a cycle is due from now on."""
        news = list(self._emptied())
        wanted = [one.news for one in news if one.news in self._kinds]
        if wanted:
            kind = News.MARKET if News.MARKET in wanted else News.HEAD
            if self._due is None or self._due.job is JOBS[News.HEAD]:
                self._due = Due(JOBS[kind], self._earliest_ms())
        return news

    def started(self) -> None:
        """A cycle begins now, whoever asked for it: it sees everything heard of before."""
        self._due = None
        self._started_ms = self._clock.now_ms()

    @property
    def wait_ms(self) -> int | None:
        """Until a cycle is due; None when none is."""
        return None if self._due is None else max(0, self._due.at_ms - self._clock.now_ms())

    def due(self) -> Due | None:
        return self._due if self.wait_ms == 0 else None

    def _earliest_ms(self) -> int:
        """A clock that was set back must not keep us waiting for the old time to come round."""
        now_ms, last_ms = self._clock.now_ms(), self._started_ms
        if last_ms is None or last_ms > now_ms:
            return now_ms
        return max(now_ms, last_ms + self._min_ms)

    def _emptied(self) -> list[Heard]:
        found: list[Heard] = []
        while True:
            try:
                found.append(self._box.get_nowait())
            except Empty:
                return found


class Watch:
    """What news of the connection itself means: a line in the log, and a pause of entries at worst."""

    def __init__(self, store: StateStore, clock: Clock, log: Log) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self._up = False

    def note(self, heard: Heard) -> None:
        match heard.news:
            case News.UP:
                self._up = True
                self._log.info("heads connected")
                self.lift()
            case News.LOST:
                tell = self._log.warning if self._up else self._log.info
                self._up = False
                tell("heads lost", say=heard.say, goes_on="by the timetable")
            case News.PAUSED:
                self._log.error("heads given up for now", code=Code.ERR_HEADS_LOST, say=heard.say)
                self._set(Level.EXITS_ONLY, f"{Code.ERR_HEADS_LOST}: {heard.say}")
            case News.RESUMED:
                self.lift()
            case News.HEAD | News.MARKET:
                self._log.info("heard of the chain", news=heard.news, block=heard.block_number)

    def lift(self) -> None:
        """Also what an earlier process left when it was killed."""
        self._set(Level.ALLOW_ALL, "")

    def _set(self, level: Level, reason: str) -> None:
        """A pause of somebody else stays; a store that takes nothing does not end the loop."""
        try:
            pauses = [s.who for s in self._store.sources() if s.kind is SourceKind.PAUSE]
            if pauses == [WHO] or (not pauses and level is not Level.ALLOW_ALL):
                self._store.set_source(
                    PermissionSource(SourceKind.PAUSE, level, reason, WHO, self._clock.now_ms())
                )
        except BotError as error:
            self._log.warning("pause not recorded", code=error.code)
