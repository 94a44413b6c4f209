"""The page: its first view as the ledger grows, and how many events open pages take in a second."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench.figures import Figure, Line, Mark, Note
from bench.harness import Case, Rounds, interleaved, measured
from bench.options import Options
from bench.suites.rows import BOT, FACTORY, NOW_MS, cycle_row, ledger_rows
from botctl.adapters.clock import SystemClock
from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.config.template import template
from botctl.core.facts import Mode
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.roles import Role
from botctl.flows.access import new_access
from botctl.ports.store import DecidedBatch, Store
from botctl.wiring.web import fresh_token

BASE_ROWS, BASE_ROWS_QUICK = 10_000, 200
ROWS, ROWS_QUICK = 300_000, 1_000
# A cycle a minute of so many markets: both ledgers go back over more than an hour, which is what the
# overview counts, so that they differ in their age alone.
BATCH, MINUTE_MS = 100, 60_000
ROUNDS = 21
VIEWERS, VIEWERS_QUICK = 50, 5
EVENTS, EVENTS_QUICK = 200, 5
WAIT_S = 60
AT_ONCE = Mark(bound=1.5)  # the mark of everything interactive: as the ledger grows
VIEWS = {"overview": "/", "ledger": "/ledger", "ledger, one reason": "/ledger?reason=SCORE_LOW"}


class Server:
    """`botctl serve` over a ledger of so many rows, and a login."""

    def __init__(self, folder: Path, rows: int) -> None:
        folder.mkdir()
        self._folder = folder
        (folder / "state").mkdir()
        (folder / "botctl.toml").write_text(_settings())
        (folder / "botctl.toml").chmod(0o600)
        self.store = _filled(folder, rows)
        draw = fresh_token
        made = new_access(
            self.store, TimeOrderedIds(), "bench", Role.VIEWER, now_ms=NOW_MS, draw=draw
        )
        self._token = made.token

    @contextmanager
    def running(self) -> Iterator[None]:
        with (self._folder / "serve.err").open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "botctl", "serve", "--config", "botctl.toml", "--json"],
                cwd=self._folder,
                stderr=errors,
                stdout=subprocess.DEVNULL,
            )
            try:
                self.netloc = self._told()
                self.cookie = self._logged_in()
                yield
            finally:
                process.terminate()
                process.wait()
                self.store.close()

    def view(self, path: str) -> None:
        """Over a connection of its own, as a first visit is."""
        with closing(HTTPConnection(self.netloc, timeout=WAIT_S)) as line:
            line.request("GET", path, headers={"Cookie": self.cookie, "Accept": "text/html"})
            answer = line.getresponse()
            body = answer.read()
            assert (answer.status, b"</html>" in body) == (200, True), body[:200]

    def _told(self) -> str:
        ends_s = time.monotonic() + WAIT_S
        while time.monotonic() < ends_s:
            for line in (self._folder / "serve.err").read_text().splitlines():
                told = json.loads(line)
                if told["event"] == "serving":
                    return str(urlsplit(told["url"]).netloc)
            time.sleep(0.05)
        raise TimeoutError((self._folder / "serve.err").read_text())

    def _logged_in(self) -> str:
        with closing(HTTPConnection(self.netloc, timeout=WAIT_S)) as line:
            line.request("GET", "/login", headers={"Accept": "text/html"})
            answer = line.getresponse()
            visit = str(answer.getheader("set-cookie")).partition(";")[0]
            form = answer.read().decode().split('name="form" value="')[1].split('"')[0]
            body = urlencode({"form": form, "token": self._token, "next": "/"})
            kind = "application/x-www-form-urlencoded"
            headers = {"Cookie": visit, "Accept": "text/html", "Content-Type": kind}
            line.request("POST", "/login", body, headers)
            answer = line.getresponse()
            answer.read()
            return str(answer.getheader("set-cookie")).partition(";")[0]


def figures(options: Options) -> Iterator[Line]:
    base, rows = (BASE_ROWS_QUICK, ROWS_QUICK) if options.quick else (BASE_ROWS, ROWS)
    small, large = Server(options.folder / "small", base), Server(options.folder / "large", rows)
    with small.running(), large.running():
        yield Note("a whole answer over a new connection, from the request to the last byte")
        for name, path in VIEWS.items():
            yield _view(
                options, name, {f"{base:,}": _case(small, path), f"{rows:,}": _case(large, path)}
            )
        yield from _live(options, large)


def _case(server: Server, path: str) -> Case:
    return lambda: measured(lambda: server.view(path))


def _view(options: Options, name: str, cases: dict[str, Case]) -> Figure:
    small, large = cases
    rounds: Rounds = interleaved(cases, options.rounds(ROUNDS))
    return Figure(
        what=f"{name}, first view at {large} rows",
        value=rounds.wall_s(large) * 1e3,
        unit="ms",
        against=f"at {small} rows",
        other=rounds.wall_s(small) * 1e3,
        ratio=rounds.wall_ratio(large, small),
        spread=rounds.spread(large),
        mark=AT_ONCE,
    )


def _live(options: Options, server: Server) -> Iterator[Line]:
    """Commits as fast as the viewers are told of them: each waits until all have its event."""
    viewers, events = (VIEWERS_QUICK, EVENTS_QUICK) if options.quick else (VIEWERS, EVENTS)
    counter = Counter(viewers)
    lines = [_viewer(server, counter) for _ in range(viewers)]
    counter.wait(1)
    started = time.perf_counter()
    for number in range(events):
        told = f"number {number}"
        server.store.set_source(
            PermissionSource(SourceKind.KILL, Level.EXITS_ONLY, told, "bench", NOW_MS + number)
        )
        counter.wait(number + 2)
    took_s = time.perf_counter() - started
    for line in lines:
        line.shutdown(socket.SHUT_RDWR)
        line.close()
    yield Note("the database is asked every 50 ms, the least that settings allow")
    yield Figure(f"events a second, each to {viewers} open pages", events / took_s, "1/s")
    yield Figure("from a commit to the last of them", took_s / events * 1e3, "ms")


class Counter:
    """How many events each viewer has; waits until all have so many."""

    def __init__(self, viewers: int) -> None:
        self._counts: dict[int, int] = dict.fromkeys(range(viewers), 0)
        self._changed = threading.Condition()
        self._next = iter(range(viewers))

    def place(self) -> int:
        return next(self._next)

    def add(self, place: int) -> None:
        with self._changed:
            self._counts[place] += 1
            self._changed.notify_all()

    def wait(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: min(self._counts.values()) >= count, WAIT_S)


def _viewer(server: Server, counter: Counter) -> socket.socket:
    host, port = server.netloc.split(":")
    line, place = socket.create_connection((host, int(port)), timeout=WAIT_S), counter.place()
    request = ("GET /events HTTP/1.1", f"Host: {host}", f"Cookie: {server.cookie}", "", "")
    line.sendall("\r\n".join(request).encode())

    def read() -> None:
        with line.makefile("rb") as file:
            for each in file:
                if each.startswith(b"id:"):
                    counter.add(place)

    threading.Thread(target=read, daemon=True).start()
    return line


def _settings() -> str:
    told = template(Mode.PAPER).replace('name = "main"', f'name = "{BOT}"')
    return told.replace("port = 8787", "port = 0").replace("poll_ms = 1000", "poll_ms = 50")


def _filled(folder: Path, rows: int) -> Store:
    store = open_store(
        f"sqlite:///{folder / 'state' / 'botctl.db'}",
        chain_id=1,
        factory=FACTORY,
        bot=BOT,
        ids=TimeOrderedIds(),
    )
    count, now_ms = -(-rows // BATCH), SystemClock().now_ms()
    for number in range(1, count + 1):
        at_ms = now_ms - (count - number) * MINUTE_MS
        cycle = replace(cycle_row(number, BATCH), started_ms=at_ms)
        assert store.record(cycle, ())
        batch = [replace(row, at_ms=at_ms) for row in ledger_rows(number, min(BATCH, rows))]
        assert store.commit(DecidedBatch(cycle.cycle_id, at_ms, batch, (), (), ()))
    return store
