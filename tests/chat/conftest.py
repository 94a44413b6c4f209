"""A chat before a stand-in for Telegram, over the books of a bot that really traded on a local chain."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa

from botctl.adapters.store import schema
from botctl.adapters.store.database import open_database
from botctl.adapters.telegram.line import LinePlan, TelegramLine
from botctl.chat.app import Chat
from botctl.chat.desk import ChatDesk, ChatPlan
from botctl.config.environment import environment
from botctl.core.errors import BotError
from botctl.core.operators import Person, Role
from botctl.flows.cycle import cycle
from botctl.wiring.chat import line_id, opened_chat_books
from botctl.wiring.setup import Books, Setup, set_up
from botctl.wiring.stage import DevnetStage, StagePlan
from tests.chat.stand_in import TOKEN, BotApi, bot_api
from tests.support.staged import runtime_on

ADA, VIC, EVE = 11, 22, 666
GROUP, OTHER_GROUP = -100_5, -100_6
PEOPLE = {ADA: Person(ADA, Role.OPERATOR, "Ada"), VIC: Person(VIC, Role.VIEWER, "Vic")}
START_MS = 1_900_000_000_000
PLAN = ChatPlan(
    people=PEOPLE,
    groups=frozenset({GROUP}),
    confirm_ms=60_000,
    late_ms_max=60_000,
    card_ms=5_000,
    card_for_ms=600_000,
    poll_ms=25_000,
)
CYCLES_MAX = 6
POLL_S, POLLS_MAX = 0.02, 1_500


@dataclass(slots=True)
class MovedClock:
    """It stands still unless a test moves it."""

    at_ms: int = START_MS

    def now_ms(self) -> int:
        return self.at_ms

    def move(self, by_ms: int) -> None:
        self.at_ms += by_ms


@dataclass(slots=True)
class HeardLog:
    """Keeps what was said, with all its facts."""

    lines: list[tuple[str, dict[str, object]]]

    def info(self, event: str, **facts: object) -> None:
        self.lines.append((event, facts))

    def warning(self, event: str, **facts: object) -> None:
        self.lines.append((event, facts))

    def error(self, event: str, **facts: object) -> None:
        self.lines.append((event, facts))

    def bound(self, **facts: object) -> "HeardLog":  # noqa: ARG002
        return self

    def has(self, event: str) -> bool:
        return any(said == event for said, _ in self.lines)


@dataclass(slots=True)
class Doorway:
    """The way to the books; `shut` with an error it leads nowhere."""

    setup: Setup
    shut: BotError | None = None

    @contextmanager
    def __call__(self) -> Iterator[Books]:
        if self.shut is not None:
            raise self.shut
        with opened_chat_books(self.setup) as books:
            yield books


@dataclass(slots=True)
class Room:
    """One chat in play. A second on the clock between steps keeps every message's distance."""

    api: BotApi
    chat: Chat
    clock: MovedClock
    log: HeardLog
    setup: Setup
    door: Doorway

    def steps(self, count: int = 3, *, by_ms: int = 1_000) -> None:
        for _ in range(count):
            self.chat.step()
            self.clock.move(by_ms)

    def asks(self, user_id: int, text: str) -> str:
        """The text of the newest message in their private chat after some steps."""
        self.api.says(user_id, text)
        self.steps()
        return self.api.last(user_id).text

    def presses(self, user_id: int, chat_id: int, label: str) -> str:
        """What the press was answered with."""
        press = self.api.presses(user_id, self.api.last(chat_id), label)
        self.steps()
        return self.api.answered.get(press, "")

    @contextmanager
    def books(self) -> Iterator[Books]:
        with opened_chat_books(self.setup) as books:
            yield books

    def journal(self) -> list[tuple[str, str, str]]:
        """(who, command, outcome) of everything that the chat wrote down."""
        return chat_entries(self.setup.config.storage.url)


def until(ready: Callable[[], bool]) -> None:
    """Polls, with a bound."""
    never = Event()
    for _ in range(POLLS_MAX):
        if ready():
            return
        never.wait(POLL_S)
    pytest.fail("it did not come so far")


def chat_entries(url: str) -> list[tuple[str, str, str]]:
    table = schema.journal.c
    query = sa.select(table.body).where(table.event == "chat").order_by(table.seq)
    database = open_database(url)
    with database.reading() as db:
        bodies = [json.loads(row[0]) for row in db.execute(query)]
    database.close()
    return [(b["who"], b["command"], b["outcome"]) for b in bodies]


@pytest.fixture(scope="session")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that bought something, its chain gone."""
    folder = tmp_path_factory.mktemp("traded") / "stage"
    with DevnetStage(StagePlan(folder, seed=7), environment()) as stage:
        for _ in range(CYCLES_MAX):
            with runtime_on(stage) as rt:
                cycle(rt)
                if rt.store.positions(stage.bot, only_open=True):
                    break
            stage.step()
        else:
            pytest.fail("the demo bought nothing")
    return folder


@pytest.fixture(scope="session")
def settled(traded: Path) -> Setup:
    """Settings are validated once: that takes longer than most of these tests."""
    return set_up(traded / "botctl.toml")


@pytest.fixture
def setup(settled: Setup, traded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setup:
    """Books of its own for each test."""
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "bot"
    shutil.copytree(traded, folder)
    config = settled.config
    there = {
        field: getattr(config.storage, field).replace(str(traded), str(folder))
        for field in ("url", "state_dir", "bundles_dir", "backups_dir")
    }
    source, storage = str(folder / "botctl.toml"), replace(config.storage, **there)
    return replace(settled, config=replace(config, source=source, storage=storage))


@pytest.fixture
def api() -> Iterator[BotApi]:
    with bot_api() as served:
        yield served


MakeRoom = Callable[[], Room]


@pytest.fixture
def make_room(setup: Setup, api: BotApi) -> Iterator[MakeRoom]:
    """A new process each time it is called, as far as memory goes."""
    clock = MovedClock()
    lines: list[TelegramLine] = []
    api.date_s = lambda: clock.at_ms // 1_000

    def made() -> Room:
        line = TelegramLine(LinePlan(api.url, TOKEN, call_ms=5_000, slack_ms=5_000))
        lines.append(line)
        log, secrets = HeardLog([]), iter(range(10_000))
        door = Doorway(replace(setup, log=log))
        desk = ChatDesk(
            line=line,
            line_id=line_id(TOKEN),
            plan=PLAN,
            clock=clock,
            log=log,
            books=door,
            secret=lambda: f"{len(lines):08x}{next(secrets):08x}",
        )
        chat = Chat(desk)
        chat.start()
        chat.step()  # greets
        return Room(api, chat, clock, log, setup, door)

    yield made
    for line in lines:
        line.close()


@pytest.fixture
def room(make_room: MakeRoom) -> Room:
    return make_room()
