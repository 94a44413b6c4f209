"""Live events: one question for all viewers, nothing missed on the way back, nobody waited for."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import httpx2
import pytest
from starlette.types import Message

from botctl.core.codes import Code
from botctl.core.errors import BotError, TransientError
from botctl.core.roles import Role
from botctl.ports.web import Mark
from botctl.web import events
from botctl.web.events import KEPT, WAITING_MAX, EventStream, Hub, Viewer
from botctl.wiring.stage import DevnetStage
from botctl.wiring.web import WebHost
from tests.jobs.processes import until
from tests.web.conftest import Tokens, made, one_cycle
from tests.web.serving import Served, log_in

POLL_MS = 1


class Books:
    """What the poller asks; `journal` is what changes."""

    def __init__(self) -> None:
        self.journal, self.asked, self.told = 0, 0, 0
        self.failure: BotError | None = None

    def mark(self) -> Mark:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return Mark(self.journal, "", 0, 0, 0)

    def facts(self) -> dict[str, object]:
        self.told += 1
        return {"journal": self.journal}


def hub(books: Books, viewers_max: int = 100) -> Hub:
    return Hub("boot", books.mark, books.facts, poll_ms=POLL_MS, viewers_max=viewers_max)


def taken(viewer: Viewer) -> list[str]:
    """What waits for it, without the stream's own marks."""
    found = []
    while not viewer.queue.empty():
        sent = viewer.queue.get_nowait()
        found.append("end" if sent is None else sent.decode().split("data: ")[1].strip())
    return found


def journals(*numbers: int) -> list[str]:
    return [json.dumps({"journal": number}) for number in numbers]


def test_nothing_new_is_asked_once_and_told_to_nobody() -> None:
    books = Books()

    async def played() -> None:
        one = hub(books)
        with one.watching("") as viewer, one.watching("") as other:
            for _ in range(5):
                await one.poll()
            assert taken(viewer) == taken(other) == journals(0)
            books.journal = 7
            await one.poll()
            assert taken(viewer) == taken(other) == journals(7)

    asyncio.run(played())
    assert (books.asked, books.told) == (6, 2), "one question for all, and facts only when new"


def test_who_comes_back_gets_what_was_missed_and_no_more() -> None:
    books = Books()

    async def played() -> None:
        one = hub(books)
        for number in range(1, 6):
            books.journal = number
            await one.poll()
        with one.watching("boot-3") as viewer:
            assert taken(viewer) == journals(4, 5)
        with one.watching("boot-5") as viewer:
            assert taken(viewer) == []
        for strange in ("", "other-3", "boot-", "boot-x", "x"):
            with one.watching(strange) as viewer:
                assert taken(viewer) == journals(5), "the newest, for who cannot be told apart"

    asyncio.run(played())


def test_memory_is_bounded_and_a_long_absence_is_answered_with_the_newest() -> None:
    books = Books()

    async def played() -> None:
        one = hub(books)
        for number in range(1, KEPT + 100):
            books.journal = number
            await one.poll()
        assert len(one._kept) == KEPT
        with one.watching("boot-1") as viewer:
            assert taken(viewer) == journals(KEPT + 99)

    asyncio.run(played())


def test_who_cannot_keep_up_is_let_go_and_the_others_miss_nothing() -> None:
    books = Books()

    async def played() -> None:
        one = hub(books)
        with one.watching("") as slow, one.watching("") as quick:
            seen = []
            for number in range(1, WAITING_MAX + 3):
                books.journal = number
                await one.poll()
                seen += taken(quick)
            assert seen == journals(*range(1, WAITING_MAX + 3))
            assert taken(slow) == [*journals(*range(1, WAITING_MAX + 1)), "end"]
            assert one.viewers == 1

    asyncio.run(played())


def test_a_database_that_cannot_be_asked_is_told_once_and_so_is_its_return() -> None:
    books = Books()

    async def played() -> None:
        one = hub(books)
        with one.watching("") as viewer:
            await one.poll()
            books.failure = TransientError(Code.ERR_DB_LOCKED, "locked")
            for _ in range(3):
                await one.poll()
            books.failure = None
            await one.poll()
            trouble = json.dumps({"trouble": "ERR_DB_LOCKED"})
            assert taken(viewer) == [*journals(0), trouble, *journals(0)]

    asyncio.run(played())


def test_nobody_looks_and_nothing_is_asked() -> None:
    books = Books()

    async def played() -> None:
        one = hub(books, viewers_max=1)
        running = asyncio.create_task(one.run())
        for _ in range(10):
            await asyncio.sleep(0)
        assert books.asked == 0
        with one.watching("") as viewer:
            assert one.full
            assert await asyncio.wait_for(viewer.queue.get(), 5)
        assert not one.full
        one.close()
        await asyncio.wait_for(running, 5)
        assert one.full, "who comes after the end is sent away"

    asyncio.run(played())


def test_a_socket_that_takes_nothing_ends_its_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "SEND_S_MAX", 0.01)

    async def played() -> None:
        one, never = hub(Books()), asyncio.Event()

        async def stuck(message: Message) -> None:
            if message.get("body"):
                await never.wait()

        async def silent() -> Message:
            await never.wait()
            raise AssertionError

        stream = EventStream(one, "", beat_s=60, still=lambda: True)
        await asyncio.wait_for(stream({}, silent, stuck), 5)
        assert one.viewers == 0

    asyncio.run(played())


@contextmanager
def listening(url: str, cookie: str, **headers: str) -> Iterator[Callable[[], str]]:
    """The raw stream, as the browser reads it; the value reads the next line."""
    host, port = url.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=20)) as line:
        lines = [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
        request = ["GET /events HTTP/1.1", f"Host: {host}", f"Cookie: {cookie}", *lines, "", ""]
        line.sendall("\r\n".join(request).encode())
        file = line.makefile("r", encoding="utf-8", newline="\n")
        yield file.readline


def read_until(read: Callable[[], str], start: str) -> str:
    for _ in range(200):
        line = read()
        assert line, "the stream ended"
        if line.startswith(start):
            return line.strip()
    raise AssertionError(f"no line begins with {start}")


def cookie_of(process: Served, token: str) -> str:
    with httpx2.Client(base_url=process.url) as client:
        assert log_in(client, token).status_code == 303
        return f"botctl_session={client.cookies['botctl_session']}"


def test_a_real_stream_tells_a_committed_cycle_and_goes_on_where_it_was(
    process: Served, tokens: Tokens, stage: DevnetStage
) -> None:
    cookie = cookie_of(process, tokens.viewer)
    with listening(process.url, cookie) as read:
        assert read_until(read, "HTTP/1.1").endswith("200 OK")
        read_until(read, "retry:")
        first = read_until(read, "id:")
        assert "permission" in read_until(read, "data:")
        read_until(read, ": still here")
        one_cycle(stage)
        second = read_until(read, "id:")
    assert int(second.split("-")[-1]) > int(first.split("-")[-1])
    last = first.removeprefix("id: ")
    with listening(process.url, cookie, Last_Event_ID=last) as read:
        number = int(last.split("-")[-1])
        assert read_until(read, "id:") == f"id: {last.rpartition('-')[0]}-{number + 1}"


def test_an_ended_token_ends_its_live_pages(
    process: Served, stage: DevnetStage, host: WebHost
) -> None:
    cookie = cookie_of(process, made(host, "leaver", Role.VIEWER))
    with listening(process.url, cookie) as read:
        read_until(read, "retry:")
        assert stage.run("serve", "token", "end", "--name", "leaver") == 0
        until(lambda: not read(), "the stream ends")
