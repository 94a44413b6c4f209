"""One process that serves until a signal asks it to stop: live pages end first, answers are finished."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

import uvicorn

from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.web.app import built, site_of
from botctl.web.events import Hub
from botctl.wiring.web import WebHost

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
DRAIN_S_MAX: Final = 5  # an answer that is not finished then is cut off
BACKLOG: Final = 256
AT_ONCE_MAX: Final = 64  # connections beside live pages; one more gets 503


@dataclass(frozen=True, slots=True)
class ServeReport:
    url: str
    started_ms: int
    stopped_ms: int


class Serving(uvicorn.Server):
    """Ends by itself after a signal; uvicorn would raise it again, and end as killed."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._asked) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _asked(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  a handler's shape
        """A second one does not wait for what is still being answered."""
        self.force_exit = self.should_exit
        self.should_exit = True
        asyncio.get_running_loop().call_soon_threadsafe(self._hub.close)


def serve(host: WebHost) -> ServeReport:
    """Raises ERR_PORT_TAKEN before anything is shown."""
    clock, plan = host.watch().clock, host.plan
    with _listening(plan.host, plan.port) as listener:
        url = _url(plan.host, listener)
        site = site_of(host)
        config = uvicorn.Config(
            built(site), log_config=None, access_log=False, server_header=False, date_header=True,
            lifespan="on", timeout_graceful_shutdown=DRAIN_S_MAX, loop="asyncio", ws="none",
            limit_concurrency=plan.viewers_max + AT_ONCE_MAX,
            proxy_headers=plan.tls_ahead, forwarded_allow_ips=list(plan.proxies),
        )  # fmt: skip
        started_ms = clock.now_ms()
        host.log.info("serving", url=url)
        Serving(config, site.hub).run(sockets=[listener])
    report = ServeReport(url, started_ms, host.watch().clock.now_ms())
    host.log.info("serving stopped", url=url)
    return report


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            say = "it cannot listen there: another process does, or set web.host and web.port"
            raise OperatorError(
                Code.ERR_PORT_TAKEN, say, host=host, port=port, why=error.strerror
            ) from None
        yield listener


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
