"""What `botctl serve` stands on: the books of one bot, and nothing that could sign."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

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
from botctl.wiring.setup import Setup, codec

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
            watch=lambda: watch_of_books(setup.books(store)),
        )


def ids() -> Ids:
    return TimeOrderedIds()


__all__ = ["WebHost", "fresh_token", "ids", "opened_host"]
