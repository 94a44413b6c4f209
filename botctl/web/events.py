"""Live pages: one poller asks the database for all viewers, and whoever cannot keep up is let go."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from botctl.core.errors import BotError
from botctl.ports.web import Mark

KEPT: Final = 256  # events that a viewer who was away can still be told
WAITING_MAX: Final = 16  # unsent events a viewer may have; one more, and it is let go
SEND_S_MAX: Final = 10  # a socket that takes nothing for so long has nobody at its other end
RETRY_MS: Final = 2_000  # browsers come back after so long
BEAT: Final = b": still here\n\n"

Facts = dict[str, object]


class Event(NamedTuple):
    number: int
    sent: bytes


class Viewer:
    """One open page."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_MAX + 1)

    def give(self, sent: bytes) -> bool:
        """False when it is too far behind: it ends with what it has."""
        if self.queue.qsize() >= WAITING_MAX:
            self.end()
            return False
        self.queue.put_nowait(sent)
        return True

    def end(self) -> None:
        """None ends the stream; the queue keeps one place free for it."""
        if not self.queue.full():
            self.queue.put_nowait(None)


class Hub:
    """`look` reads the mark, `facts` what an event tells; both from the database, in a thread.

    Events are numbered within `boot`: a number of another run means nothing here.
    """

    def __init__(
        self,
        boot: str,
        look: Callable[[], Mark],
        facts: Callable[[], Facts],
        *,
        poll_ms: int,
        viewers_max: int,
    ) -> None:
        self._boot, self._look, self._facts = boot, look, facts
        self._poll_s, self._viewers_max = poll_ms / 1_000, viewers_max
        self._viewers: set[Viewer] = set()
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._number = 0
        self._seen: Mark | str | None = None
        self._came = asyncio.Event()
        self._closed = False

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    @property
    def full(self) -> bool:
        return self._closed or len(self._viewers) >= self._viewers_max

    async def run(self) -> None:
        """Until it is closed. Asks only while somebody looks."""
        while not self._closed:
            if not self._viewers:
                self._came.clear()
                await self._came.wait()
                continue
            await self.poll()
            await asyncio.sleep(self._poll_s)

    async def poll(self) -> None:
        """One question; an event when the answer is another than before."""
        try:
            seen: Mark | str = await run_in_threadpool(self._look)
            if seen == self._seen:
                return
            facts = await run_in_threadpool(self._facts)
        except BotError as error:  # told to whoever looks; the next question may be answered
            seen, facts = str(error.code), {"trouble": str(error.code)}
            if seen == self._seen:
                return
        self._seen = seen
        self.publish(facts)

    def publish(self, facts: Facts) -> None:
        self._number += 1
        text = json.dumps(facts, ensure_ascii=False)
        event = Event(self._number, f"id: {self._boot}-{self._number}\ndata: {text}\n\n".encode())
        self._kept.append(event)
        self._viewers = {viewer for viewer in self._viewers if viewer.give(event.sent)}

    @contextmanager
    def watching(self, last_id: str) -> Iterator[Viewer]:
        """With what was missed since `last_id`, or the newest when that cannot be told."""
        viewer = Viewer()
        for event in self._missed(last_id):
            viewer.give(event.sent)
        self._viewers.add(viewer)
        self._came.set()
        try:
            yield viewer
        finally:
            self._viewers.discard(viewer)

    def close(self) -> None:
        self._closed = True
        self._came.set()
        for viewer in self._viewers:
            viewer.end()

    def _missed(self, last_id: str) -> list[Event]:
        boot, _, number = last_id.rpartition("-")
        newest = list(self._kept)[-1:]
        if boot != self._boot or not number.isdecimal():
            return newest
        missed = [event for event in self._kept if event.number > int(number)]
        return missed if len(missed) < WAITING_MAX else newest


class EventStream(Response):
    """`still` is asked at every heartbeat: a token that has ended ends its pages too."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, last_id: str, *, beat_s: float, still: Callable[[], bool]) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._hub, self._last_id, self._beat_s, self._still = hub, last_id, beat_s, still

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        with self._hub.watching(self._last_id) as viewer:
            gone = asyncio.create_task(_gone(receive))
            try:
                await send(start)
                await _send(send, f"retry: {RETRY_MS}\n\n".encode())
                await self._stream(viewer, gone, send)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            except TimeoutError:
                return  # the server closes what was not finished
            finally:
                gone.cancel()

    async def _stream(self, viewer: Viewer, gone: "asyncio.Task[None]", send: Send) -> None:
        while not gone.done():
            waiting = asyncio.create_task(viewer.queue.get())
            await asyncio.wait(
                {waiting, gone}, timeout=self._beat_s, return_when=asyncio.FIRST_COMPLETED
            )
            if waiting.done():
                sent = waiting.result()
                if sent is None:
                    return
            else:
                waiting.cancel()
                if gone.done() or not await run_in_threadpool(self._still):
                    return
                sent = BEAT
            await _send(send, sent)


async def _send(send: Send, body: bytes) -> None:
    async with asyncio.timeout(SEND_S_MAX):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
