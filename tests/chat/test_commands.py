"""Every command over real books; who may type it, and what strangers get."""

import pytest

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.permission import Level, SourceKind, worst
from tests.chat.conftest import ADA, EVE, GROUP, OTHER_GROUP, VIC, Room
from tests.chat.stand_in import words


def level(room: Room) -> Level:
    with room.books() as books:
        return worst(books.store.sources(), SourceKind.KILL)


def held(room: Room) -> str:
    with room.books() as books:
        one = books.store.positions(books.config.bot.name, only_open=True)[0]
        return one.symbol or one.position.pair


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("/status", "demo (devnet)"),
        ("/status", "markets, block"),
        ("/health", "exits"),
        ("/positions", "cost 0."),
        ("/pnl", "realised today"),
        ("/pnl", "open: "),
        ("/help", "You are Vic, viewer."),
        ("/nonsense", "is no command"),
        ("hello", "/help"),
    ],
)
def test_a_viewer_sees_everything_from_the_books(room: Room, command: str, expected: str) -> None:
    assert expected in words(room.asks(VIC, command)).text


def test_why_explains_a_market_by_its_symbol_and_says_when_there_is_none(room: Room) -> None:
    symbol = held(room)
    told = words(room.asks(VIC, f"/why {symbol}")).text
    assert symbol in told
    assert "ENTRY_SELECTED" in told or "HOLD" in told
    assert "bundle" in told
    assert "botctl ledger" in words(room.asks(VIC, "/why NOSUCHTOKEN")).text
    assert "which market?" in room.asks(VIC, "/why")


def test_help_tells_a_viewer_nothing_of_the_switch_and_an_operator_everything(room: Room) -> None:
    assert "/halt" not in room.asks(VIC, "/help")
    told = room.asks(ADA, "/help")
    assert [c for c in ("/halt", "/exits_only", "/resume") if c not in told] == []


@pytest.mark.parametrize("command", ["/halt", "/exits_only", "/resume"])
def test_a_viewer_moves_no_switch(room: Room, command: str) -> None:
    with room.books() as books:
        before = books.store.sources()
    told = room.asks(VIC, f"{command} please")
    assert "needs the role operator" in told
    assert room.api.last(VIC).buttons == {}
    with room.books() as books:
        assert books.store.sources() == before
    assert room.journal()[-1] == ("Vic (telegram 22)", command, "refused")


@pytest.mark.parametrize("command", ["/status", "/halt now", "/help", "hello", "/why X"])
def test_a_stranger_gets_nothing_and_is_counted(room: Room, command: str) -> None:
    room.api.says(EVE, command)
    room.steps()
    assert room.api.said(EVE) == []
    with room.books() as books:
        assert books.store.counters().values["chat_strangers_total"] == 1
    assert ("chat stranger", {"user_id": EVE, "chat_id": EVE}) in room.log.lines
    assert room.journal() == []


def test_start_tells_a_stranger_their_id_and_nothing_else_and_not_again_and_again(
    room: Room,
) -> None:
    for _ in range(3):
        room.api.says(EVE, "/start")
    room.steps(6)
    assert [m.text for m in room.api.said(EVE)] == ["your id is <code>666</code>"]
    room.clock.move(60_000)
    assert room.asks(EVE, "/start")
    assert len(room.api.said(EVE)) == 2


def test_a_crowd_of_strangers_takes_no_room_from_an_operator(room: Room) -> None:
    for stranger in range(1_000, 1_040):
        room.api.says(stranger, "/start")
    room.api.says(ADA, "/pnl")
    room.steps()
    assert room.api.count("sendMessage") <= 6
    assert "Profit and loss" in room.api.last(ADA).text
    with room.books() as books:
        assert books.store.counters().values["chat_strangers_total"] == 40
    assert sum(event == "chat stranger" for event, _ in room.log.lines) == 5


def test_a_group_is_answered_only_when_it_is_allowed_and_only_its_people(room: Room) -> None:
    room.api.says(ADA, "/pnl", chat_id=GROUP)
    room.steps()
    assert "Profit and loss" in room.api.last(GROUP).text
    room.api.says(EVE, "/start", chat_id=GROUP)
    room.api.says(ADA, "/pnl", chat_id=OTHER_GROUP)
    room.api.says(ADA, "good morning", chat_id=GROUP)
    room.api.says(ADA, "/pnl@other_bot", chat_id=GROUP)
    room.steps(9)
    assert len(room.api.said(GROUP)) == 1
    assert room.api.said(OTHER_GROUP) == []
    room.api.says(ADA, "/pnl@Watch_Bot", chat_id=GROUP)
    room.steps(6)
    assert len(room.api.said(GROUP)) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "x"}},
        {"via_bot": {"id": 5, "is_bot": True, "first_name": "b"}},
        {"sender_chat": {"id": GROUP, "type": "supergroup"},
         "from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}},
    ],
    ids=["forwarded", "via a bot", "anonymous admin"],
)  # fmt: skip
def test_words_that_are_not_a_persons_own_are_not_obeyed(
    room: Room, more: dict[str, object]
) -> None:
    room.api.says(ADA, "/halt", chat_id=GROUP, **more)
    room.steps()
    assert room.api.said(GROUP) == []
    assert room.chat.handled == 1


def test_every_command_is_on_record_with_who_gave_it(room: Room) -> None:
    room.asks(VIC, "/pnl")
    room.asks(ADA, "/exits_only news")
    room.presses(ADA, ADA, "Confirm exits_only")
    assert room.journal() == [
        ("Vic (telegram 22)", "/pnl", "told"),
        ("Ada (telegram 11)", "/exits_only", "asked to confirm"),
        ("Ada (telegram 11)", "/exits_only", "done"),
    ]
    with room.books() as books:
        assert books.store.verify().altered == ()


def test_books_that_cannot_be_opened_are_told_and_the_chat_goes_on(room: Room) -> None:
    room.door.shut = TransientError(Code.ERR_DB_LOCKED, "the database is locked by another")
    assert "ERR_DB_LOCKED" in room.asks(VIC, "/pnl")
    told = words(room.asks(VIC, "/status")).text
    assert "EXITS_ONLY" in told
    assert "HEALTH_STORAGE" in told
    assert "nothing was changed" in room.asks(ADA, "/halt fire")
    room.door.shut = None
    assert "Profit and loss" in room.asks(VIC, "/pnl")
    assert level(room) is Level.ALLOW_ALL
