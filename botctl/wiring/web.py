"""What `botctl serve` stands on: the books of one bot, and nothing that could sign."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from botctl.adapters.clock import SystemClock
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.session_key import fresh_token, session_key
from botctl.config.build import build_sha
from botctl.core.web_plan import WebPlan
from botctl.flows.permit import Watch
from botctl.ports.clock import Ids
from botctl.ports.codec import Codec
from botctl.ports.runtime import Log
from botctl.ports.store import Store
from botctl.wiring import open_books
from botctl.wiring.books import watch_of_books
from botctl.wiring.setup import Books, Setup, clock_offset_ms, codec

KEY_FILE = "web.key"


@dataclass(frozen=True, slots=True)
class WebHost:
    """`key` signs sessions. `watch` is made anew for each view: a local chain's clock may jump."""

    bot: str
    mode: str
    build: str
    plan: WebPlan
    key: bytes = field(repr=False)
    store: Store
    codec: Codec
    log: Log
    ids: Ids
    watch: Callable[[], Watch]


@contextmanager
def opened_host(setup: Setup) -> Iterator[WebHost]:
    config = setup.config
    key = session_key(Path(config.storage.state_dir) / KEY_FILE)
    with open_books(config) as store:
        yield WebHost(
            bot=config.bot.name,
            mode=config.bot.mode,
            build=build_sha(),
            plan=config.web,
            key=key,
            store=store,
            codec=codec(),
            log=setup.log,
            ids=TimeOrderedIds(),
            watch=_Watching(setup, store).now,
        )


class _Watching:
    """Where a local chain's clock was moved ahead, ours goes on from there between its cycles."""

    def __init__(self, setup: Setup, store: Store) -> None:
        self._setup, self._store, self._ahead_ms = setup, store, 0

    def now(self) -> Watch:
        setup = self._setup
        self._ahead_ms = max(self._ahead_ms, clock_offset_ms(setup.config, self._store))
        clock = SystemClock(self._ahead_ms)
        return watch_of_books(Books(self._store, clock, setup.log, setup.config))


def ids() -> Ids:
    return TimeOrderedIds()


__all__ = ["WebHost", "fresh_token", "ids", "opened_host"]
