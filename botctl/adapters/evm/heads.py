"""New blocks and new pairs as the node tells them: one WebSocket, made again whenever it is lost.

What is heard only says when to look: everything that is decided on is read afterwards, as in any cycle.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from threading import Event, Thread
from time import monotonic_ns
from typing import Final
from urllib.parse import urlsplit

import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from botctl.adapters.evm.quantity import quantity
from botctl.adapters.evm.selectors import PAIR_CREATED
from botctl.core.reconnect import Link, ReconnectPolicy, after_loss, while_held
from botctl.core.units import Address
from botctl.ports.heads import Heard, News, Tell

NS_PER_MS: Final = 1_000_000
MS: Final = 1_000
NOT_MADE: Final = -1
CLOSE_S: Final = 1.0
MESSAGE_BYTES_MAX: Final = 1 << 20
BPS_ONE: Final = 10_000
CHAIN_ID, HEADS, PAIRS = 1, 2, 3  # ids of the three questions asked at the beginning
JOIN_S: Final = 5.0
POLL_S: Final = 0.2  # so long may an end take to be noticed


@dataclass(frozen=True, slots=True)
class HeadsPlan:
    """A connection without an answer to a ping of every `ping_ms` for as long again is half-open."""

    urls: Sequence[str]
    chain_id: int
    factory: Address
    timeout_ms: int
    reconnect: ReconnectPolicy
    ping_ms: int = 10_000


class LostError(Exception):
    """The connection is of no more use; the text is fit for a log."""


class _Params(msgspec.Struct):
    subscription: str
    result: msgspec.Raw


class _Message(msgspec.Struct):
    id: int | None = None
    result: object = None
    error: object = None
    params: _Params | None = None


class _Block(msgspec.Struct):
    number: str


class _Log(msgspec.Struct, rename="camel"):
    block_number: str
    removed: bool = False


_MESSAGE: Final = msgspec.json.Decoder(_Message)
_BLOCK: Final = msgspec.json.Decoder(_Block)
_LOG: Final = msgspec.json.Decoder(_Log)


class HeadsSocket:
    """A HeadListener. `chance` is uniform in [0, 1): clients must not come back in step."""

    def __init__(self, plan: HeadsPlan, *, chance: Callable[[], float]) -> None:
        assert plan.urls, "somebody to listen to"
        self._plan = plan
        self._chance = chance
        self._over = Event()
        self._link = Link()
        self._urls = cycle(plan.urls)  # another address with every attempt
        self._thread: Thread | None = None

    def start(self, tell: Tell) -> None:
        self._thread = Thread(target=self._run, args=(tell,), name="heads", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(JOIN_S)

    def _run(self, tell: Tell) -> None:
        for url in self._urls:
            held_ms, why = self._held(url, tell)
            if self._over.is_set():
                return
            tell(Heard(News.LOST, say=f"{urlsplit(url).hostname}: {why}"))
            if not self._waited(held_ms, tell):
                return

    def _waited(self, held_ms: int, tell: Tell) -> bool:
        """False when it is over."""
        chance_bps = int(self._chance() * BPS_ONE)
        plan = self._plan.reconnect
        retry = after_loss(plan, self._link, held_ms=held_ms, chance_bps=chance_bps)
        self._link = retry.link
        if retry.link.paused:
            tell(Heard(News.PAUSED, say=f"no connection after {plan.attempts_max} attempts"))
        over = self._over.wait(retry.wait_ms / MS)
        if retry.link.paused and not over:
            tell(Heard(News.RESUMED))
        return not over

    def _held(self, url: str, tell: Tell) -> tuple[int, str]:
        """How long the connection held, in ms, and why it ended."""
        since_ns: int | None = None
        try:
            with self._connected(url) as socket:
                watch = self._subscribed(socket)
                since_ns = monotonic_ns()
                tell(Heard(News.UP))
                self._listen(socket, watch, since_ns, tell)
        except LostError as error:
            why = str(error)
        except (OSError, EOFError, WebSocketException) as error:
            why = type(error).__name__  # its text may quote the address
        except (msgspec.DecodeError, ValueError):
            why = "what it says is no JSON-RPC"
        else:
            why = "closed by us"
        return NOT_MADE if since_ns is None else _ms_since(since_ns), why

    @contextmanager
    def _connected(self, url: str) -> Iterator[ClientConnection]:
        plan = self._plan
        with connect(
            url,
            compression=None,
            proxy=None,  # as for every other request of ours
            open_timeout=plan.timeout_ms / MS,
            ping_interval=plan.ping_ms / MS,
            ping_timeout=plan.ping_ms / MS,
            close_timeout=CLOSE_S,
            max_size=MESSAGE_BYTES_MAX,
            logger=_silent(),
            legacy=True,  # this process makes it again by its own policy
        ) as socket:
            yield socket

    def _subscribed(self, socket: ClientConnection) -> dict[str, News]:
        """News by subscription. Raises LostError when the node does not offer both."""
        pairs = {"address": self._plan.factory, "topics": [PAIR_CREATED]}
        for number, method, params in (
            (CHAIN_ID, "eth_chainId", []),
            (HEADS, "eth_subscribe", ["newHeads"]),
            (PAIRS, "eth_subscribe", ["logs", pairs]),
        ):
            body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            socket.send(msgspec.json.encode(body).decode())
        answers: dict[int, object] = {}
        while len(answers) < PAIRS:
            message = _MESSAGE.decode(socket.recv(timeout=self._plan.timeout_ms / MS))
            if message.id is None:
                continue  # a head may come before the confirmation of the next subscription
            if message.error is not None:
                raise LostError("it refuses to tell us of heads and logs")
            answers[message.id] = message.result
        if quantity(answers.get(CHAIN_ID)) != self._plan.chain_id:
            raise LostError("it serves another chain")
        return {str(answers.get(HEADS)): News.HEAD, str(answers.get(PAIRS)): News.MARKET}

    def _listen(
        self, socket: ClientConnection, watch: dict[str, News], since_ns: int, tell: Tell
    ) -> None:
        """Until it is over. Pings notice within `2 * ping_ms` when the other side is gone."""
        while not self._over.is_set():
            held_ms = _ms_since(since_ns)
            self._link = while_held(self._plan.reconnect, self._link, held_ms=held_ms)
            try:
                message = _MESSAGE.decode(socket.recv(timeout=POLL_S))
            except TimeoutError:
                continue
            if message.params is not None:
                self._tell(watch.get(message.params.subscription), message.params.result, tell)

    def _tell(self, news: News | None, result: msgspec.Raw, tell: Tell) -> None:
        if news is News.HEAD:
            tell(Heard(news, quantity(_BLOCK.decode(result).number)))
        elif news is News.MARKET:
            log = _LOG.decode(result)
            if not log.removed:
                tell(Heard(news, quantity(log.block_number)))


def _silent() -> logging.Logger:
    """The library would write addresses, with their keys, to stderr."""
    logger = logging.getLogger("botctl.heads")
    logger.propagate = False
    logger.disabled = True
    return logger


def _ms_since(since_ns: int) -> int:
    return (monotonic_ns() - since_ns) // NS_PER_MS
